"""Segment files on the disk: writing one, finding them, and taking up those that a dead process left open."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from media_core.tape import format as fmt

log = logging.getLogger(__name__)

OPEN_SUFFIX, CLOSED_SUFFIX = ".part", ".tape"
INDEX = "index.jsonl"
READ_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ClosedSegment:
    """A line of the index. ``recovered``: the process that wrote it died; it holds what had reached the file."""

    file: str
    member: str
    source: str
    stream: str
    start_ns: int
    """Wall clock at the first packet's arrival."""
    end_ns: int
    packets: int
    bytes: int
    sha256: str
    recovered: bool = False


class SegmentFile:
    """
    One open segment. Only the tape's writing thread touches it.

    A write that fails (the disk is full) is undone, so that the file always ends with a whole block.
    """

    def __init__(self, folder: Path, name: str, head: fmt.SegmentHead) -> None:
        self.head, self._folder, self._name = head, folder, name
        self._path = folder / f"{name}{OPEN_SUFFIX}"
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        self._hash = hashlib.sha256()
        self._bytes = self._packets = 0
        self._first_s: float | None = None
        self._last_s = 0.0
        try:
            self._append(fmt.head_block(head))
        except OSError:
            os.close(self._descriptor)
            self._path.unlink()
            raise

    def write(self, body: bytes, *, packets: int, first_s: float, last_s: float) -> None:
        """Append a block of records; raises ``OSError`` and leaves the file as it was if it cannot be written."""
        self._append(fmt.block(fmt.PACK, body))
        self._packets += packets
        self._first_s = first_s if self._first_s is None else self._first_s
        self._last_s = last_s

    def sync(self) -> None:
        os.fdatasync(self._descriptor)

    def close(self) -> ClosedSegment:
        """End the segment: the last block, onto the disk, its final name, its line in the index."""
        first_s = self._first_s or 0.0
        with contextlib.suppress(OSError):  # a full disk: a segment without its end is as good, only marked as torn
            self._append(fmt.block(fmt.DONE, json.dumps({"packets": self._packets}).encode()))
        os.fsync(self._descriptor)
        os.close(self._descriptor)
        file = f"{self._name}{CLOSED_SUFFIX}"
        self._path.rename(self._folder / file)
        closed = ClosedSegment(
            file,
            self.head.member,
            self.head.source,
            self.head.stream,
            self.head.wall_ns + int(first_s * 1e9),
            self.head.wall_ns + int(self._last_s * 1e9),
            self._packets,
            self._bytes,
            self._hash.hexdigest(),
        )
        add_to_index(self._folder, closed)
        return closed

    def _append(self, content: bytes) -> None:
        view = memoryview(content)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
        except OSError:
            os.ftruncate(self._descriptor, self._bytes)
            raise
        self._bytes += len(content)
        self._hash.update(content)


def add_to_index(folder: Path, closed: ClosedSegment) -> None:
    """Note a closed segment; if that fails the folder itself still says all, only slower."""
    try:
        descriptor = os.open(folder / INDEX, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, fmt.index_line(asdict(closed)))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(folder)
    except OSError as error:
        log.warning("tape_index_failed", extra={"fields": {"folder": str(folder), "error": error.strerror}})


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def closed_segments(folder: Path) -> list[ClosedSegment]:
    """Return the closed segments of a folder by their start: from the index, and from the files where it lacks a line."""
    if not folder.is_dir():
        return []
    lines = fmt.index_entries((folder / INDEX).read_bytes()) if (folder / INDEX).exists() else []
    known = {str(line["file"]): line for line in lines}
    found = []
    for path in sorted(folder.glob(f"*{CLOSED_SUFFIX}")):
        line = known.get(path.name)
        segment = ClosedSegment(**line) if line is not None else _inspect(path, path.name, recovered=True)  # type: ignore[arg-type]
        if segment is not None:
            found.append(segment)
    return sorted(found, key=lambda segment: (segment.start_ns, segment.file))


def recover(folder: Path) -> list[ClosedSegment]:
    """Close the segments that a dead process left open: cut off a torn tail, hash, rename, index. Call it while nobody writes."""
    recovered = []
    for path in sorted(folder.glob(f"*{OPEN_SUFFIX}")):
        end = sound_bytes(path)
        if end == 0:
            path.unlink()
            continue
        with path.open("r+b") as file:
            file.truncate(end)
            os.fsync(file.fileno())
        closed = path.with_suffix(CLOSED_SUFFIX)
        segment = _inspect(path, closed.name, recovered=True)
        path.rename(closed)
        if segment is not None:
            add_to_index(folder, segment)
            recovered.append(segment)
    return recovered


def sound_bytes(path: Path) -> int:
    """Return how much of a segment is sound; 0 if not even its head is."""
    return max((end for _, _, end in fmt.blocks(path.read_bytes())), default=0)


def read_records(path: Path) -> Iterator[fmt.Record]:
    """Yield the records of a segment, open or closed, in the order of arrival, as far as it is sound."""
    content = path.read_bytes()
    view = memoryview(content)
    for kind, begin, end in fmt.blocks(content):
        if kind == fmt.PACK:
            yield from fmt.records(view[begin:end])


def read_head(path: Path) -> fmt.SegmentHead:
    """Raises ``ValueError`` if there is no sound head."""
    with path.open("rb") as file:
        content = file.read(64 * 1024)
    for kind, begin, end in fmt.blocks(content):
        if kind == fmt.HEAD:
            return fmt.head_from(memoryview(content)[begin:end])
        break
    raise ValueError(f"{path.name} is not a segment")


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(READ_BYTES):
            digest.update(piece)
    return digest.hexdigest()


def _inspect(path: Path, name: str, *, recovered: bool) -> ClosedSegment | None:
    """Return what the index would say of a file; ``None`` if it is no segment."""
    try:
        head = read_head(path)
    except ValueError:
        return None
    arrivals = [record.arrival_s for record in read_records(path) if isinstance(record, fmt.TapePacket)]
    first_s, last_s = (arrivals[0], max(arrivals)) if arrivals else (0.0, 0.0)
    return ClosedSegment(
        name,
        head.member,
        head.source,
        head.stream,
        head.wall_ns + int(first_s * 1e9),
        head.wall_ns + int(last_s * 1e9),
        len(arrivals),
        path.stat().st_size,
        sha256_of(path),
        recovered,
    )

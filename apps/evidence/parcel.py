"""
A dossier on its way out: members are weighed first, then sent in pieces, so that a recording of gigabytes never lies in memory.

The same members give the same bytes, wherever and whenever: ``sala_verify.container`` says how each of them must be.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from apps.evidence.seal import Seal
from data.event_log import canonical
from sala_verify import container, lines
from sala_verify.chain import MEMBER as EVENTS
from sala_verify.members import FORMAT, MANIFEST, PIECE_BYTES, PUBLIC_KEY, SIGNATURE


class FileChanged(Exception):
    """A file became another while it was sent; what was sent so far is no dossier."""


class Part(Protocol):
    """A member before it is packed."""

    @property
    def name(self) -> str: ...

    def pieces(self) -> Iterator[bytes]:
        """Yield the content in pieces of ``PIECE_BYTES``, the last one shorter."""


@dataclass(frozen=True, slots=True)
class Held:
    """A member that is in memory."""

    name: str
    content: bytes

    def pieces(self) -> Iterator[bytes]:
        for begins in range(0, len(self.content), PIECE_BYTES):
            yield self.content[begins : begins + PIECE_BYTES]


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A member that is a file. Reading it blocks."""

    name: str
    path: Path

    def pieces(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece


@dataclass(frozen=True, slots=True)
class _Weight:
    size: int
    crc: int
    sha256: str
    pieces: tuple[str, ...]


class Parcel:
    """
    A dossier that is ready to be sent. Making it reads every member once; blocks.

    Args:
        head: What the manifest says of the dossier as a whole (session, title, head of the log, …).
        parts: The members in their order, without manifest, signature and key.
    """

    def __init__(self, head: Mapping[str, Any], parts: Sequence[Part], seal: Seal) -> None:
        weights = [_weigh(part) for part in parts]
        listed = [_signed(part, weight) for part, weight in zip(parts, weights, strict=True)]
        manifest = canonical({**head, "format": FORMAT, "key": seal.fingerprint, "members": listed})
        first = [Held(MANIFEST, manifest), Held(SIGNATURE, seal.sign(manifest)), Held(PUBLIC_KEY, seal.pem)]
        self._parts: list[Part] = [*first, *parts]
        self._weights = [*map(_weigh, first), *weights]
        names = [part.name for part in self._parts]
        self._entries = container.laid_out(
            (name, weight.size, weight.crc) for name, weight in zip(names, self._weights, strict=True)
        )
        self._directory = container.directory(self._entries)

    @property
    def length(self) -> int:
        """How many bytes the whole has."""
        return self._entries[-1].ends + len(self._directory)

    def pieces(self) -> Iterator[bytes]:
        """Yield the dossier. Blocks; raises ``FileChanged`` in the midst of it if a file is not what was weighed."""
        for part, entry, weight in zip(self._parts, self._entries, self._weights, strict=True):
            yield container.local_header(entry)
            sent, whole = 0, hashlib.sha256()
            for piece in part.pieces():
                sent += len(piece)
                whole.update(piece)
                yield piece
            if sent != weight.size or whole.hexdigest() != weight.sha256:
                raise FileChanged(part.name)
        yield self._directory


def _weigh(part: Part) -> _Weight:
    size, crc, whole = 0, 0, hashlib.sha256()
    hashes = []
    for piece in part.pieces():
        size, crc = size + len(piece), zlib.crc32(piece, crc)
        whole.update(piece)
        hashes.append(hashlib.sha256(piece).hexdigest())
    return _Weight(size, crc, whole.hexdigest(), tuple(hashes))


def _signed(part: Part, weight: _Weight) -> dict[str, Any]:
    """Return what the manifest says of a member: with the hashes of its lines or pieces, which tell the place of a change."""
    line: dict[str, Any] = {"name": part.name, "size": weight.size, "sha256": weight.sha256}
    if part.name.endswith(".jsonl") and part.name != EVENTS:
        line["lines"] = lines.hashes_of(b"".join(part.pieces()))
    elif weight.size > PIECE_BYTES:
        line["pieces"] = list(weight.pieces)
    return line

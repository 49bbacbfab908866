"""
The container: a ZIP in which every byte is determined, so that a change anywhere shows.

Members are stored without compression, one after the other from byte 0; names are ASCII, moments are 1980-01-01, there are no comments, and
extra fields only where ZIP64 needs them (APPNOTE.TXT 4.5.3). Sala writes with these functions and the verifier compares with them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

LIMIT = 0xFFFFFFFF
"""From here on a size or an offset stands in a ZIP64 field."""
LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
END, END_64, LOCATOR_64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END, _END_64, _LOCATOR_64 = struct.Struct("<4sHHHHIIH"), struct.Struct("<4sQHHIIQQQQ"), struct.Struct("<4sIQI")
FIRST_DAY = 0x21  # 1980-01-01 as MS-DOS writes it
UNIX, MODE = 3 << 8, 0o100644 << 16
NAME_MAX_BYTES = 300


@dataclass(frozen=True, slots=True)
class Entry:
    """A member: ``offset`` is where its local header begins."""

    name: str
    size: int
    crc: int
    offset: int

    @property
    def begins(self) -> int:
        """Where its content begins."""
        return self.offset + len(local_header(self))

    @property
    def ends(self) -> int:
        return self.begins + self.size


def laid_out(members: Iterable[tuple[str, int, int]]) -> list[Entry]:
    """Give members (name, size, CRC-32) their places."""
    entries: list[Entry] = []
    offset = 0
    for name, size, crc in members:
        entries.append(Entry(name, size, crc, offset))
        offset = entries[-1].ends
    return entries


def local_header(entry: Entry) -> bytes:
    name, big = entry.name.encode("ascii"), entry.size >= LIMIT
    extra = struct.pack("<HHQQ", 1, 16, entry.size, entry.size) if big else b""
    size = LIMIT if big else entry.size
    head = _LOCAL.pack(
        LOCAL, 45 if big else 20, 0, 0, 0, FIRST_DAY, entry.crc, size, size, len(name), len(extra)
    )  # fmt: skip
    return head + name + extra


def directory(entries: Sequence[Entry]) -> bytes:
    """Return all that follows the last member: the directory and its end."""
    begins = entries[-1].ends if entries else 0
    listed = b"".join(map(_listed, entries))
    count, wide = len(entries), begins >= LIMIT
    end_64 = b""
    if wide:
        end_64 = _END_64.pack(END_64, 44, 45 | UNIX, 45, 0, 0, count, count, len(listed), begins)
        end_64 += _LOCATOR_64.pack(LOCATOR_64, 0, begins + len(listed), 1)
    return listed + end_64 + _END.pack(END, 0, 0, count, count, len(listed), LIMIT if wide else begins, 0)


def _listed(entry: Entry) -> bytes:
    name = entry.name.encode("ascii")
    sizes = struct.pack("<QQ", entry.size, entry.size) if entry.size >= LIMIT else b""
    wide = sizes + (struct.pack("<Q", entry.offset) if entry.offset >= LIMIT else b"")
    extra = struct.pack("<HH", 1, len(wide)) + wide if wide else b""
    size, version = min(entry.size, LIMIT), 45 if wide else 20
    head = _CENTRAL.pack(
        CENTRAL, version | UNIX, version, 0, 0, 0, FIRST_DAY, entry.crc, size, size,
        len(name), len(extra), 0, 0, 0, MODE, min(entry.offset, LIMIT),
    )  # fmt: skip
    return head + name + extra


# --- reading: both ways through the file, since one of them may be damaged ------------------------------------------------


def walked(file: BinaryIO, length: int) -> list[Entry]:
    """Return the members as their local headers say, as far as these can be followed."""
    entries: list[Entry] = []
    offset = 0
    while (entry := _local_at(file, offset)) is not None and entry.ends <= length:
        entries.append(entry)
        offset = entry.ends
    return entries


def listed(file: BinaryIO, length: int) -> list[Entry]:
    """Return the members as the directory at the end says; none if it can't be read."""
    place = _directory_place(file, length)
    if place is None:
        return []
    begins, count = place
    file.seek(begins)
    held = file.read(min(length - begins, count * (_CENTRAL.size + NAME_MAX_BYTES + 32)))
    entries: list[Entry] = []
    at = 0
    while len(entries) < count and held[at : at + 4] == CENTRAL and len(held) >= at + _CENTRAL.size:
        entry, at = _listed_at(held, at)
        if entry is None or entry.ends > length:
            return []
        entries.append(entry)
    return entries if len(entries) == count else []


def _local_at(file: BinaryIO, offset: int) -> Entry | None:
    file.seek(offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or head[:4] != LOCAL:
        return None
    *_, crc, _packed, size, name_bytes, extra_bytes = _LOCAL.unpack(head)
    name = _name(file.read(min(name_bytes, NAME_MAX_BYTES)))
    if name is None:
        return None
    if size == LIMIT and extra_bytes == 20:
        size = struct.unpack("<HHQQ", file.read(20).ljust(20, b"\0"))[2]
    return Entry(name, size, crc, offset)


def _directory_place(file: BinaryIO, length: int) -> tuple[int, int] | None:
    if length < _END.size:
        return None
    file.seek(length - _END.size)
    signature, _, _, _, count, _, begins, _ = _END.unpack(file.read(_END.size))
    if signature != END:
        return None
    if begins == LIMIT:
        file.seek(max(0, length - _END.size - _LOCATOR_64.size - _END_64.size))
        found = file.read(_END_64.size)
        if len(found) < _END_64.size or found[:4] != END_64:
            return None
        begins = _END_64.unpack(found)[-1]
    return (begins, count) if begins <= length else None


def _listed_at(held: bytes, at: int) -> tuple[Entry | None, int]:
    fields = _CENTRAL.unpack_from(held, at)
    crc, size, name_bytes, extra_bytes, offset = fields[7], fields[9], fields[10], fields[11], fields[16]
    at += _CENTRAL.size
    name = _name(held[at : at + name_bytes])
    wide = held[at + name_bytes + 4 : at + name_bytes + extra_bytes]
    numbers = list(struct.unpack(f"<{len(wide) // 8}Q", wide[: len(wide) // 8 * 8]))
    if size == LIMIT and len(numbers) >= 2:
        size, numbers = numbers[0], numbers[2:]
    if offset == LIMIT and numbers:
        offset = numbers[0]
    entry = None if name is None else Entry(name, size, crc, offset)
    return entry, at + name_bytes + extra_bytes


def _name(raw: bytes) -> str | None:
    try:
        name = raw.decode("ascii")
    except UnicodeDecodeError:
        return None
    return name if name and name.isprintable() else None

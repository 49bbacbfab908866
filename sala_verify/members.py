"""The dossier's files against its signed manifest: the ZIP's own bytes, the signature, each member's hash."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sala_verify import container, lines
from sala_verify.container import Entry
from sala_verify.findings import Finding
from sala_verify.reading import parsed

FORMAT = "sala-dossier-1"
MANIFEST, SIGNATURE, PUBLIC_KEY = "manifest.json", "manifest.sig", "public-key.pem"
PIECE_BYTES = 1 << 20
"""A member larger than this has a hash for each such piece, so that the place of a change is told."""
READ_MAX_BYTES = 1 << 30  # of a text member, which is held in memory


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one reading of a member gives."""

    crc: int
    sha256: str
    pieces: tuple[str, ...]


@dataclass
class Dossier:
    """An opened dossier; use it in a ``with`` block. Everything is read as it is, right or wrong."""

    path: Path
    file: BinaryIO = field(init=False)
    length: int = field(init=False)

    def __enter__(self) -> Dossier:
        self.file = self.path.open("rb")
        self.length = self.file.seek(0, 2)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """The members, by the headers before each of them or by the directory at the end: whichever finds more."""
        return max(container.walked(self.file, self.length), container.listed(self.file, self.length), key=len)

    def read(self, name: str) -> bytes | None:
        """Return a small member whole, ``None`` if there is none."""
        entry = next((entry for entry in self.entries if entry.name == name), None)
        if entry is None or entry.size > READ_MAX_BYTES:
            return None
        self.file.seek(entry.begins)
        return self.file.read(entry.size)

    @cached_property
    def weights(self) -> Mapping[Entry, Weighed]:
        return {entry: self._weighed(entry) for entry in self.entries}

    def _weighed(self, entry: Entry) -> Weighed:
        self.file.seek(entry.begins)
        whole, crc, left = hashlib.sha256(), 0, entry.size
        pieces = []
        while left > 0 and (piece := self.file.read(min(left, PIECE_BYTES))):
            whole.update(piece)
            crc, left = zlib.crc32(piece, crc), left - len(piece)
            pieces.append(hashlib.sha256(piece).hexdigest())
        return Weighed(crc, whole.hexdigest(), tuple(pieces))

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest as far as it can be read; empty if it can't."""
        found = parsed(self.read(MANIFEST))
        return found if isinstance(found, dict) else {}

    @cached_property
    def signed(self) -> Mapping[str, Mapping[str, Any]]:
        """What the manifest says of each member, by name."""
        listed = self.manifest.get("members")
        rows = listed if isinstance(listed, list) else []
        return {str(row.get("name")): row for row in rows if isinstance(row, dict)}

    @cached_property
    def changed(self) -> frozenset[str]:
        """Names of members that are not what was signed."""
        return frozenset(
            entry.name
            for entry, weight in self.weights.items()
            if entry.name in self.signed and weight.sha256 != self.signed[entry.name].get("sha256")
        )


def key_of(pem: bytes) -> Ed25519PublicKey | None:
    """Return the key of a PEM file, ``None`` if it is none."""
    try:
        key = load_pem_public_key(pem)
    except ValueError:
        return None
    return key if isinstance(key, Ed25519PublicKey) else None


def fingerprint(key: Ed25519PublicKey) -> str:
    """Return SHA-256, in hex, of the 32 bytes of a public key."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def is_signed(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def check_signature(dossier: Dossier, *, expected: str = "") -> Iterator[Finding]:
    """Yield what is wrong with key and signature. ``expected``: the fingerprint that the organisation published, or its beginning."""
    key = key_of(dossier.read(PUBLIC_KEY) or b"")
    manifest = dossier.read(MANIFEST)
    if manifest is None:
        yield Finding("member_missing", MANIFEST)
        return
    if dossier.manifest.get("format") != FORMAT:
        yield Finding("manifest_unreadable", MANIFEST)
    if key is None:
        yield Finding("key_unreadable", PUBLIC_KEY)
        return
    if expected and not fingerprint(key).startswith(expected):
        yield Finding("key_other", PUBLIC_KEY, found=fingerprint(key), expected=expected)
    if dossier.manifest.get("key") not in (None, fingerprint(key)):
        yield Finding("key_changed", PUBLIC_KEY)
    if not is_signed(key, dossier.read(SIGNATURE) or b"", manifest):
        yield Finding("signature", MANIFEST)


def check_members(dossier: Dossier) -> Iterator[Finding]:
    """Yield members that are missing, added, or not as they were signed, with the place of the change."""
    names = [entry.name for entry in dossier.entries]
    expected = [MANIFEST, SIGNATURE, PUBLIC_KEY, *dossier.signed]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Finding("member_twice", name)
        if name not in expected:
            yield Finding("member_added", name)
    missing = [name for name in expected if name not in names]
    yield from (Finding("member_missing", name) for name in missing)
    if not missing and set(names) == set(expected) and names != expected:
        moved = next(name for name, wanted in zip(names, expected, strict=False) if name != wanted)
        yield Finding("member_moved", moved)
    for entry, weight in dossier.weights.items():
        if entry.name in dossier.changed:
            yield from _place(dossier, entry, weight, dossier.signed[entry.name])


def _place(dossier: Dossier, entry: Entry, weight: Weighed, signed: Mapping[str, Any]) -> Iterator[Finding]:
    expected = signed.get("lines")
    if isinstance(expected, list):
        found = list(lines.check(entry.name, dossier.read(entry.name) or b"", expected))
        if found:
            yield from found
            return
    wanted = signed.get("pieces")
    pieces = wanted if isinstance(wanted, list) else []
    differing = [index for index, (is_, was) in enumerate(zip(weight.pieces, pieces, strict=False)) if is_ != was]
    if entry.size != signed.get("size"):
        yield Finding("member_length", entry.name, size=entry.size, was=signed.get("size"))
    elif differing:
        begins = differing[0] * PIECE_BYTES
        ends = min(entry.size, (differing[-1] + 1) * PIECE_BYTES)
        yield Finding("member_changed_at", entry.name, begins=begins, ends=ends)
    else:
        yield Finding("member_changed", entry.name)


def check_container(dossier: Dossier) -> Iterator[Finding]:
    """Yield bytes of the ZIP between and after its members that are not as Sala writes them."""
    right = []
    offset = 0
    for entry in dossier.entries:
        weight = dossier.weights[entry]
        crc = entry.crc if entry.name in dossier.changed else weight.crc
        right.append(Entry(entry.name, entry.size, crc, offset))
        yield from _compared(dossier, right[-1].offset, container.local_header(right[-1]), entry.name)
        offset = right[-1].ends
    end = container.directory(right)
    yield from _compared(dossier, offset, end, "")
    if dossier.length > offset + len(end):
        yield Finding("bytes_added", "", count=dossier.length - offset - len(end), at=offset + len(end))


def _compared(dossier: Dossier, at: int, expected: bytes, member: str) -> Iterator[Finding]:
    dossier.file.seek(at)
    found = dossier.file.read(len(expected))
    if found != expected:
        first = next((n for n, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b), len(found))
        yield Finding("frame", member, at=at + first)

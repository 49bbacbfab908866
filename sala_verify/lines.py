"""Lines of a text file against the list of their hashes in the manifest: which one is changed, missing, added, swapped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from sala_verify.findings import Finding

CHARACTERS = 16
"""Of a line's SHA-256 in the manifest: it only finds the place, the whole file's hash is what counts."""


def hash_of(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()[:CHARACTERS]


def hashes_of(content: bytes) -> list[str]:
    """Return the hash of each line; the last line ends with a line break like the others."""
    return [hash_of(line) for line in content.split(b"\n")[: None if content and content[-1:] != b"\n" else -1]]


def check(member: str, content: bytes, expected: Sequence[str]) -> Iterator[Finding]:
    """Yield which lines are not as they were; nothing if that can't be told by lines."""
    found = hashes_of(content)
    known, there = set(expected), set(found)
    strange = [place for place, line in enumerate(found, start=1) if line not in known]
    gone = [place for place, line in enumerate(expected, start=1) if line not in there]
    changed = min(len(strange), len(gone)) if len(found) == len(expected) else 0
    yield from (Finding("line_changed", member, line=place) for place in strange[:changed])
    yield from (Finding("line_added", member, line=place) for place in strange[changed:])
    yield from (Finding("line_missing", member, line=place) for place in gone[changed:])
    if not strange and not gone:
        wrong = [index for index, line in enumerate(expected) if index >= len(found) or found[index] != line]
        if len(wrong) == 2 and len(found) == len(expected):
            yield Finding("lines_swapped", member, line=wrong[0] + 1, other=wrong[1] + 1)
        elif wrong or len(found) > len(expected):
            yield Finding("line_moved", member, line=(wrong or [len(expected)])[0] + 1)

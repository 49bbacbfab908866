"""What a file is, by its content: its name is a label that proves nothing. Looks at the first bytes only; ``examine`` opens containers."""

from __future__ import annotations

HEAD_BYTES = 64

DOCUMENTS = frozenset({"pdf", "zip", "compound"})
PICTURES = frozenset({"png", "jpeg", "webp"})
FILMS = frozenset({"mp4", "matroska"})
OFFICE = frozenset({"pptx", "docx", "odp", "odt", "ppt", "doc"})

ACCEPTS = ".pdf,.pptx,.ppt,.docx,.doc,.odp,.odt,.png,.jpg,.jpeg,.webp,.mp4,.m4v,.mov,.webm,.mkv"
"""For a browser's file dialog."""

_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "compound"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x1a\x45\xdf\xa3", "matroska"),
)


def family_of(head: bytes) -> str:
    """Return the family of a file that begins like this; empty for what can't be shown."""
    for signature, family in _SIGNATURES:
        if head.startswith(signature):
            return family
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] not in (
        b"heic",
        b"heix",
        b"mif1",
        b"avif",
    ):  # pictures in the same container
        return "mp4"
    return ""


def kind_of(family: str) -> str:
    """Return the kind of presentation that a family becomes."""
    if family in PICTURES:
        return "pictures"
    return "film" if family in FILMS else "document"

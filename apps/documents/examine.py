"""
Looks into an office file before LibreOffice does: ``python examine.py FILE``, inside the jail.

Prints one JSON line: ``{"content": "pptx"}``, or ``{"failed": code}`` with a code of ``apps.sentences``. Nothing of the file is trusted: sizes
are counted while unpacking, and XML is searched, not parsed.
"""

from __future__ import annotations

import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

MEMBERS_MAX = 5000
UNPACKED_MAX_BYTES = 500 * 1024**2
RATIO_MAX = 100  # of a whole file; text in XML packs about 10 to 1
RATIO_FROM_BYTES = 20 * 1024**2  # a small document of blank pages may pack better
XML_MAX_BYTES = 100 * 1024**2  # of one part
PIECE_BYTES = 1024**2

ODF = {
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/vnd.oasis.opendocument.text": "odt",
}
OOXML = {"ppt/presentation.xml": "pptx", "word/document.xml": "docx"}
HARMLESS_LINKS = ("/hyperlink", "/video", "/audio", "/media")  # never followed when pages are made
_RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ODF_EMBEDDED = re.compile(
    rb"<(?:draw:(?:image|object|object-ole|floating-frame|fill-image|plugin|applet)|text:section-source|style:background-image"
    rb"|office:dde-source|table:\w+-source|form:image|svg:font-face-uri|script:event-listener)\b[^>]*?xlink:href=\"([^\"]*)\""
)
_INSIDE = re.compile(rb"(?:\./)?[\w #%()+,&;=-][\w ./#%()+,&;=-]*\Z|#.*\Z|\Z")
_SCHEME = re.compile(rb"[a-zA-Z][a-zA-Z0-9+.-]*:")
MACRO_PARTS = re.compile(
    r"(^|/)(vbaProject\.bin|vbaData\.xml)$|^(Basic/.+/(?!script-l[bc]\.xml$).+\.xml|Scripts/.+[^/])$", re.I
)
COMPOUND_MAX_BYTES = 200 * 1024**2
SECTOR_NAMES = {
    name: name.encode("utf-16-le")
    for name in ("WordDocument", "PowerPoint Document", "EncryptedPackage", "_VBA_PROJECT")
}


class Refused(Exception):
    """``code`` has a sentence in ``apps.sentences``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def examine(path: Path) -> str:
    """Return what an office file is: one of ``contents.OFFICE``. Raises ``Refused``."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith(b"PK"):
        try:
            return _archive(path)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
            raise Refused("file_damaged") from error
        except RuntimeError as error:  # an encrypted member
            raise Refused("document_locked") from error
    return _compound(path)


def _archive(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        _check_sizes(members, path.stat().st_size)
        content = _content(archive, {member.filename for member in members})
        if any(MACRO_PARTS.search(member.filename) for member in members):
            raise Refused("document_macros")
        unpacked = 0
        for member in members:
            unpacked += _check_part(archive, member, content, UNPACKED_MAX_BYTES - unpacked)
        return content


def _check_sizes(members: list[zipfile.ZipInfo], packed_bytes: int) -> None:
    unpacked = sum(member.file_size for member in members)
    if len(members) > MEMBERS_MAX or unpacked > UNPACKED_MAX_BYTES:
        raise Refused("document_too_complex")
    if unpacked > RATIO_FROM_BYTES and unpacked > RATIO_MAX * packed_bytes:
        raise Refused("document_too_complex")
    if any(_leaves(member.filename) for member in members):
        raise Refused("file_damaged")
    if any(member.flag_bits & 1 for member in members):
        raise Refused("document_locked")


def _leaves(name: str) -> bool:
    """Tell whether a member's name would lead out of a folder; nothing is unpacked by name here, but others might."""
    return name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/")


def _content(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" in names:
        with archive.open("mimetype") as file:
            content = ODF.get(file.read(100).strip(), "")
        if content and b"encryption-data" in _manifest(archive, names):
            raise Refused("document_locked")
        if content:
            return content
    for part, content in OOXML.items():
        if part in names and "[Content_Types].xml" in names:
            return content
    raise Refused("file_type")


def _manifest(archive: zipfile.ZipFile, names: set[str]) -> bytes:
    if "META-INF/manifest.xml" not in names:
        return b""
    with archive.open("META-INF/manifest.xml") as file:
        return file.read(4 * 1024**2)


def _check_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo, content: str, left_bytes: int) -> int:
    """Unpack one member, look through it if it is XML, and return its real size."""
    is_xml = member.filename.lower().endswith((".xml", ".rels", ".rdf", ".xhtml"))
    size, kept = 0, bytearray()
    for piece in _pieces(archive, member):
        size += len(piece)
        if size > left_bytes or (is_xml and size > XML_MAX_BYTES):
            raise Refused("document_too_complex")
        if is_xml:
            kept += piece
    if is_xml:
        _check_xml(bytes(kept), member.filename, content)
    return size


def _pieces(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(member) as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _check_xml(xml: bytes, name: str, content: str) -> None:
    if b"\0" in xml[:4] or xml[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16 would hide from the searches below
        xml = xml.decode("utf-16", errors="replace").encode()
    if b"<!ENTITY" in xml or (b"<!DOCTYPE" in xml and b"[" in xml.partition(b"<!DOCTYPE")[2].partition(b">")[0]):
        raise Refused("document_too_complex")
    if name.endswith(".rels") and any(_leads_out(found) for found in _RELATIONSHIP.findall(xml)):
        raise Refused("document_links")
    if content in ("odp", "odt") and any(not _is_inside(href) for href in _ODF_EMBEDDED.findall(xml)):
        raise Refused("document_links")


def _leads_out(relationship: bytes) -> bool:
    text = relationship.decode(errors="replace")
    if not re.search(r"TargetMode\s*=\s*[\"']External", text, re.I):
        return False
    kind = re.search(r"\bType\s*=\s*[\"']([^\"']*)", text)
    if kind and kind[1].endswith(HARMLESS_LINKS):
        return False
    template = kind is not None and kind[1].endswith("/attachedTemplate")
    return not (template and not re.search(r"Target\s*=\s*[\"'](?!file:///)[a-z]*:?[/\\]{2}", text, re.I))


def _is_inside(href: bytes) -> bool:
    """Tell whether a link leads to a part of the file itself."""
    if _SCHEME.match(href) and not href.startswith((b"vnd.sun.star.Package:", b"PackageURL:")):
        return False
    return b".." not in href and not href.startswith((b"/", b"\\")) and b"%2e%2e" not in href.lower()


def _compound(path: Path) -> str:
    """Find the streams of a PowerPoint or Word file of before 2007 by their names in its directory."""
    if path.stat().st_size > COMPOUND_MAX_BYTES:
        raise Refused("document_too_complex")
    content = path.read_bytes()
    has = {name: coded in content for name, coded in SECTOR_NAMES.items()}
    if has["EncryptedPackage"]:
        raise Refused("document_locked")
    if has["_VBA_PROJECT"]:
        raise Refused("document_macros")
    if has["PowerPoint Document"]:
        return "ppt"
    if has["WordDocument"]:
        return "doc"
    raise Refused("file_type")


def main(path: str) -> None:
    try:
        print(json.dumps({"content": examine(Path(path))}), flush=True)
    except Refused as refused:
        print(json.dumps({"failed": refused.code}), flush=True)
    except MemoryError:
        print(json.dumps({"failed": "document_too_complex"}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])

"""Files that mean harm, each with the refusals that are right for it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.apps.documents import files

COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
ODT = "application/vnd.oasis.opendocument.text"
ODP = "application/vnd.oasis.opendocument.presentation"
ODF_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@dataclass(frozen=True, slots=True)
class Hostile:
    """``codes``: the refusals that are right. ``name`` is what the person says the file is called."""

    content: bytes
    codes: tuple[str, ...]
    name: str = "plan.pdf"


def archive(members: Mapping[str, bytes | str], *, base: bytes = b"") -> bytes:
    """Return a ZIP of these members after those of another one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        if base:
            with zipfile.ZipFile(io.BytesIO(base)) as other:
                for member in other.infolist():
                    if member.filename not in members:
                        made.writestr(member, other.read(member))
        for name, content in members.items():
            made.writestr(name, content)
    return file.getvalue()


def odf(body: str, *, kind: str = ODT, head: str = "", more: Mapping[str, bytes | str] | None = None) -> bytes:
    content = f'<?xml version="1.0"?>{head}<office:document-content {ODF_NAMES}><office:body><office:text>{body}</office:text></office:body></office:document-content>'
    return archive({"mimetype": kind, "content.xml": content, **(more or {})})


def docx(
    xml: str | bytes | None = None,
    *,
    link: tuple[str, str] | None = None,
    more: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """Return a Word file whose text is ``xml``, or that has one relationship (type, target) to the outside."""
    members: dict[str, bytes | str] = dict(more or {})
    if xml is not None:
        members["word/document.xml"] = xml
    if link is not None:
        relation = f'<Relationship Id="r9" Type="{RELATIONS}/{link[0]}" Target="{link[1]}" TargetMode="External"/>'
        namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
        members["word/_rels/document.xml.rels"] = f'<Relationships xmlns="{namespace}">{relation}</Relationships>'
    return archive(members, base=files.docx(1))


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """Return a PNG that says it has this size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", data or zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def lying_archive() -> bytes:
    """Return a Word file whose directory says that a part is small, while 40 MiB come out of it."""
    whole = bytearray(docx(b"<a>" + bytes(40 * 1024**2)))
    for signature, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = whole.find(b"word/document.xml") if signature == b"PK\x03\x04" else whole.rfind(b"word/document.xml")
        start = whole.rfind(signature, 0, at)
        struct.pack_into("<I", whole, start + place, 100)
    return bytes(whole)


def encrypted_member() -> bytes:
    """Return a Word file whose members say that they are encrypted."""
    whole = bytearray(files.docx(1))
    for signature, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = -1
        while (at := whole.find(signature, at + 1)) >= 0:
            whole[at + place] |= 1
    return bytes(whole)


def endless_forms() -> list[str]:
    """Return the objects of a PDF whose page draws a form that draws itself, twice."""
    resources = "/Resources << /XObject << /I 5 0 R >> >>"
    form = f"/Type /XObject /Subtype /Form /BBox [0 0 960 540] {resources}"
    return [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 960 540] /Contents 4 0 R {resources} >>",
        "<< /Length 5 >>\nstream\n/I Do\nendstream",
        f"<< /Length 11 {form} >>\nstream\n/I Do /I Do\nendstream",
    ]


def laughs(name: str = "lol") -> str:
    entities = "".join(f'<!ENTITY {name}{n} "{f"&{name}{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY {name}0 "lol">{entities}]><d>&{name}9;</d>'


def hostile_files(canary: str, folder: Path) -> dict[str, Hostile]:
    """
    Return the files by what they try.

    Args:
        canary: Address of a server that must never be asked.
    """
    kind, damaged, locked = ("file_type",), ("file_damaged",), ("document_locked",)
    links, macros, bomb = ("document_links",), ("document_macros",), ("document_too_complex",)
    image = '<draw:image xlink:href="{}" xlink:type="simple"/>'
    good_pdf, good_docx = files.pdf(2), files.docx(1)
    sound = files.film(folder, "heard.mp4")
    makers: dict[str, Callable[[], Hostile]] = {
        "nothing": lambda: Hostile(b"", ("file_empty",)),
        "one byte": lambda: Hostile(b"%", kind),
        "a page of HTML": lambda: Hostile(b"<!doctype html><script src='" + canary.encode() + b"'></script>", kind),
        "SVG": lambda: Hostile(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", kind, "x.png"),
        "script": lambda: Hostile(b"fetch('" + canary.encode() + b"')", kind),
        "EPS": lambda: Hostile(b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run", kind, "x.eps"),
        "program": lambda: Hostile(b"MZ" + bytes(2000), kind, "x.pptx"),
        "GIF with script": lambda: Hostile(b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", kind, "x.gif"),
        "RTF with an object": lambda: Hostile(rb"{\rtf1{\object\objdata 0105}}", kind, "x.doc"),
        "picture in a film's dress": lambda: Hostile(b"\0\0\0\x18ftypheic" + bytes(200), kind, "x.mp4"),
        "PDF of one line": lambda: Hostile(b"%PDF-1.7\n", damaged),
        "half a PDF": lambda: Hostile(files.pdf(3)[:200], damaged),
        "10,000 pages": lambda: Hostile(files.pdf(10_000), ("document_too_long",)),
        "a page of a kilometre": lambda: Hostile(files.pdf(1, size=(3_000_000, 3_000_000)), damaged),
        "a page that is a line": lambda: Hostile(files.pdf(1, size=(100_000, 1)), damaged),
        "pages that hold themselves": lambda: Hostile(
            files.pdf_of(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] >>"]),
            damaged,
        ),
        "forms that hold themselves": lambda: Hostile(files.pdf_of(endless_forms()), (*damaged, *bomb)),
        "a locked PDF": lambda: Hostile(
            good_pdf.replace(b"/Root 1 0 R", b"/Encrypt << /Filter /Standard /V 9 >> /Root 1 0 R"), (*damaged, *locked)
        ),
        "2,500 megapixels": lambda: Hostile(png(50_000, 50_000), ("picture_too_large",), "x.png"),
        "half a picture": lambda: Hostile(files.picture("PNG")[:300], damaged, "x.png"),
        "a picture of nothing": lambda: Hostile(b"\xff\xd8\xff\xe0" + bytes(500), damaged, "x.jpg"),
        "a broken WebP": lambda: Hostile(
            b"RIFF\xff\xff\xff\x7fWEBPVP8X" + b"\xff" * 60, (*damaged, "picture_too_large"), "x.webp"
        ),
        "just a ZIP": lambda: Hostile(archive({"a.txt": "a"}), kind, "x.pptx"),
        "a ZIP before a PDF": lambda: Hostile(archive({"a.txt": "a"}) + good_pdf, (*kind, *damaged)),
        "600 MiB in 600 KiB": lambda: Hostile(docx(b"<a>" + bytes(600 * 1024**2)), bomb, "x.docx"),
        "packed a thousandfold": lambda: Hostile(docx(b"<a>" + bytes(90 * 1024**2)), bomb, "x.docx"),
        "sizes that lie": lambda: Hostile(lying_archive(), (*damaged, *bomb), "x.docx"),
        "6,000 members": lambda: Hostile(docx(more={f"word/{n}.txt": "" for n in range(6000)}), bomb, "x.docx"),
        "members with paths": lambda: Hostile(docx(more={"../../../../tmp/owned": "x"}), damaged, "x.docx"),
        "half a ZIP": lambda: Hostile(good_docx[: len(good_docx) // 2], damaged, "x.docx"),
        "a billion laughs": lambda: Hostile(docx(laughs()), bomb, "x.docx"),
        "laughs in UTF-16": lambda: Hostile(docx(laughs().encode("utf-16")), bomb, "x.docx"),
        "an entity of a file": lambda: Hostile(
            odf("&x;", head='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), bomb, "x.odt"
        ),
        "a picture that is a file": lambda: Hostile(odf(image.format("file:///etc/passwd")), links, "x.odt"),
        "a picture from the net": lambda: Hostile(odf(image.format(canary)), links, "x.odt"),
        "a picture up the tree": lambda: Hostile(odf(image.format("../../../../etc/passwd")), links, "x.odt"),
        "a section from the net": lambda: Hostile(
            odf(f'<text:section><text:section-source xlink:href="{canary}"/></text:section>'), links, "x.odt"
        ),
        "a Word picture from the net": lambda: Hostile(docx(link=("image", canary)), links, "x.docx"),
        "a Word template from the net": lambda: Hostile(docx(link=("attachedTemplate", canary)), links, "x.docx"),
        "an object that is a file": lambda: Hostile(docx(link=("oleObject", "file:///etc/passwd")), links, "x.docx"),
        "Word macros": lambda: Hostile(docx(more={"word/vbaProject.bin": b"macro"}), macros, "x.docx"),
        "Basic macros": lambda: Hostile(odf("", more={"Basic/Standard/Module1.xml": "<a/>"}), macros, "x.odt"),
        "Python macros": lambda: Hostile(odf("", kind=ODP, more={"Scripts/python/a.py": "import os"}), macros, "x.odp"),
        "macros in an old file": lambda: Hostile(
            COMPOUND + "_VBA_PROJECT".encode("utf-16-le") + "WordDocument".encode("utf-16-le"), macros, "x.doc"
        ),
        "a locked Office file": lambda: Hostile(COMPOUND + "EncryptedPackage".encode("utf-16-le"), locked, "x.docx"),
        "a table of an old Excel": lambda: Hostile(COMPOUND + "Workbook".encode("utf-16-le"), kind, "x.ppt"),
        "an old Word file of nothing": lambda: Hostile(
            COMPOUND + "WordDocument".encode("utf-16-le") + bytes(2000), damaged, "x.doc"
        ),
        "a locked OpenDocument": lambda: Hostile(
            odf("", more={"META-INF/manifest.xml": "<manifest:encryption-data/>"}), locked, "x.odt"
        ),
        "locked members": lambda: Hostile(encrypted_member(), locked, "x.docx"),
        "a film of nothing": lambda: Hostile(b"\0\0\0\x18ftypisom" + bytes(3000), damaged, "x.mp4"),
        "a WebM of nothing": lambda: Hostile(b"\x1a\x45\xdf\xa3" + bytes(3000), damaged, "x.webm"),
        "half a film": lambda: Hostile(sound[: len(sound) // 3], damaged, "x.mp4"),
    }
    return {name: make() for name, make in makers.items()}

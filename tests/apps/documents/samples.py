"""Documents of other makers, read where their packages put them; nothing of them is kept here."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tests.apps.documents.rendering import saved_as

TEMPLATES = Path("/usr/lib/libreoffice/share/template/common")
OFFICE = {
    "odp": ("presnt/Beehive.otp", "presnt/DNA.otp", "presnt/Grey_Elegant.otp", "presnt/Metropolis.otp"),
    "odt": ("wizard/letter/bus-elegant_l.ott", "wizard/letter/off-modern_l.ott", "officorr/Modern_business_letter_serif.ott"),
    "pptx": ("presnt/Growing_Liberty.otp", "presnt/Vivid.otp"),
    "ppt": ("presnt/Inspiration.otp",),
    "docx": ("wizard/letter/bus-modern_l.ott", "wizard/fax/bus-classic_f.ott"),
    "doc": ("wizard/letter/pri-marine_l.ott",),
}  # fmt: skip
"""What Debian's libreoffice-common brings for people to begin with, and as which format it is tried."""


def document_of(template: Path) -> bytes:
    """Return an OpenDocument template as the document that it becomes when somebody opens and saves it."""
    made = io.BytesIO()
    with zipfile.ZipFile(template) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename in ("mimetype", "META-INF/manifest.xml"):
                content = content.replace(b"-template", b"")
            stored = zipfile.ZIP_STORED if member.filename == "mimetype" else zipfile.ZIP_DEFLATED
            target.writestr(member.filename, content, stored)
    return made.getvalue()


def office_documents(folder: Path) -> list[Path]:
    """Write the office documents into a folder, those of Microsoft's formats as LibreOffice saves them; leave out what is not installed."""
    folder.mkdir()
    documents: list[Path] = []
    for ending, names in OFFICE.items():
        sources = []
        for name in names:
            template = TEMPLATES / name
            if template.exists():
                source = folder / f"{template.stem}.{'odp' if template.suffix == '.otp' else 'odt'}"
                source.write_bytes(document_of(template))
                sources.append(source)
        if sources and ending not in ("odp", "odt"):
            saved_as(ending, *sources)
        documents += [source.with_suffix(f".{ending}") for source in sources]
    return documents


def other_documents() -> Iterator[Path]:
    """Return PDFs and pictures that packages bring: of this environment, and of the system."""
    for place in (Path(sys.prefix), Path("/usr/share/doc"), Path("/usr/share/libreoffice")):
        for ending in ("pdf", "jpg", "jpeg", "png", "webp"):
            found = [file for file in sorted(place.rglob(f"*.{ending}")) if 2000 < file.stat().st_size < 5_000_000]
            yield from found[:3]

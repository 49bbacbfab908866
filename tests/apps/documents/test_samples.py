"""Documents that others made: their pages look as a direct rendering does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from apps.documents.convert import Failed
from apps.documents.shelf import Shelf
from tests.apps.documents import samples
from tests.apps.documents.rendering import alike, converted, directly, needs_office, painted, saved_as

AT_LEAST = 10


@needs_office
@pytest.mark.timeout(300)
async def test_office_files_of_other_makers_look_as_a_direct_rendering(shelf: Shelf, tmp_path: Path) -> None:
    documents = samples.office_documents(tmp_path / "samples")
    if len(documents) < AT_LEAST:
        pytest.skip(f"only {len(documents)} of LibreOffice's own templates are installed (Debian's libreoffice-common)")
    plain = tmp_path / "direct"
    plain.mkdir()
    sources = [plain / f"{number}{document.suffix}" for number, document in enumerate(documents)]
    for source, document in zip(sources, documents, strict=True):
        shutil.copy(document, source)
    saved_as("pdf", *sources)
    for source, document in zip(sources, documents, strict=True):
        done = await converted(shelf, document.read_bytes())
        assert (done.content, done.bad_pages) == (document.suffix[1:], ()), document.name
        direct = painted(source.with_suffix(".pdf"))
        assert done.pages == len(direct), document.name
        print(f"{document.name}: {done.pages} pages, differ by {alike(shelf, direct):.2f} of 255")


async def test_other_files_of_other_makers_look_right(shelf: Shelf, tmp_path: Path) -> None:
    seen: set[str] = set()
    for sample in samples.other_documents():
        try:
            done = await converted(shelf, sample.read_bytes())
        except Failed as failed:
            if failed.code in ("document_too_long", "file_type"):
                continue
            raise
        assert done.pages, sample
        seen.add(sample.name)
        if sample.suffix == ".pdf" and done.pages <= 20:
            alike(shelf, directly(sample.read_bytes(), "pdf", tmp_path))
    assert len(seen) >= AT_LEAST, f"only {len(seen)} samples found: {sorted(seen)}"

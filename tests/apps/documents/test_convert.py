"""Office files, PDF, pictures and films through the jail: the pages look as a direct rendering does; work goes on after a restart."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from apps.documents.contents import family_of
from apps.documents.convert import Conversion, Failed, Progress
from apps.documents.jail import Limits, office_program
from apps.documents.shelf import Shelf
from apps.single import running
from tests.apps.documents import files
from tests.apps.documents.guest import guest
from tests.waiting import until

needs_office = pytest.mark.skipif(office_program() is None, reason="LibreOffice is not installed")
ID = "pn_" + "a" * 24
DIFFERENCE_MAX = 6.0  # mean, of 255: WebP's own and that of letters' edges


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    made = Shelf(tmp_path / "documents")
    made.prepare()
    return made


async def converted(shelf: Shelf, content: bytes, limits: Limits | None = None) -> Progress:
    shutil.rmtree(shelf.of(ID), ignore_errors=True)
    shelf.of(ID).mkdir()
    shelf.original(ID).write_bytes(content)
    progress: list[Progress] = []

    async def report(now: Progress) -> None:
        progress.append(now)

    done = await Conversion(shelf, ID, family_of(content[:64]), limits or Limits(), report).run()
    assert not list(shelf.work.iterdir())
    if done.pages:
        assert [each.pages_ready for each in progress] == list(range(done.pages + 1))  # each page is told of
    return done


def directly(content: bytes, ending: str, folder: Path) -> list[Image.Image]:
    """Render without Sala: LibreOffice as anybody calls it, then pdfium."""
    source = folder / f"direct.{ending}"
    source.write_bytes(content)
    if ending != "pdf":
        profile = f"-env:UserInstallation=file://{folder}/direct-profile"
        command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
    with pdfium.PdfDocument(folder / "direct.pdf") as document:
        return [page.render(scale=1920 / max(page.get_size())).to_pil().convert("RGB") for page in document]


def saved_as(ending: str, source: Path) -> None:
    """Have LibreOffice save a file in another format, beside it."""
    profile = f"-env:UserInstallation=file://{source.parent}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", str(source.parent), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def alike(shelf: Shelf, direct: list[Image.Image]) -> None:
    for number, wanted in enumerate(direct, start=1):
        with Image.open(shelf.page(ID, number, "large")) as opened:
            page = opened.convert("RGB")
        assert page.size == wanted.size
        difference = np.abs(np.asarray(page, np.int16) - np.asarray(wanted, np.int16)).mean()
        assert difference < DIFFERENCE_MAX, f"page {number} differs by {difference:.1f}"
        with Image.open(shelf.page(ID, number, "small")) as small:
            assert max(small.size) == 320


def samples() -> Iterator[Path]:
    """Documents that packages bring: of this environment, and of the system."""
    places = [
        Path(sys.prefix),
        Path("/usr/share/doc"),
        Path("/usr/lib/libreoffice/share/template"),
        Path("/usr/share/libreoffice"),
    ]
    for place in places:
        for ending in ("pdf", "docx", "pptx", "odt", "odp", "doc", "ppt", "jpg", "jpeg", "png", "webp"):
            found = [file for file in sorted(place.rglob(f"*.{ending}")) if 2000 < file.stat().st_size < 5_000_000]
            yield from found[:3]


@needs_office
@pytest.mark.parametrize("ending", ["pptx", "docx"])
async def test_office_files_look_as_a_direct_rendering(shelf: Shelf, tmp_path: Path, ending: str) -> None:
    content = files.deck(4) if ending == "pptx" else files.docx()
    done = await converted(shelf, content)
    assert (done.content, done.bad_pages) == (ending, ())
    direct = directly(content, ending, tmp_path)
    assert done.pages == len(direct)
    alike(shelf, direct)


@needs_office
async def test_all_office_formats_are_taken(shelf: Shelf, tmp_path: Path) -> None:
    """LibreOffice itself makes the formats that no library here writes."""
    for source, content, endings in (("pptx", files.pptx(2), ("odp", "ppt")), ("docx", files.docx(), ("odt", "doc"))):
        (tmp_path / f"one.{source}").write_bytes(content)
        for ending in endings:
            saved_as(ending, tmp_path / f"one.{source}")
            done = await converted(shelf, (tmp_path / f"one.{ending}").read_bytes())
            assert done.content == ending
            alike(shelf, directly((tmp_path / f"one.{ending}").read_bytes(), ending, tmp_path))


async def test_real_documents_of_other_makers_look_right(shelf: Shelf, tmp_path: Path) -> None:
    seen: set[str] = set()
    for sample in samples():
        content, ending = sample.read_bytes(), sample.suffix.lstrip(".").lower()
        if ending in ("docx", "pptx", "odt", "odp", "doc", "ppt") and office_program() is None:
            continue
        try:
            done = await converted(shelf, content)
        except Failed as failed:
            if failed.code in ("document_too_long", "document_links", "file_type"):  # a template may refer to others
                continue
            raise
        assert done.pages, sample
        seen.add(sample.name)
        if ending == "pdf" and done.pages <= 20:
            alike(shelf, directly(content, "pdf", tmp_path))
    assert len(seen) >= 10, f"only {len(seen)} samples found: {sorted(seen)}"


async def test_pages_of_a_pdf_are_those_of_pdfium(shelf: Shelf, tmp_path: Path) -> None:
    content = files.pdf(5, size=(595, 842))
    done = await converted(shelf, content)
    assert done.pages == 5
    alike(shelf, directly(content, "pdf", tmp_path))


@pytest.mark.parametrize(
    ("name", "codec", "kept"), [("a.mp4", "libx264", "mp4"), ("b.mkv", "libx264", "mp4"), ("c.webm", "libvpx", "webm")]
)
async def test_films_keep_their_pictures_and_lose_their_metadata(
    shelf: Shelf, tmp_path: Path, name: str, codec: str, kept: str
) -> None:
    done = await converted(shelf, files.film(tmp_path, name, picture_codec=codec))
    film = shelf.film(ID)
    assert film is not None
    assert (film.name, round(done.duration_s or 0)) == (f"film.{kept}", 2)
    assert b"SECRET-TITLE" not in film.read_bytes()


async def test_a_film_that_browsers_do_not_play_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    with pytest.raises(Failed, match="film_codec"):
        await converted(shelf, files.film(tmp_path, "old.mkv", picture_codec="mpeg2video"))


async def test_a_restart_goes_on_with_what_was_waiting(home: Path) -> None:
    async with running(home=home, demo=True) as sala, guest(sala) as maria:
        ids = [(await maria.upload(files.pdf(30), f"{n}.pdf")).json()["presentation"] for n in range(3)]
        await until(lambda: (home / "documents" / ids[0] / "2-small.webp").exists(), timeout_s=30)
    states = {(home / "documents" / one / "original").exists() for one in ids[1:]}
    assert states == {True}  # the others had not begun
    async with running(home=home, demo=True) as sala, guest(sala) as maria:
        for one in ids:
            item = await maria.settled(one)
            assert (item["state"], item["pages_ready"]) == ("ready", 30)


async def test_without_libreoffice_it_says_how_to_install_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    async with running(home=home, demo=True) as sala, guest(sala) as maria:
        assert (await maria.get()).json()["office"] is False
        refused = await maria.prepared(files.pptx(1))
        assert refused["code"] == "office_missing"
        assert "apt-get install libreoffice-impress" in refused["message"]
        assert (await maria.prepared(files.pdf(1)))["state"] == "ready"

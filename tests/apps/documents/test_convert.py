"""Office files, PDF, pictures and films through the jail: the pages look as a direct rendering does; work goes on after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.documents.convert import Failed
from apps.documents.shelf import Shelf
from apps.single import running
from tests.apps.documents import files
from tests.apps.documents.guest import guest
from tests.apps.documents.rendering import ID, alike, converted, directly, needs_office, saved_as
from tests.waiting import until


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
        await until(lambda: (home / "documents" / ids[0] / "2-small.webp").exists(), timeout_s=60)
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

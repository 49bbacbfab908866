"""Presentations over HTTP: uploads, pages, films in ranges, order, reuse, and who may do what."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from apps.single import Sala, running
from data import queries
from tests.apps.documents import files
from tests.apps.documents.guest import BASE, Guest, guest
from tests.apps.visit import Visit
from tests.waiting import until


@pytest.fixture
async def maria(sala: Sala) -> AsyncIterator[Guest]:
    async with guest(sala) as moderator:
        yield moderator


def opened(page: bytes) -> Image.Image:
    return Image.open(io.BytesIO(page)).convert("RGB")


async def test_a_document_becomes_pages_in_two_sizes(maria: Guest, sala: Sala) -> None:
    item = await maria.prepared(files.pdf(3), "C:\\Documents\\Planul de ședință.pdf")
    assert (item["state"], item["kind"], item["pages"], item["pages_ready"]) == ("ready", "document", 3, 3)
    assert item["title"] == "Planul de ședință"
    for size, pixels in (("large", (1920, 1080)), ("small", (320, 180))):
        page = await maria.get(f"/{item['presentation']}/pages/2-{size}.webp")
        assert page.headers["Content-Type"] == "image/webp"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in page.headers["Content-Security-Policy"]
        assert opened(page.content).size == pixels
        again = await maria.get(
            f"/{item['presentation']}/pages/2-{size}.webp", **{"If-None-Match": page.headers["Etag"]}
        )
        assert again.status_code == 304
    late = await maria.get(f"/{item['presentation']}/pages/4-large.webp")
    assert (late.status_code, late.json()["error"]) == (404, "page_not_ready")
    folder = sala.settings.home / "documents" / item["presentation"]
    await until(lambda: not (folder / "original").exists(), what="the end of what was uploaded")
    kept = {file.name for file in folder.iterdir()}
    assert kept == {f"{number}-{size}.webp" for number in (1, 2, 3) for size in ("large", "small")}


async def test_pictures_are_painted_anew_without_what_they_carried(maria: Guest) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "SECRET-PLACE"  # turned by a quarter; a description
    item = await maria.prepared(files.picture("JPEG", (400, 300), exif=exif), "foto.jpg")
    assert (item["state"], item["kind"], item["pages"]) == ("ready", "pictures", 1)
    page = await maria.get(f"/{item['presentation']}/pages/1-large.webp")
    assert opened(page.content).size == (300, 400)
    assert b"SECRET-PLACE" not in page.content
    assert b"EXIF" not in page.content
    red, _green, blue = opened(page.content).getpixel((150, 20))  # type: ignore[misc]
    assert red > 200 > 60 > blue  # what was left is above now


async def test_a_film_is_served_in_single_ranges(maria: Guest, tmp_path: Path) -> None:
    foreign = files.film(tmp_path).replace(b"SECRET-TITLE", b"S\xc9CRET-TITLE")  # a title that is no UTF-8
    item = await maria.prepared(foreign, "film.mp4")
    assert (item["state"], item["kind"], item["duration_s"]) == ("ready", "film", pytest.approx(2, abs=0.2))
    address = f"/{item['presentation']}/film"
    whole = await maria.get(address)
    assert (whole.status_code, whole.headers["Content-Type"], whole.headers["Accept-Ranges"]) == (
        200,
        "video/mp4",
        "bytes",
    )
    assert b"CRET-TITLE" not in whole.content
    size = len(whole.content)
    for asked, first, last in (
        ("0-99", 0, 99),
        (f"{size - 5}-", size - 5, size - 1),
        ("-7", size - 7, size - 1),
        ("5-99999999", 5, size - 1),
    ):
        part = await maria.get(address, Range=f"bytes={asked}")
        assert part.status_code == 206
        assert part.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert part.content == whole.content[first : last + 1]
    for bad in (f"{size}-", "5-4", "0-1,3-4", "-0", "-", "a-b", "9" * 30 + "-"):
        assert (await maria.get(address, Range=f"bytes={bad}")).status_code == 416, bad
    assert (await maria.visit.http.head(BASE + address)).headers["Content-Length"] == str(size)


async def test_order_removal_reuse_and_deletion(sala: Sala) -> None:
    async with Visit(sala.url) as visit:
        await visit.sign_in("admin@localhost", sala.password)
        admin = Guest(visit, await visit.token("/r/demo"))
        a, b = [(await admin.prepared(files.picture(), name))["presentation"] for name in ("a.png", "b.png")]
        assert (await admin.change("/order", presentations=[b, a])).status_code == 200
        listed = (await admin.get()).json()
        assert [item["presentation"] for item in listed["presentations"]] == [b, a]
        assert listed["library"] == []
        await admin.change(f"/{a}/remove")
        listed = (await admin.get()).json()
        assert [[item["presentation"] for item in listed[each]] for each in ("presentations", "library")] == [[b], [a]]
        assert (await admin.change(f"/{a}/reuse")).json()["title"] == "a"
        assert (await admin.change(f"/{b}/delete")).status_code == 200
        assert [item["presentation"] for item in (await admin.get()).json()["presentations"]] == [a]
        assert not (sala.settings.home / "documents" / b).exists()


async def test_a_youtube_film_is_eleven_characters(maria: Guest) -> None:
    added = await maria.change("/youtube", link="https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3", title="Un film")
    assert added.status_code == 201
    assert (added.json()["kind"], added.json()["video"], added.json()["state"]) == ("youtube", "dQw4w9WgXcQ", "ready")
    for link in (
        "file:///etc/passwd",
        "http://169.254.169.254/watch?v=dQw4w9WgXcQ",
        "https://youtube.com.evil/watch?v=dQw4w9WgXcQ",
    ):
        assert (await maria.change("/youtube", link=link)).json()["error"] == "youtube_link"


async def test_uploads_are_refused_with_a_sentence(maria: Guest, sala: Sala) -> None:
    assert (await maria.upload(b"", "leer.pdf")).json()["error"] == "file_empty"
    refused = await maria.upload(b"<html><script>alert(1)</script>", "plan.pdf")
    assert (refused.status_code, refused.json()["error"]) == (415, "file_type")
    large = b"%PDF-1.7" + bytes(51 * 1024**2)
    assert (await maria.upload(large, "groß.pdf")).json()["error"] == "file_too_large"
    without = await maria.visit.http.post(BASE, content=files.picture())
    assert without.status_code == 403
    assert list((sala.settings.home / "documents" / "incoming").iterdir()) == []


async def test_a_room_takes_so_many_presentations_and_no_more(home: Path) -> None:

    async with running(home=home, demo=True, presentations_per_room=1, library_max_mib=1) as sala, guest(sala) as maria:
        big = await maria.upload(b"%PDF-1.7" + bytes(2 * 1024**2))
        assert big.json()["error"] == "library_full"
        await maria.prepared(files.picture())
        assert (await maria.upload(files.picture())).json()["error"] == "presentations_limit"
        assert (await maria.change("/youtube", link="https://youtu.be/dQw4w9WgXcQ")).json()[
            "error"
        ] == "presentations_limit"


async def test_only_those_who_may_present_reach_presentations(sala: Sala, maria: Guest) -> None:
    item = await maria.prepared(files.pdf(2))
    one = f"/{item['presentation']}"
    reads = ("", one, f"{one}/pages/1-large.webp", f"{one}/film")
    changes = ("/youtube", "/order", f"{one}/reuse", f"{one}/remove", f"{one}/delete")
    async with guest(sala, "Paul Participant") as paul, Visit(sala.url) as stranger:
        for path in reads:
            assert (await paul.get(path)).status_code == 404, path
            assert (await stranger.get(BASE + path)).status_code == 404, path
        for path in changes:
            assert (await paul.change(path)).status_code == 404, path
        assert (await paul.upload(files.picture())).status_code == 404
        await maria.join()
        await paul.join()
        assert (await maria.ask("start_presentation", presentation=item["presentation"]))["type"] == "done"
        started = await paul.event("presentation_started")
        assert (started["presentation"], started["pages"], started["title"]) == (item["presentation"], 2, "file")
        assert [(await paul.get(path)).status_code for path in reads] == [404, 200, 200, 404]
        assert (await stranger.get(f"{BASE}{one}/pages/1-large.webp")).status_code == 404
        for path in changes:
            assert (await paul.change(path)).status_code == 404, path
        assert (await maria.change(f"{one}/delete")).json()["error"] == "presentation_on_stage"
        await maria.ask("give_presenter", participant=paul.welcome["you"])
        assert (await paul.get()).status_code == 200
        assert (await maria.ask("take_presenter"))["type"] == "done"
        await maria.ask("stop_presentation")
        assert [(await paul.get(path)).status_code for path in reads] == [404, 404, 404, 404]


async def test_pages_pointer_and_late_comers(sala: Sala, maria: Guest) -> None:
    item = await maria.prepared(files.pdf(3))
    async with guest(sala, "Paul Participant") as paul, guest(sala, "Petra Participant") as petra:
        await maria.join()
        await paul.join()
        assert paul.welcome["snapshot"]["presentation"] is None
        await maria.ask("start_presentation", presentation=item["presentation"])
        await maria.ask("turn_page", page=2)
        assert (await paul.event("page_turned"))["page"] == 2
        assert (await paul.ask("turn_page", page=3))["code"] == "forbidden"
        shown = (await petra.join())["snapshot"]["presentation"]
        assert (shown["page"], shown["pages"], shown["pages_ready"], shown["title"]) == (2, 3, 3, "file")
        assert paul.tab is not None
        assert maria.tab is not None
        assert petra.tab is not None
        await paul.tab.send({"type": "point", "x": 0.1, "y": 0.1})  # not his to show
        await maria.tab.send({"type": "point", "x": 0.5, "y": 0.25})
        pointer = await petra.tab.until("pointer")
        assert pointer == {"type": "pointer", "participant": maria.welcome["you"], "x": 0.5, "y": 0.25}
        seen = await sala.database.read(queries.slides, now=sala.parts.clock())
        assert set(zip(seen["name"], seen["page"], strict=True)) >= {("Paul Participant", 1), ("Petra Participant", 2)}


async def test_what_is_not_there_can_not_be_shown(maria: Guest) -> None:
    await maria.join()
    assert (await maria.ask("start_presentation", presentation="pn_" + "0" * 24))["code"] == "presentation_unknown"
    broken = await maria.prepared(b"%PDF-1.7 and then nothing")
    assert (broken["state"], broken["code"]) == ("failed", "file_damaged")
    assert (await maria.ask("start_presentation", presentation=broken["presentation"]))["code"] == "presentation_failed"


async def test_a_presentation_starts_with_its_first_page_and_outlives_a_restart(home: Path) -> None:
    async with running(home=home, demo=True) as sala, guest(sala) as maria:
        await maria.join()
        presentation = (await maria.upload(files.pdf(40))).json()["presentation"]
        told: list[dict[str, Any]] = []
        while not told or told[-1]["pages_ready"] < 1:
            told.append(await maria.told_of_presentation())
        assert told[-1]["state"] == "converting"  # 39 pages are still to come
        assert (await maria.ask("start_presentation", presentation=presentation))["type"] == "done"
        assert (await maria.ask("turn_page", page=40))["type"] == "done"
        while told[-1]["state"] == "converting":
            told.append(await maria.told_of_presentation())
        ready = [each["pages_ready"] for each in told]
        assert ready == sorted(ready)
        assert (told[-1]["state"], ready[-1]) == ("ready", 40)
    async with running(home=home, demo=True) as sala, guest(sala) as maria:
        shown = (await maria.join())["snapshot"]["presentation"]
        assert (shown["presentation"], shown["page"], shown["pages_ready"]) == (presentation, 40, 40)
        assert shown["title"] == "file"
        await maria.ask("turn_page", page=2)

"""The room's page where the conference is recorded: notice, choice and button, in the words that people know."""

from __future__ import annotations

import pytest

from apps.single import Sala
from tests.apps.recording.studio import MODERATOR
from tests.apps.visit import Visit


@pytest.mark.parametrize(
    ("language", "start", "refuse"),
    [
        ("en", "Start recording", "Do not record me at all"),
        ("ro", "Pornește înregistrarea", "Nu mă înregistrați deloc"),
        ("it", "Avvia registrazione", "Non registratemi affatto"),
    ],
)
async def test_the_page_says_that_and_asks_what_is_recorded(
    recorded: Sala, language: str, start: str, refuse: str
) -> None:
    async with Visit(recorded.url) as visit:
        room = await visit.enter(recorded.demo_links[MODERATOR])
        visit.http.cookies.set("sala_language", language)
        answer = await visit.get(room)
        assert answer.status_code == 200
        page = answer.text
        assert start in page
        assert page.count(refuse) == 2  # before entering, and in the dialog
        assert 'name="consent" value="all" checked' in page


async def test_a_room_that_is_not_recorded_asks_nothing(sala: Sala) -> None:
    async with Visit(sala.url) as visit:
        room = await visit.enter(sala.demo_links[MODERATOR])
        assert 'name="consent"' not in (await visit.get(room)).text

"""Events as sentences: who did what to whom."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from apps.console.history import sentence_of
from apps.console.live_room import LiveRoom
from apps.console.words import Words
from apps.live.events import LiveEvent
from tests.apps.console.fakes import event, person, snapshot


@pytest.fixture
def room() -> LiveRoom:
    made = LiveRoom()
    made.load(snapshot(person(1, "Ana", badge="2"), person(2, "Ion")))
    return made


@pytest.mark.parametrize(
    ("happened", "sentence"),
    [
        (event(1, "microphone_off", actor="account:ac_1", participant="pt_2", reason="moderator"), "Alice switched off the microphone of Ion"),
        (event(1, "microphone_off", actor="participant:pt_2", participant="pt_2", reason="self"), "Ion switched the microphone off"),
        (event(1, "microphone_locked", actor="participant:pt_1", participant="pt_2", locked=True), "Ana 2 locked the microphone of Ion"),
        (event(1, "participant_removed", actor="account:ac_9", participant="pt_2"), "a moderator removed Ion"),
        (event(1, "session_closed", actor="system", reason="abandoned"), "Sala ended the session"),
        (event(1, "connected", actor="participant:pt_2", participant="pt_2"), ""),
        (event(1, "disconnected", actor="system", participant="pt_2", reason="lost"), "Ion lost the connection"),
        (event(1, "disconnected", actor="system", participant="pt_2", reason="closed"), ""),
    ],
)  # fmt: skip
def test_who_did_what(room: LiveRoom, happened: dict[str, Any], sentence: str) -> None:
    assert sentence_of(happened, room, {"ac_1": "Alice"}, Words("en")) == sentence


def test_every_event_type_is_said_or_left_out_without_failing(room: LiveRoom) -> None:
    for kind in get_args(get_args(LiveEvent)[0]):
        type_ = kind.model_fields["type"].default
        sentence_of(event(1, type_, participant="pt_1", locked=True, role="moderator"), room, {}, Words("ro"))

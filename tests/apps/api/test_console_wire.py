"""The console's link: what one end writes, the other end reads."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import get_args

import pytest

from apps.api.console_wire import (
    METHODS,
    BadWire,
    Call,
    Result,
    decode_auth,
    decode_call,
    decode_message,
    encode_auth,
    encode_call,
    encode_notice,
    encode_result,
)
from apps.live.commands import CloseSession, MuteMicrophone, SendMessage, WireCommand
from apps.live.state import Denied
from apps.planning.commands import CreateRoom, Invite, Invitee, PlanningCommand, RoomSettings
from apps.service import Done, Notice, QualityNotice, RecordsNotice, SessionNotice, SpeakersNotice
from data.ids import ParticipantId, RoomId

ROOM = RoomId("rm_1")
STARTS_AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def test_the_key_goes_over() -> None:
    assert decode_auth(encode_auth("kéy")) == "kéy"


@pytest.mark.parametrize(
    "command",
    [
        CloseSession(),
        SendMessage(text="bună ziua, ăîșțâ", to="moderators"),
        MuteMicrophone(participant=ParticipantId("pt_1")),
        CreateRoom(settings=RoomSettings(title="Riunione", starts_at=STARTS_AT, record=True)),
        Invite(room=ROOM, invitees=(Invitee(email="a@example.org", moderator=True),)),
    ],
)
def test_a_command_goes_over(command: PlanningCommand | WireCommand) -> None:
    call = Call(7, "command", "secret", command, ROOM)
    assert decode_call(encode_call(call)) == call


@pytest.mark.parametrize("method", sorted(set(METHODS) - {"command"}))
def test_a_question_goes_over(method: str) -> None:
    call = Call(1, method, "secret", None, ROOM)  # type: ignore[arg-type]
    assert decode_call(encode_call(call)) == call


def test_a_command_that_cannot_be_used_is_answered_without_its_content() -> None:
    raw = '{"type":"call","id":3,"method":"command","secret":"s","command":{"type":"send_message","text":7777}}'
    result = decode_call(raw)
    assert isinstance(result, Result)
    assert result.id == 3
    assert isinstance(result.answer, Denied)
    assert result.answer.code == "bad_request"
    assert "7777" not in str(result.answer)


@pytest.mark.parametrize(
    "raw",
    ["", "[]", "[" * 5000, "{}", '{"type":"call","id":"1","method":"snapshot","secret":"s"}',
     '{"type":"call","id":1,"method":"delete_everything","secret":"s"}', '{"type":"call","id":1,"method":"snapshot"}',
     '{"type":"call","id":1,"method":"snapshot","secret":"s","room":5}'],
)  # fmt: skip
def test_what_is_no_call_is_refused(raw: str) -> None:
    with pytest.raises(BadWire):
        decode_call(raw)


@pytest.mark.parametrize(
    "answer", [Done(), Done({"id": "rm_1", "added": 3}), Denied("forbidden"), Denied("room_full", {"limit": 5})]
)
def test_the_answer_to_a_command_goes_over(answer: Done | Denied) -> None:
    assert decode_message(encode_result(Result(4, answer))) == Result(4, answer)


def test_values_go_over_as_json() -> None:
    snapshot = MappingProxyType({"phase": "open", "participants": ({"name": "Șerban"},)})
    assert decode_message(encode_result(Result(5, snapshot))) == Result(
        5, {"phase": "open", "participants": [{"name": "Șerban"}]}
    )
    assert decode_message(encode_result(Result(6, ()))) == Result(6, [])


@pytest.mark.parametrize(
    "notice",
    [
        SessionNotice(ROOM, ({"number": 4, "type": "hand_raised", "at": "2026-03-01T09:00:00Z"},), 1_772_000_000.5),
        RecordsNotice("invitation", ("in_1", "in_2"), ROOM),
        RecordsNotice("account", ("ac_1",)),
        SpeakersNotice(ROOM, ("pt_1", "pt_2")),
        QualityNotice(ROOM, {"pt_1": {"level": "good", "up_bps": 1000, "down_loss_pct": None}}),
    ],
)
def test_a_notice_goes_over(notice: Notice) -> None:
    assert decode_message(encode_notice(notice)) == notice


def test_every_notice_but_the_links_own_can_be_written() -> None:
    from apps.api.console_wire import _KIND_OF

    assert {kind.__name__ for kind in get_args(Notice)} - {"LinkNotice"} == {kind.__name__ for kind in _KIND_OF}


@pytest.mark.parametrize(
    "raw",
    ["", "1", "{}", '{"type":"notice","notice":"moon"}', '{"type":"notice","notice":"session"}', '{"type":"result"}'],
)
def test_what_is_no_message_is_refused(raw: str) -> None:
    with pytest.raises(BadWire):
        decode_message(raw)

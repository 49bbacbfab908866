"""Private messages stay private, and numbers stay without gaps."""

from __future__ import annotations

from typing import Any

from apps.live import commands as cmd
from apps.live.visibility import CONSOLE, viewer_of, visible_event
from data.ids import MessageId, ParticipantId
from tests.apps.live.session import Led, room_of

ANA, BOB, MOD = ParticipantId("ana"), ParticipantId("bob"), ParticipantId("mod")


def sent(led: Led, by: str, to: str) -> dict[str, Any]:
    led.done(cmd.PostMessage(message=MessageId("m1"), to=to, commitment="00"), by)
    return {"number": 9, "type": "message_sent", "message": "m1", "to": to, "text": "Bună", "commitment": "00"}


def who_sees(led: Led, event: dict[str, Any]) -> list[str]:
    seen = [who for who in (MOD, ANA, BOB) if visible_event(event, led.state, viewer_of(led.state, who)).get("text")]
    assert visible_event(event, led.state, CONSOLE) == event
    return [str(who) for who in seen]


def test_a_message_to_everyone_is_for_everyone() -> None:
    led = room_of("ana", "bob")
    assert who_sees(led, sent(led, "ana", "everyone")) == ["mod", "ana", "bob"]


def test_a_message_to_the_moderators_is_for_them_and_its_author() -> None:
    led = room_of("ana", "bob")
    event = sent(led, "ana", "moderators")
    assert who_sees(led, event) == ["mod", "ana"]
    hidden = visible_event(event, led.state, viewer_of(led.state, BOB))
    assert hidden == {"number": 9, "type": "hidden"}


def test_a_message_to_one_participant_is_for_them_and_the_moderators() -> None:
    led = room_of("ana", "bob")
    assert who_sees(led, sent(led, "mod", "bob")) == ["mod", "bob"]


def test_a_moderator_who_lost_the_role_sees_private_messages_no_more() -> None:
    led = room_of("ana", "bob")
    led.done(cmd.SetRole(participant=ANA, role="moderator"), "mod")
    event = sent(led, "bob", "moderators")
    assert who_sees(led, event) == ["mod", "ana", "bob"]
    led.done(cmd.SetRole(participant=ANA, role="participant"), "mod")
    assert who_sees(led, event) == ["mod", "bob"]


def test_the_deletion_of_a_private_message_is_hidden_too() -> None:
    led = room_of("ana", "bob")
    sent(led, "ana", "moderators")
    deleted = {"number": 10, "type": "message_deleted", "message": "m1"}
    assert visible_event(deleted, led.state, viewer_of(led.state, BOB))["type"] == "hidden"


def test_participants_do_not_learn_each_others_records() -> None:
    led = room_of("ana")
    event = {"number": 1, "type": "participant_joined", "participant": "ana", "person": "in_1", "name_commitment": "00"}
    assert "person" not in visible_event(event, led.state, viewer_of(led.state, ANA))
    assert visible_event(event, led.state, CONSOLE)["person"] == "in_1"

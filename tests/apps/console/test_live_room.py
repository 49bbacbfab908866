"""Folding events into what the live page shows."""

from __future__ import annotations

from apps.console.live_room import LiveRoom
from tests.apps.console.fakes import event, person, snapshot


def loaded() -> LiveRoom:
    room = LiveRoom()
    room.load(snapshot(person(1, "Ana", role="moderator"), person(2, "Ion"), person(3, "Eva"), number=10))
    return room


def test_events_change_what_they_name() -> None:
    room = loaded()
    assert room.fold([event(11, "microphone_on", participant="pt_2"), event(12, "camera_on", participant="pt_2")])
    assert room.fold([event(13, "microphone_off", participant="pt_2", reason="moderator")])
    assert (room.people["pt_2"]["microphone"], room.people["pt_2"]["camera"]) == (False, True)


def test_known_events_count_nothing_and_a_gap_is_told() -> None:
    room = loaded()
    assert room.fold([event(9, "hand_raised", participant="pt_2"), event(10, "hand_raised", participant="pt_2")])
    assert room.hands == []
    assert not room.fold([event(12, "hand_raised", participant="pt_2")])
    assert room.number == 10


def test_hidden_events_only_count() -> None:
    room = loaded()
    assert room.fold([{"number": 11, "type": "hidden"}])
    assert (room.number, room.happened) == (11, [])


def test_order_is_moderators_presenter_hands_then_arrival() -> None:
    room = loaded()
    room.fold(
        [event(11, "participant_joined", participant="pt_4", role="participant", name="Zoe", badge="", guest=True)]
    )
    room.fold([event(12, "hand_raised", participant="pt_4"), event(13, "presenter_given", participant="pt_3")])
    assert [one["name"] for one in room.inside] == ["Ana", "Eva", "Zoe", "Ion"]


def test_a_lost_line_keeps_the_place_in_the_queue_and_leaving_does_not() -> None:
    room = loaded()
    room.fold([event(11, "hand_raised", participant="pt_2"), event(12, "hand_raised", participant="pt_3")])
    room.fold(
        [
            event(13, "disconnected", participant="pt_2", reason="lost"),
            event(14, "participant_gone", participant="pt_2"),
        ]
    )
    assert room.hands == ["pt_2", "pt_3"]
    assert [one["name"] for one in room.outside] == ["Ion"]
    room.fold([event(15, "participant_left", participant="pt_2")])
    assert room.hands == ["pt_3"]


def test_a_newer_tab_does_not_look_like_a_lost_line() -> None:
    room = loaded()
    room.fold([event(11, "disconnected", participant="pt_2", reason="replaced")])
    assert room.people["pt_2"]["presence"] == "present"


def test_a_new_session_begins_anew() -> None:
    room = loaded()
    room.fold([event(11, "session_closed", reason="ended", actor="account:ac_1")])
    assert (room.phase, room.inside) == ("closed", [])
    assert room.fold(
        [event(1, "session_opened"), event(2, "participant_joined", participant="pt_9", role="moderator", name="New")]
    )
    assert (room.phase, [one["name"] for one in room.inside]) == ("open", ["New"])


def test_a_deleted_message_loses_its_text() -> None:
    room = loaded()
    room.fold([event(11, "message_sent", message="ms_1", participant="pt_2", to="everyone", text="hello", name="Ion")])
    room.fold([event(12, "message_deleted", message="ms_1")])
    assert room.messages["ms_1"] | {"at": ""} == {
        "message": "ms_1", "participant": "pt_2", "name": "Ion", "to": "everyone", "at": "", "text": "", "deleted": True,
    }  # fmt: skip

"""The table of rights, walked: every role asks for everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.live import commands as cmd
from apps.live.commands import wire_command_from
from apps.live.decide import RULES, decide
from apps.live.permissions import PERMISSIONS, ROLES
from apps.live.state import Actor, Denied
from data.ids import MessageId, ParticipantId
from tests.apps.live.session import CHAIR, START, Led, actor, room_of

BOB = "bob"
COMMANDS: dict[str, dict[str, object]] = {  # row of the table to a command that falls under it
    "set_microphone": {"type": "set_microphone", "on": True},
    "set_camera": {"type": "set_camera", "on": True},
    "set_screen": {"type": "set_screen", "on": True},
    "raise_hand": {"type": "raise_hand"},
    "lower_hand": {"type": "lower_hand"},
    "leave": {"type": "leave"},
    "send_message": {"type": "send_message", "text": "Bună", "to": "moderators"},
    "delete_own_message": {"type": "delete_message", "message": "ms_own"},
    "open_session": {"type": "open_session"},
    "close_session": {"type": "close_session"},
    "mute_microphone": {"type": "mute_microphone", "participant": BOB},
    "lock_microphone": {"type": "lock_microphone", "participant": BOB, "locked": True},
    "lock_microphones": {"type": "lock_microphones", "locked": True},
    "stop_camera": {"type": "stop_camera", "participant": BOB},
    "stop_screen": {"type": "stop_screen", "participant": BOB},
    "lower_other_hand": {"type": "lower_hand", "participant": BOB},
    "lower_all_hands": {"type": "lower_all_hands"},
    "give_presenter": {"type": "give_presenter", "participant": BOB},
    "take_presenter": {"type": "take_presenter"},
    "set_role": {"type": "set_role", "participant": BOB, "role": "moderator"},
    "remove_participant": {"type": "remove_participant", "participant": BOB},
    "send_private_message": {"type": "send_message", "text": "Bună", "to": BOB},
    "delete_message": {"type": "delete_message", "message": "ms_other"},
    "start_presentation": {"type": "start_presentation", "presentation": "pn_1"},
    "turn_page": {"type": "turn_page", "page": 1},
    "play": {"type": "play"},
    "pause": {"type": "pause"},
    "seek": {"type": "seek", "position_s": 1.5},
    "stop_presentation": {"type": "stop_presentation"},
    "start_recording": {"type": "start_recording"},
    "stop_recording": {"type": "stop_recording"},
    "set_consent": {"type": "set_consent", "choice": "voice"},
    "set_visibility": {"type": "set_visibility", "visible": False},
    "answer_presence": {"type": "answer_presence", "check": 1},
    "set_presence_checks": {"type": "set_presence_checks", "on": True, "mean_min": 15},
    "set_floor_policy": {"type": "set_floor_policy", "policy": "lot"},
    "show_suppliers": {"type": "show_suppliers", "shown": True},
    "draw_lot": {"type": "draw_lot"},
    "grant_floor": {"type": "grant_floor", "participant": BOB},
    "refuse_floor": {"type": "refuse_floor", "participant": BOB},
    "extend_floor": {"type": "extend_floor", "participant": BOB, "more_s": 60},
    "end_floor": {"type": "end_floor"},
    "end_other_floor": {"type": "end_floor", "participant": BOB},
    "begin_reserved": {"type": "begin_reserved", "minutes": 10},
    "change_reserved": {"type": "change_reserved", "participant": "pt_5", "inside": True},
    "end_reserved": {"type": "end_reserved"},
    "file_statement": {"type": "file_statement", "text": "Contest"},
    "answer_statement": {"type": "answer_statement", "statement": "st_1", "answer": "noted"},
}
SEATS = {"moderator": "mod", "presenter": "pres", "participant": "ana", "supplier": "firm", "encoder": "obs"}


def everyone() -> Led:
    """Return a session with one of each role, where everybody wrote a message."""
    led = room_of("bob", "ana", "pres")
    led.join("firm", "supplier")
    led.join("obs", "encoder")
    led.done(cmd.GivePresenter(participant=ParticipantId("pres")), "mod")
    for who in set(SEATS.values()) - {"obs"}:
        led.done(cmd.PostMessage(message=MessageId(f"ms_{who}"), to="everyone", commitment="00"), who)
    led.done(cmd.PostMessage(message=MessageId("ms_other"), to="everyone", commitment="00"), "bob")
    return led


def test_the_table_has_a_row_for_each_command_of_the_wire() -> None:
    assert set(COMMANDS) == set(PERMISSIONS)
    types = {str(values["type"]) for values in COMMANDS.values()}
    wire = {kind.model_fields["type"].default for kind in RULES if wire_name(kind) in types}
    assert wire == types
    assert len(RULES) == len(types) + 23  # the house commands


def wire_name(kind: type) -> str:
    name: str = kind.model_fields["type"].default  # type: ignore[attr-defined]
    return name


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", COMMANDS)
def test_a_command_is_refused_exactly_where_the_table_says_so(action: str, role: str) -> None:
    if role == "administrator" and action == "delete_own_message":
        pytest.skip("an account deletes any message")
    led = everyone()
    seat = SEATS.get(role)
    values = dict(COMMANDS[action])
    if action == "delete_own_message":
        values["message"] = f"ms_{seat}"
    by = CHAIR if seat is None else actor(seat)
    answer = decide(led.state, wire_command_from(values), by, START)
    refused = isinstance(answer, Denied) and answer.code in ("forbidden", "not_presenter")
    assert refused is (role not in PERMISSIONS[action]), answer


@pytest.mark.parametrize("action", COMMANDS)
def test_an_unknown_actor_may_nothing(action: str) -> None:
    led = everyone()
    for stranger in (Actor("participant", "pt_x", "administrator"), Actor("account", "ac_x", ""), Actor("system")):
        assert isinstance(decide(led.state, wire_command_from(COMMANDS[action]), stranger, START), Denied)


def test_only_leaders_open_a_session() -> None:
    room = cmd.Open.model_validate({"room": "rm_1", "max_participants": 5, "record": False})
    assert Led().refused(room, Actor("participant", "pt_1", "")) == "forbidden"
    Led().done(room, Actor("participant", "pt_1", "moderator"))


def test_the_rules_page_shows_this_table() -> None:
    page = Path("docs/rules.md").read_text(encoding="utf-8")
    rows = {cells[1].strip(" `"): cells[2:-1] for line in page.splitlines() if len(cells := line.split("|")) == 9}
    shown = {row: {role for role, cell in zip(ROLES, rows[row], strict=True) if cell.strip()} for row in PERMISSIONS}
    assert shown == {row: set(roles) for row, roles in PERMISSIONS.items()}

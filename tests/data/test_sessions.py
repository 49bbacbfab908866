"""Sessions, who sat in them, what they wrote, how well it went."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data import messages, participants, quality, sessions
from data.commitments import commit, matches
from data.database import Database
from data.errors import NotFound, Taken
from data.ids import MessageId, ParticipantId, PersonId, RoomId, SessionId
from data.models import Quality
from tests.data.conftest import NOW

LATER = NOW + timedelta(hours=2)


def test_a_room_has_one_open_session(database: Database, room_id: RoomId, session_id: SessionId) -> None:
    with pytest.raises(Taken):
        database.run_now(sessions.open_, room_id=room_id, now=LATER)
    assert [opened.id for opened in database.read_now(sessions.open_ones)] == [session_id]
    found = database.read_now(sessions.open_of_room, room_id=room_id)
    assert found is not None
    assert found.id == session_id


def test_a_closed_session_keeps_its_moment_and_makes_room_for_the_next(
    database: Database, room_id: RoomId, session_id: SessionId
) -> None:
    database.run_now(sessions.close, session_id=session_id, now=LATER)
    closed = database.run_now(sessions.close, session_id=session_id, now=LATER + timedelta(hours=1))
    assert closed.closed_at == LATER
    second = database.run_now(sessions.open_, room_id=room_id, now=LATER, session_id=SessionId("se_2"))
    assert [found.id for found in database.read_now(sessions.of_room, room_id=room_id)] == [second.id, session_id]
    with pytest.raises(NotFound):
        database.run_now(sessions.close, session_id=SessionId("se_none"), now=LATER)


def test_a_person_has_one_participant_a_session(database: Database, session_id: SessionId) -> None:
    seated = database.run_now(
        participants.seat, session_id=session_id, person_id=PersonId("in_1"), name="Ion", email="ion@example.org"
    )
    again = database.run_now(participants.seat, session_id=session_id, person_id=PersonId("in_1"), name="Ioan")
    assert (again.id, again.name, again.salt, again.email) == (seated.id, "Ion", seated.salt, "ion@example.org")
    other = database.run_now(participants.seat, session_id=session_id, person_id=PersonId("in_2"), name="Ana")
    everybody = database.read_now(participants.of_session, session_id=session_id)
    assert [person.id for person in everybody] == [other.id, seated.id]
    assert [p.id for p in database.read_now(participants.of_person, person_id=PersonId("in_1"))] == [seated.id]
    assert database.read_now(participants.get, participant_id=ParticipantId("pt_none")) is None


def test_messages_come_in_order_and_can_be_blanked(database: Database, session_id: SessionId) -> None:
    for minutes, text in ((1, "doi"), (0, "unu")):
        database.run_now(
            messages.add,
            session_id=session_id,
            text=text,
            now=NOW + timedelta(minutes=minutes),
            message_id=MessageId(f"ms_{minutes}"),
            participant_id=ParticipantId("pt_1"),
        )
    database.run_now(messages.blank, message_id=MessageId("ms_1"))
    assert [m.text for m in database.read_now(messages.of_session, session_id=session_id)] == ["unu", ""]
    message = database.read_now(messages.get, message_id=MessageId("ms_0"))
    assert message is not None
    assert message.to == "everyone"


def test_quality_rows_are_kept_and_thrown_away_by_age(database: Database, session_id: SessionId) -> None:
    rows = [
        Quality(session_id=session_id, participant_id="pt_1", at=NOW + timedelta(seconds=10 * n), up_bps=n)
        for n in range(6)
    ]
    database.run_now(quality.add_all, rows=rows)
    newest = database.read_now(quality.of_session, session_id=session_id, since=NOW + timedelta(seconds=40))
    assert [row.up_bps for row in newest] == [4, 5]
    assert database.run_now(quality.delete_before, moment=NOW + timedelta(seconds=30)) == 3
    assert len(database.read_now(quality.of_session, session_id=session_id)) == 3


def test_a_commitment_fits_only_its_text_and_salt() -> None:
    commitment = commit(salt="0a", text="Ștefan")
    assert matches(commitment, salt="0a", text="Ștefan")
    assert not matches(commitment, salt="0a", text="Stefan")
    assert not matches(commitment, salt="0b", text="Ștefan")

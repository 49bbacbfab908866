"""Frames of a database, as a notebook opens it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from data import accounts, columns, event_log, frames, messages, quality, sessions
from data.database import Database, open_database
from data.event_log import NewEvent
from data.frames import Home, open_home
from data.ids import AccountId, MessageId, ParticipantId, RoomId, SessionId
from data.models import Participant, Quality, Room
from tests.data.conftest import NOW

ROOM, SESSION = RoomId("rm_1"), SessionId("se_1")
END = NOW + timedelta(minutes=30)


def log(session: Session, minutes: float, actor: str, type_: str, **payload: object) -> None:
    event_log.append(session, SESSION, NOW + timedelta(minutes=minutes), [NewEvent(type_, actor, payload)])


def hold_a_conference(session: Session) -> None:
    """Ana speaks to Ion, who comes late, raises his hand twice and writes; a third hand stays up to the end."""
    owner = accounts.create(session, email="ana@example.org", name="Ana", role="moderator", password_hash="", now=NOW)
    session.add(Room(id=ROOM, slug="x", owner_id=owner.id, title="Training", created_at=NOW))
    session.flush()
    sessions.open_(session, room_id=ROOM, now=NOW, session_id=SESSION)
    log(session, 0, f"account:{owner.id}", "session_opened", room="rm_1")
    for minutes, name in ((0, "Ana"), (10, "Ion")):
        session.add(Participant(id=name, session_id=SESSION, person_id=f"in_{name}", name=name, salt=""))
        log(session, minutes, "system", "participant_joined", participant=name, person=f"in_{name}", role="participant")
        log(session, minutes, "system", "connected", participant=name, connection=f"c_{name}", device="tablet")
    for minutes, lowered_by in ((11, "participant:Ion"), (13, "participant:Ana")):
        log(session, minutes, "participant:Ion", "hand_raised", participant="Ion")
        log(session, minutes + 1, lowered_by, "hand_lowered", participant="Ion")
    log(session, 20, "participant:Ion", "hand_raised", participant="Ion")
    chat_a_little(session, AccountId(owner.id))
    session.add(Quality(session_id=SESSION, participant_id="Ion", at=NOW, up_bps=32000, up_loss_pct=0.5))
    log(session, 30, "system", "session_closed", reason="ended")
    sessions.close(session, session_id=SESSION, now=END)
    sessions.open_(session, room_id=ROOM, now=END + timedelta(hours=1), session_id=SessionId("se_2"))


def chat_a_little(session: Session, owner: AccountId) -> None:
    for number, text in enumerate(("Bună ziua", "greșit")):
        sent_at = NOW + timedelta(minutes=15 + number)
        values = {"participant_id": ParticipantId("Ion"), "message_id": MessageId(f"ms_{number}")}
        messages.add(session, session_id=SESSION, text=text, now=sent_at, **values)  # type: ignore[arg-type]
        log(
            session,
            15 + number,
            "participant:Ion",
            "message_sent",
            message=f"ms_{number}",
            participant="Ion",
            to="everyone",
        )
    messages.add(session, session_id=SESSION, text="Începem", now=NOW, account_id=owner, message_id=MessageId("ms_9"))
    log(session, 17, f"account:{owner}", "message_deleted", message="ms_1")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with open_database(tmp_path) as database:
        database.run_now(hold_a_conference)
    with open_home(tmp_path) as home:
        yield home


def test_attendance(home: Home) -> None:
    frame = home.attendance()
    assert frame["name"].tolist() == ["Ana", "Ion"]
    assert frame["present_s"].tolist() == [1800, 1200]
    assert frame[["hands", "messages"]].values.tolist() == [[0, 0], [3, 2]]


def test_sessions(home: Home) -> None:
    frame = home.sessions()
    assert frame["session_id"].tolist() == ["se_1", "se_2"]
    first = frame.iloc[0]
    assert (first["title"], first["length_s"], first["participants"], first["present_s"]) == ("Training", 1800, 2, 3000)
    assert (first["messages"], first["hands"], first["closed_at"]) == (2, 3, END)
    assert frame["participants"].tolist() == [2, 0]
    assert frame["closed_at"].isna().tolist() == [False, True]


def test_chat(home: Home) -> None:
    frame = home.chat()
    assert frame["name"].tolist() == ["Ana", "Ion", "Ion"]
    assert frame["text"].tolist() == ["Începem", "Bună ziua", ""]
    assert frame["deleted"].tolist() == [False, False, True]


def test_hands(home: Home) -> None:
    frame = home.hands()
    assert frame["name"].tolist() == ["Ion"] * 3
    assert frame["raised_s"].tolist() == [60, 60, 600]
    assert frame["lowered_by"].tolist() == ["self", "moderator", "ended"]
    assert frame["lowered_at"].tolist() == [NOW + timedelta(minutes=minutes) for minutes in (12, 14, 30)]


def test_a_hand_that_is_up(database: Database) -> None:
    database.run_now(hold_a_conference)
    now = END + timedelta(hours=2)
    for _ in range(2):  # the log never holds this, and it must not confuse
        database.run_now(
            event_log.append, SessionId("se_2"), now, [NewEvent("hand_raised", "x", {"participant": "Ion"})]
        )
    frame = database.read_now(frames.hands, now=now + timedelta(seconds=9), session_id=SessionId("se_2"))
    assert frame["lowered_at"].isna().tolist() == [False, True]
    assert frame["raised_s"].tolist() == [0, 9]
    assert frame["lowered_by"].isna().tolist() == [False, True]


def test_quality(home: Home) -> None:
    [row] = home.quality().to_dict("records")
    assert (row["participant_id"], row["up_bps"], row["up_loss_pct"]) == ("Ion", 32000, 0.5)


def test_frames_can_be_narrowed(home: Home) -> None:
    for frame in (home.attendance, home.chat, home.hands, home.quality, home.sessions):
        assert len(frame(room_id="rm_1")) == len(frame())
        assert frame(room_id="rm_2").empty
        assert len(frame(session_id="se_1")) == len(frame()) - (frame == home.sessions)


SCHEMAS = {
    "sessions": columns.SESSIONS,
    "attendance": columns.ATTENDANCE,
    "chat": columns.CHAT,
    "hands": columns.HANDS,
    "quality": columns.QUALITY,
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_columns_and_types_are_as_promised_with_and_without_rows(home: Home, tmp_path: Path, name: str) -> None:
    open_database(tmp_path / "empty").close()
    with open_home(tmp_path / "empty") as empty:
        for frame in (getattr(home, name)(), getattr(empty, name)()):
            assert [(column, str(kind)) for column, kind in frame.dtypes.items()] == list(SCHEMAS[name].items())


async def test_the_console_reads_frames_through_its_database(database: Database) -> None:
    await database.run(hold_a_conference)
    frame = await database.read(frames.attendance, now=END, session_id=SESSION)
    assert frame["present_s"].tolist() == [1800, 1200]
    assert len(await database.read(frames.hands, now=END)) == 3
    assert len(await database.read(frames.chat)) == 3
    assert len(await database.read(frames.quality)) == 1
    assert len(await database.read(frames.sessions, now=END)) == 2


def test_quality_of_a_session(home: Home) -> None:
    assert len(home.database.read_now(quality.of_session, session_id=SESSION)) == 1

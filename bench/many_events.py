"""Many invented events as ``FACTS``, made column by column: people who come, reconnect, speak, look away, answer and go."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sqlmodel import Session

from data import accounts, sessions
from data.columns import FACTS, asserted
from data.database import Database, open_database
from data.ids import RoomId, SessionId
from data.models import Event, Room

TYPES = (
    "session_opened", "session_closed", "participant_joined", "connected", "disconnected", "microphone_on", "microphone_off",
    "camera_on", "camera_off", "hand_raised", "hand_lowered", "message_sent", "visibility_changed", "media_flowing", "presence_checked",
)  # fmt: skip
LENGTH_US = 90 * 60 * 1_000_000
DAY_US = 86_400_000_000
FIRST_US = 1_772_438_400_000_000  # 2 March 2026, 08:00 UTC

PATTERN = (  # what one person does, in order; repeated parts fill up to the wanted number of events
    ("participant_joined", None), ("connected", None), ("media_flowing", True), ("microphone_on", None), ("microphone_off", None),
    ("visibility_changed", False), ("visibility_changed", True), ("disconnected", None), ("connected", None), ("media_flowing", True),
    ("camera_on", None), ("message_sent", None), ("presence_checked", True), ("camera_off", None), ("hand_raised", None),
    ("hand_lowered", None),
)  # fmt: skip
AGAIN = (
    ("visibility_changed", False),
    ("visibility_changed", True),
    ("microphone_on", None),
    ("microphone_off", None),
    ("presence_checked", True),
)


def many_events(*, sessions: int, people: int, events: int, seed: int) -> pd.DataFrame:
    """Return exactly ``events`` events; every participant ends with ``disconnected``."""
    chance = np.random.default_rng(seed)
    each = (events - 2 * sessions) // (sessions * people)
    steps = _steps(each)
    seats = sessions * people
    rows = {name: np.tile(values, seats) for name, values in steps.items()}
    seat = np.repeat(np.arange(seats, dtype=np.int32), len(steps["type"]))
    session = seat // people
    at = np.sort(chance.integers(0, LENGTH_US - 1, (seats, len(steps["type"]))), axis=1).ravel()
    connection = seat * 2 + rows.pop("second")
    spare = events - len(seat) - 2 * sessions  # so that the number is exact: some more messages
    extra = chance.integers(0, seats, spare, dtype=np.int32)
    columns = {
        "session": np.concatenate([np.tile(np.arange(sessions), 2), session, extra // people]),
        "at": np.concatenate([np.zeros(sessions), np.full(sessions, LENGTH_US), at, np.full(spare, LENGTH_US - 1)]),
        "type": np.concatenate(
            [np.zeros(sessions), np.ones(sessions), rows["type"], np.full(spare, TYPES.index("message_sent"))]
        ),
        "seat": np.concatenate([np.full(2 * sessions, -1), seat, extra]),
        "connection": np.concatenate([np.full(2 * sessions, -1), connection, np.full(spare, -1)]),
        "flag": np.concatenate([np.full(2 * sessions, -1), rows["flag"], np.full(spare, -1)]),
    }
    small = {"type": np.int8, "flag": np.int8, "at": np.int64}
    columns = {name: values.astype(small.get(name, np.int32)) for name, values in columns.items()}
    return _facts(columns, sessions=sessions, seats=seats)


def _steps(each: int) -> dict[str, np.ndarray]:
    """Return the steps of one person as codes; ``second`` tells the second connection from the first."""
    named = list(PATTERN)
    while len(named) < each - 1:
        named += AGAIN
    named = [*named[: each - 1], ("disconnected", None)]
    second = np.cumsum([name == "connected" for name, _ in named]) - 1
    return {
        "type": np.array([TYPES.index(name) for name, _ in named], dtype=np.int8),
        "flag": np.array([-1 if flag is None else int(flag) for _, flag in named], dtype=np.int8),
        "second": np.maximum(second, 0).astype(np.int32),
    }


def _facts(columns: dict[str, np.ndarray], *, sessions: int, seats: int) -> pd.DataFrame:
    order = np.lexsort((columns["type"] == 1, columns["at"], columns["session"]))
    columns = {name: values[order] for name, values in columns.items()}
    session, seat, type_ = columns["session"], columns["seat"], columns["type"]
    first = np.searchsorted(session, np.arange(sessions))
    connected = np.isin(type_, (TYPES.index("connected"), TYPES.index("disconnected")))
    sent = type_ == TYPES.index("message_sent")
    joined = type_ == TYPES.index("participant_joined")
    made: dict[str, Any] = {
        "session_id": _coded(session, [f"se_{number:08}" for number in range(sessions)]),
        "number": (np.arange(len(session)) - first[session] + 1).astype(np.int32),
        "at": pd.to_datetime(
            FIRST_US + (session % 365).astype(np.int64) * DAY_US + columns["at"], unit="us", utc=True
        ).as_unit("us"),
        "type": _coded(type_, list(TYPES)),
        "actor": _coded(
            np.where(seat < 0, 0, seat + 1), ["system", *(f"participant:pt_{number:08}" for number in range(seats))]
        ),
        "participant_id": _coded(seat, [f"pt_{number:08}" for number in range(seats)]),
        "person_id": _coded(np.where(joined, seat, -1), [f"in_{number:08}" for number in range(seats)]),
        "connection_id": _coded(
            np.where(connected, columns["connection"], -1), [f"cn_{number:08}" for number in range(2 * seats)]
        ),
        "message_id": _coded(
            np.where(sent, np.cumsum(sent) - 1, -1), [f"ms_{number:08}" for number in range(int(sent.sum()))]
        ),
        "device": _coded(np.where(type_ == TYPES.index("connected"), seat % 3, -1), ["desktop", "tablet", "phone"]),
        "role": _coded(np.where(joined, 0, -1), ["participant"]),
        "reason": _coded(np.where(type_ == TYPES.index("disconnected"), 0, -1), ["lost"]),
        "flag": pd.arrays.BooleanArray(columns["flag"] == 1, columns["flag"] < 0),
        "amount": pd.arrays.IntegerArray(np.ones(len(seat), dtype=np.int32), type_ != TYPES.index("presence_checked")),
    }
    return asserted(pd.DataFrame({name: made[name] for name in FACTS}, copy=False), FACTS)


def _coded(codes: np.ndarray, texts: list[str]) -> Any:
    return pd.Categorical.from_codes(codes.astype(np.int32), categories=pd.Index(texts))


def in_database(home: Path, facts: pd.DataFrame) -> int:
    """Write events into a new home, unchained, for measuring how fast they are read; return how many."""
    keys = {"participant_id": "participant", "person_id": "person", "connection_id": "connection", "message_id": "message", "device": "device", "role": "role", "reason": "reason"}  # fmt: skip
    with open_database(home) as database:
        _rooms(database, facts["session_id"].cat.categories)
        texts = facts.astype({name: object for name in keys})
        events = [
            Event(
                session_id=row["session_id"],
                number=row["number"],
                at=row["at"].to_pydatetime(),
                actor=row["actor"],
                type=row["type"],
                payload={key: row[name] for name, key in keys.items() if isinstance(row[name], str)},
                previous_hash="",
                hash="",
            )
            for row in texts.to_dict("records")
        ]
        database.run_now(lambda session: session.add_all(events))
    return len(events)


def _rooms(database: Database, session_ids: pd.Index) -> None:
    now = datetime(2026, 3, 2, 8, tzinfo=UTC)
    owner = database.run_now(
        accounts.create, email="a@example.org", name="A", role="moderator", password_hash="-", now=now
    )
    for number, session_id in enumerate(session_ids):
        room = Room(id=f"rm_{number}", slug=f"r{number}", owner_id=owner.id, title="Room", created_at=now)
        database.run_now(_add, room)
        database.run_now(sessions.open_, room_id=RoomId(room.id), now=now, session_id=SessionId(session_id))


def _add(session: Session, row: Room) -> None:
    session.add(row)

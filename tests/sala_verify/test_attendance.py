"""The verifier counts presence on its own; it must come to what the frames say, for whoever came and went in whatever way."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import select

from apps.evidence.dossier import event_line
from data import event_log, frames
from data.database import open_database
from data.ids import SessionId
from data.models import Session
from data.sample import fill
from sala_verify import chain
from sala_verify.record import present_s


def test_presence_is_counted_as_the_frames_count_it(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        fill(database, seed=3, sessions=12)
        with frames.open_data(tmp_path) as home:
            attendance = home.attendance()
        openings = database.read_now(lambda session: session.exec(select(Session)).all())
        for opening in openings:
            lines = database.read_now(event_log.read, SessionId(opening.id))
            events, bad = chain.read(b"".join(map(event_line, lines)))
            assert not bad
            assert list(chain.check(events, bad, session=opening.id, length=len(lines))) == []
            own = attendance[attendance["session_id"] == opening.id]
            expected = dict(zip(own["participant_id"], own["present_s"], strict=True))
            counted = present_s(events)
            assert counted.keys() == expected.keys()
            assert all(abs(counted[who] - expected[who]) < 0.001 for who in expected)

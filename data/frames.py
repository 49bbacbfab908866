"""
What a home folder or a database holds, as frames for notebooks; nothing is started, nothing is written.

In a notebook::

    from data.frames import open_data

    home = open_data("var")
    home.attendance().groupby("person_id")["present_s"].sum()

Elsewhere ``await database.read(frames.attendance, session_id=…, now=…)``. Columns: ``data.columns`` and docs/data.md.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from data.across import people_of
from data.columns import FACTS, SCHEMAS, asserted
from data.database import Database, open_database
from data.dossiers import is_dossier, unpack
from data.privacy import Pseudonyms
from data.queries import attendance, chat, checks, facts, hands, quality, sessions, slides, speaking, timeline
from data.timeline import curve

__all__ = [
    "Home",
    "attendance",
    "chat",
    "checks",
    "facts",
    "hands",
    "open_data",
    "open_home",
    "quality",
    "sessions",
    "slides",
    "speaking",
    "timeline",
]


class Home:
    """
    The frames of one database, opened for reading; close it, or use it in a ``with`` block.

    Every frame takes ``session_id=`` or ``room_id=`` to narrow it, and is checked against its schema. With ``pseudonyms`` no frame
    holds a name, an address, a text or an id that leads to one.
    """

    def __init__(
        self, database: Database, *, pseudonyms: Pseudonyms | None = None, closing: Callable[[], None] | None = None
    ) -> None:
        self.database, self._pseudonyms = database, pseudonyms
        self._closing = closing or database.close

    def sessions(self, **where: Any) -> pd.DataFrame:
        """Return ``SESSIONS``, the oldest first."""
        return self._given("sessions", self.database.read_now(sessions, now=_now(), **where))

    def attendance(self, **where: Any) -> pd.DataFrame:
        """Return ``ATTENDANCE``; sessions that are open count until now."""
        return self._given("attendance", self.database.read_now(attendance, now=_now(), **where))

    def people(self, **where: Any) -> pd.DataFrame:
        """Return ``PEOPLE``: the attendance of each person, summed up over sessions."""
        return self._given("people", people_of(self.database.read_now(attendance, now=_now(), **where)))

    def timeline(self, **where: Any) -> pd.DataFrame:
        """Return ``TIMELINE``: when each participant was connected, with media flowing, with the page visible."""
        return self._given("timeline", self.database.read_now(timeline, now=_now(), **where))

    def curve(self, *, step: timedelta = timedelta(minutes=1), **where: Any) -> pd.DataFrame:
        """Return ``CURVE``: how many people were there at each ``step``."""
        return self._given("curve", curve(self.database.read_now(timeline, now=_now(), **where), step=step))

    def speaking(self, **where: Any) -> pd.DataFrame:
        """Return ``SPEAKING``: each time a microphone was on, and how long it carried speech."""
        return self._given("speaking", self.database.read_now(speaking, now=_now(), **where))

    def checks(self, **where: Any) -> pd.DataFrame:
        """Return ``CHECKS``: who was asked *are you there?*, and who answered."""
        return self._given("checks", self.database.read_now(checks, **where))

    def slides(self, **where: Any) -> pd.DataFrame:
        """Return ``SLIDES``: pages shown, and how long each person saw them."""
        return self._given("slides", self.database.read_now(slides, now=_now(), **where))

    def chat(self, **where: Any) -> pd.DataFrame:
        """Return ``CHAT``."""
        return self._given("chat", self.database.read_now(chat, **where))

    def hands(self, **where: Any) -> pd.DataFrame:
        """Return ``HANDS``."""
        return self._given("hands", self.database.read_now(hands, now=_now(), **where))

    def quality(self, **where: Any) -> pd.DataFrame:
        """Return ``QUALITY``."""
        return self._given("quality", self.database.read_now(quality, **where))

    def facts(self, **where: Any) -> pd.DataFrame:
        """Return ``FACTS``: the events themselves."""
        if self._pseudonyms is not None:
            raise ValueError("events name people by their ids; open the data without pseudonyms to see them")
        return asserted(self.database.read_now(facts, **where), FACTS)

    def close(self) -> None:
        """Close the database; what was unpacked of a dossier is removed."""
        self._closing()

    def __enter__(self) -> Home:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _given(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        if self._pseudonyms is not None:
            frame = self._pseudonyms.applied(frame)
        return asserted(frame, SCHEMAS[name])


def open_data(where: str | Path, *, pseudonyms: bool | bytes = False) -> Home:
    """
    Open a home folder, a database by its URL (``postgresql://…``), or a session's dossier, for reading; a Sala may be running there.

    Args:
        where: The folder, the URL, or the dossier's file. A dossier is unpacked into a folder of its own, which ``close`` removes.
        pseudonyms: ``True`` for frames without names, under a random key; a key of your own makes the same pseudonyms each time.

    Raises:
        DataError: As ``open_database``; ``DossierUnreadable`` for a file that is none, or whose events were changed.
    """
    key = None if isinstance(pseudonyms, bool) else pseudonyms
    hiding = Pseudonyms(key) if pseudonyms else None
    if is_dossier(where):
        held = unpack(Path(where))
        return Home(held.database, pseudonyms=hiding, closing=held.close)
    return Home(open_database(where, write=False), pseudonyms=hiding)


open_home = open_data


def _now() -> datetime:
    return datetime.now(UTC)

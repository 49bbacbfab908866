"""The tables of evidence: what people wrote in front of the minutes, and the heads that were given out. ``data.models`` gives them with all others."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from data.table import Table, UTCDateTime


class Preface(Table, table=True):
    """
    What stands before the facts of a session's minutes, in one language. A change is a new version, numbered from 1; none is overwritten.

    An empty text takes the preface away again.
    """

    session_id: str = Field(primary_key=True, foreign_key="session.id")
    language: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    text: str
    account_id: str = Field(foreign_key="account.id", index=True)  # who wrote it
    written_at: datetime = Field(sa_type=UTCDateTime)


class NotedHead(Table, table=True):
    """The end of a session's log as it was given to somebody: in a receipt, in minutes, in a dossier. Anybody may ask whether it is one."""

    hash: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="session.id", index=True)
    number: int
    noted_at: datetime = Field(sa_type=UTCDateTime)

"""The table of what is put on the record of a tender's session; ``data.models`` gives it with all others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from data.table import Table, UTCDateTime


class Statement(Table, table=True):
    """
    A statement with its answer; the events hold their commitments. The document lies in the home folder as ``statements/<session>/<id>``.

    ``account_id`` is the filer's where they signed in. ``salt`` belongs to ``text``, ``reason_salt`` to ``reason``.
    """

    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="session.id", index=True)
    participant_id: str = Field(index=True)
    account_id: str | None = None
    text: str
    salt: str
    document_name: str | None = None
    document_sha256: str | None = None
    document_bytes: int | None = Field(default=None, sa_type=BigInteger)
    filed_at: datetime = Field(sa_type=UTCDateTime)
    answer: str | None = None  # noted | accepted | declined
    reason: str = ""
    reason_salt: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    erased_at: datetime | None = Field(default=None, sa_type=UTCDateTime)

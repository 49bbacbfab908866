"""The table of encoders; ``data.models`` gives it with all others."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from data.table import Table, UTCDateTime


class Encoder(Table, table=True):
    """A program such as OBS that may present in a room by a bearer token, of which only the hash is kept. Its id is the person of its seat."""

    id: str = Field(primary_key=True)
    room_id: str = Field(foreign_key="room.id", index=True)
    name: str
    token_hash: str = Field(unique=True, index=True)  # SHA-256 of the token, hex
    account_id: str = Field(foreign_key="account.id", index=True)  # who made it
    created_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)

"""The tables of tenders and of the suppliers that take part in them; ``data.models`` gives them with all others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from data.table import Table, UTCDateTime


class Organisation(Table, table=True):
    """A supplier (economic operator): its people sign in with accounts of their own. A disabled one lets nobody in."""

    id: str = Field(primary_key=True)
    name: str
    tax_code: str = Field(unique=True, index=True)  # upper case without spaces
    search: str = ""  # name and tax code, folded
    created_at: datetime = Field(sa_type=UTCDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    erased_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class AccountToken(Table, table=True):
    """A single-use link that lets somebody choose a password. Only the hash of its secret is kept."""

    token_hash: str = Field(primary_key=True)  # SHA-256 of the secret, hex
    account_id: str = Field(foreign_key="account.id", index=True)
    kind: str  # activation | reset
    created_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class RecoveryCode(Table, table=True):
    """A single-use code for a person who lost the device of the second step."""

    code_hash: str = Field(primary_key=True)  # SHA-256 of account and code, hex
    account_id: str = Field(foreign_key="account.id", index=True)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Tender(Table, table=True):
    """A public tender; its sessions are those of its room. ``search`` is number and subject, folded: see ``data.text``."""

    id: str = Field(primary_key=True)
    room_id: str = Field(unique=True, index=True, foreign_key="room.id")
    owner_id: str = Field(foreign_key="account.id", index=True)
    number: str = Field(unique=True, index=True)
    subject: str
    procedure: str  # open | restricted | negotiated | dialogue | partnership | direct | other
    deadline: datetime = Field(sa_type=UTCDateTime, index=True)
    base_amount_cents: int | None = Field(default=None, sa_type=BigInteger, index=True)  # None: not told
    currency: str = "EUR"
    description: str = ""
    search: str = ""
    created_at: datetime = Field(sa_type=UTCDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class TenderSupplier(Table, table=True):
    """An organisation's part in a tender. Only an admitted one learns that the tender exists (AB-08)."""

    tender_id: str = Field(primary_key=True, foreign_key="tender.id")
    organisation_id: str = Field(primary_key=True, foreign_key="organisation.id", index=True)
    offer_state: str = "none"  # none | draft | submitted | withdrawn | excluded
    admitted: bool = True
    added_at: datetime = Field(sa_type=UTCDateTime)


class Readiness(Table, table=True):
    """What a person's last check before a session found: devices, the path to this server, the uplink."""

    room_id: str = Field(primary_key=True, foreign_key="room.id")
    person_id: str = Field(primary_key=True)  # invitation id or account id
    checked_at: datetime = Field(sa_type=UTCDateTime)
    camera: str  # works | refused | missing | failed | skipped
    microphone: str  # works | silent | refused | missing | failed | skipped
    path: str  # udp | tcp | none
    uplink_bps: int | None = None
    round_trip_ms: int | None = None
    verdict: str  # ready | limited | not_ready

"""
The tables. Table models validate nothing: input is validated by the command models of ``apps`` before it comes here.

Moments are aware UTC (``UTCDateTime``). Ids are the random strings of ``data.ids``. What identifies a person (name,
e-mail, text they wrote) stands only in ``Account``, ``Contact``, ``Invitation``, ``Participant``, ``Message``, ``Statement``, ``Preface`` and
``Mail``; the events hold ids and salted commitments, so that a person can be erased and the chain of events still verifies. Erased rows
stay, with ``erased_at`` set and their personal columns empty (an address becomes ``<id>@erased.invalid``): see ``data.erase``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlalchemy import false as sql_false
from sqlmodel import Field

from data.models_encoders import Encoder as Encoder
from data.models_evidence import NotedHead as NotedHead
from data.models_evidence import Preface as Preface
from data.models_statements import Statement as Statement
from data.models_tenders import AccountToken as AccountToken
from data.models_tenders import Organisation as Organisation
from data.models_tenders import Readiness as Readiness
from data.models_tenders import RecoveryCode as RecoveryCode
from data.models_tenders import Tender as Tender
from data.models_tenders import TenderSupplier as TenderSupplier
from data.table import Table as Table
from data.table import UTCDateTime as UTCDateTime


class Account(Table, table=True):
    """
    Somebody who signs in: administrators, moderators, and the people of the suppliers' organisations.

    A supplier's ``password_hash`` is empty until the account is activated; ``totp_secret`` is ``None`` where no second step is asked.
    """

    id: str = Field(primary_key=True)
    email: str = Field(unique=True, index=True)  # lower case
    name: str
    role: str  # administrator | moderator | supplier
    password_hash: str
    language: str = "en"
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True)  # suppliers only
    totp_secret: str | None = None  # RFC 6238, sealed with a key of the home folder (apps/vault.py)
    totp_step: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # the last one used: none counts twice
    created_at: datetime = Field(sa_type=UTCDateTime)
    activated_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    erased_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class SignIn(Table, table=True):
    """A signed-in browser of an account, or a browser that exchanged an invitation link. Only the hash of its secret is kept."""

    id_hash: str = Field(primary_key=True)  # SHA-256 of the cookie's value, hex
    account_id: str | None = Field(default=None, foreign_key="account.id", index=True)
    invitation_id: str | None = Field(default=None, foreign_key="invitation.id", index=True)
    created_at: datetime = Field(sa_type=UTCDateTime)
    seen_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)


class Room(Table, table=True):
    """The lasting place people meet in."""

    id: str = Field(primary_key=True)
    slug: str = Field(unique=True, index=True)
    kind: str = "conference"  # conference | tender
    owner_id: str = Field(foreign_key="account.id", index=True)
    title: str
    description: str = ""
    starts_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    length_min: int | None = None
    zone: str = "UTC"  # IANA name that dates in mails are shown in
    language: str = "en"  # of its invitations
    max_participants: int = 50
    record: bool = False
    presence_every_min: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # 0: no presence checks
    suppliers_visible: bool = Field(
        default=False, sa_column_kwargs={"server_default": sql_false()}
    )  # of a tender: whether suppliers see each other
    floor_policy: str = Field(default="arrival", sa_column_kwargs={"server_default": "arrival"})  # | organisation | lot
    floor_limit_s: int | None = None  # how long somebody who is given the floor has it; None: until it is taken
    revision: int = 0  # counts changes; the calendar's SEQUENCE
    created_at: datetime = Field(sa_type=UTCDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ContactList(Table, table=True):
    """A moderator's list of contacts."""

    id: str = Field(primary_key=True)
    owner_id: str = Field(foreign_key="account.id", index=True)
    name: str
    created_at: datetime = Field(sa_type=UTCDateTime)


class Contact(Table, table=True):
    """One person in one list; an address stands at most once in a list."""

    __table_args__ = (UniqueConstraint("list_id", "email"),)

    id: str = Field(primary_key=True)
    list_id: str = Field(foreign_key="contactlist.id", index=True)
    email: str  # lower case
    name: str = ""
    organisation: str = ""
    language: str = ""  # empty: the room's
    created_at: datetime = Field(sa_type=UTCDateTime)


class Invitation(Table, table=True):
    """
    One person invited to one room. The secret of its link is not kept, only its hash; ``/j/<secret>`` finds it.

    ``mail_state`` is what became of the last message: pending | sent | bounced | failed, or none if none was to be sent.
    """

    __table_args__ = (UniqueConstraint("room_id", "email"),)

    id: str = Field(primary_key=True)
    room_id: str = Field(foreign_key="room.id", index=True)
    email: str
    name: str
    role: str = "participant"  # moderator | participant
    language: str = "en"
    token_hash: str = Field(unique=True, index=True)  # SHA-256 hex of the current link's secret
    invited_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    mail_state: str = "pending"
    mail_error: str = ""
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    answer: str = ""  # "" | accepted | declined
    answered_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    banned_at: datetime | None = Field(
        default=None, sa_type=UTCDateTime
    )  # removed from a session: the link no longer works
    erased_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Mail(Table, table=True):
    """A message to be sent, with what became of it. Its text is rendered when it is sent; the link's secret lives here until then."""

    id: str = Field(primary_key=True)
    invitation_id: str | None = Field(default=None, foreign_key="invitation.id", index=True)
    account_id: str | None = Field(default=None, foreign_key="account.id", index=True)  # of an activation or a reset
    kind: str = "invitation"  # invitation | cancellation | activation | reset
    secret: str = ""  # the link's secret, emptied once the message is sent
    created_at: datetime = Field(sa_type=UTCDateTime)
    due_at: datetime = Field(sa_type=UTCDateTime, index=True)
    attempts: int = 0
    state: str = "pending"  # pending | sent | failed
    error: str = ""
    bounce_key: str = Field(default="", index=True)  # stands in the envelope sender


class Session(Table, table=True):
    """One opening of a room."""

    id: str = Field(primary_key=True)
    room_id: str = Field(foreign_key="room.id", index=True)
    opened_at: datetime = Field(sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Event(Table, table=True):
    """
    One line of a session's log: numbered from 1 without gaps, and chained.

    ``hash`` is SHA-256 over the previous line's hash (64 hex digits; 64 zeros before the first) followed by the canonical JSON of
    ``{"actor", "at", "number", "payload", "session", "type"}``; see ``data.event_log``.
    """

    session_id: str = Field(primary_key=True, foreign_key="session.id")
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UTCDateTime)
    actor: str  # "participant:<id>" | "account:<id>" | "system"
    type: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    previous_hash: str
    hash: str


class Participant(Table, table=True):
    """The personal side of a participant; the events know only the id."""

    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="session.id", index=True)
    person_id: str = Field(index=True)  # invitation id or account id
    name: str
    email: str = ""
    organisation: str = ""
    salt: str  # of the name's commitment in participant_joined
    erased_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Message(Table, table=True):
    """The text of a chat message; the event holds its commitment."""

    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="session.id", index=True)
    participant_id: str | None = None  # None: written in the console by ``account_id``
    account_id: str | None = None
    to: str = "everyone"  # everyone | moderators | a participant id
    text: str
    salt: str
    sent_at: datetime = Field(sa_type=UTCDateTime)
    erased_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Quality(Table, table=True):
    """A participant's media over 10 s, summed up from samples."""

    id: int | None = Field(default=None, primary_key=True)
    session_id: str = Field(foreign_key="session.id", index=True)
    participant_id: str = Field(index=True)
    at: datetime = Field(sa_type=UTCDateTime)
    up_bps: int | None = None
    down_bps: int | None = None
    up_loss_pct: float | None = None
    down_loss_pct: float | None = None
    round_trip_ms: float | None = None
    jitter_ms: float | None = None
    up_layer: str | None = None
    """Simulcast layer: ``l``, ``m``, ``h``, or empty where a camera sends one picture only."""
    down_layer: str | None = None
    concealed_pct: float | None = None
    frozen_s: float | None = None


class Presentation(Table, table=True):
    """
    Something prepared to be shown: pages or a film; it belongs to an account's library. Its files are in ``documents/<id>/``.

    ``state`` is waiting | converting | ready | failed. A deleted one keeps its row, so that minutes can name what was shown.
    """

    id: str = Field(primary_key=True)
    owner_id: str = Field(foreign_key="account.id", index=True)
    uploaded_by: str  # person id
    kind: str  # document | pictures | film | youtube
    title: str
    content: str = ""  # what the file is, by its content: pdf, pptx, png, mp4, …
    sha256: str = ""  # of the file as it was uploaded
    size_bytes: int = 0  # of the file as it was uploaded
    stored_bytes: int = 0  # of all that is kept of it
    state: str = Field(default="waiting", index=True)
    code: str = ""  # why it failed, or what is wrong with it
    code_values: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    attempts: int = 0  # conversions begun
    pages: int | None = None
    pages_ready: int = 0
    duration_s: float | None = None
    video: str = ""  # id of a YouTube video
    created_at: datetime = Field(sa_type=UTCDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class RoomPresentation(Table, table=True):
    """A presentation that is at hand in a room, at its place in the room's order."""

    room_id: str = Field(primary_key=True, foreign_key="room.id")
    presentation_id: str = Field(primary_key=True, foreign_key="presentation.id", index=True)
    place: int
    added_at: datetime = Field(sa_type=UTCDateTime)


class Archive(Table, table=True):
    """
    All that was recorded of one session: its tape and what was made of it, in ``recordings/<session>/``.

    ``state`` is capturing | captured | expiring | deleted; a deleted one stays as a tombstone.
    """

    session_id: str = Field(primary_key=True, foreign_key="session.id")
    room_id: str = Field(foreign_key="room.id", index=True)
    state: str = Field(default="capturing", index=True)
    begun_at: datetime = Field(sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    keep: bool = False
    reason: str = ""  # of the deletion: expired | moderator
    bytes: int = 0
    files: int = 0
    digest: str = ""  # SHA-256 over the hashes of all its files, once deleted
    deleted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Recording(Table, table=True):
    """
    A part of a session that is, or is to become, one file.

    ``state`` is capturing | captured | processing | ready | failed | deleted. ``origin`` is fragment | whole | cut.
    """

    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="session.id", index=True)
    room_id: str = Field(foreign_key="room.id", index=True)
    number: int  # within the session, from 1; shown where it has no name
    name: str = ""
    takes: str = "stage_and_cameras"  # stage | stage_and_cameras | presentation | sound
    origin: str = "fragment"
    begins_at: datetime = Field(sa_type=UTCDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    state: str = Field(default="capturing", index=True)
    progress: float = 0.0
    remaining_s: int | None = None
    attempts: int = 0
    code: str = ""  # why it failed
    file: str = ""
    bytes: int = 0
    sha256: str = ""
    duration_ms: int = 0
    gaps: list[list[int]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    shared: bool = False  # those who were there may watch it
    reserved: bool = Field(
        default=False, sa_column_kwargs={"server_default": sql_false()}
    )  # of a reserved part: for those who were in it
    released: bool = Field(
        default=False, sa_column_kwargs={"server_default": sql_false()}
    )  # the admitted suppliers of the tender may watch it
    created_at: datetime = Field(sa_type=UTCDateTime)
    ready_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    deleted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)

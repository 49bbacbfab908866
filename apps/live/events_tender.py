"""What happens in a tender's session: the floor, the reserved part, statements; they belong to the union in ``apps.live.events``."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from data.ids import ParticipantId, PersonId, StatementId

FloorPolicy = Literal["arrival", "organisation", "lot"]
"""In which order hands are served (``apps.live.floor_queue``)."""
FloorEnd = Literal["self", "moderator", "time", "gone", "removed", "reserved", "ended"]
Answer = Literal["noted", "accepted", "declined"]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FloorPolicySet(_Event):
    """
    ``limit_s`` is what a grant lasts by default, ``None`` without limit. ``commitment`` is SHA-256, in hex, of the seed that the next
    lot comes from; empty where nothing is drawn.
    """

    type: Literal["floor_policy_set"] = "floor_policy_set"
    policy: FloorPolicy
    limit_s: int | None = None
    commitment: str = ""


class SuppliersShown(_Event):
    """Whether suppliers see each other's names from now on; before the first of these they don't."""

    type: Literal["suppliers_shown"] = "suppliers_shown"
    shown: bool


class LotDrawn(_Event):
    """
    Lots were drawn among the hands that were up. ``seed`` was committed to before; ``order`` follows from it (``data.lots``), and anybody
    can recompute it. ``next_commitment`` is that of the next draw.
    """

    type: Literal["lot_drawn"] = "lot_drawn"
    seed: str
    commitment: str
    order: tuple[ParticipantId, ...]
    next_commitment: str = ""


class FloorGranted(_Event):
    """One at a time has the floor: may switch on microphone and camera, for ``limit_s`` from here on."""

    type: Literal["floor_granted"] = "floor_granted"
    participant: ParticipantId
    limit_s: int | None = None


class FloorExtended(_Event):
    """``limit_s`` is the new whole length, from the grant on; ``None``: without limit."""

    type: Literal["floor_extended"] = "floor_extended"
    participant: ParticipantId
    limit_s: int | None = None


class FloorRefused(_Event):
    type: Literal["floor_refused"] = "floor_refused"
    participant: ParticipantId


class FloorEnded(_Event):
    """``used_ms``: how long the media core heard them speak. How long they held the floor follows from the moments of both events."""

    type: Literal["floor_ended"] = "floor_ended"
    participant: ParticipantId
    reason: FloorEnd
    used_ms: int = 0


class ReservedBegun(_Event):
    """From here on only the authority and those admitted take part; everybody else receives nothing of it, then or later."""

    type: Literal["reserved_begun"] = "reserved_begun"
    resumes_at: datetime | None = None
    """When the public part is expected to go on."""
    admitted: tuple[PersonId, ...] = ()
    reason: str = ""
    """What the notice says to those who are left out; empty where nothing was said."""


class ReservedChanged(_Event):
    """Somebody was let into the reserved part that lasts, or sent out of it; they know it from here on, or up to here."""

    type: Literal["reserved_changed"] = "reserved_changed"
    participant: ParticipantId
    person: PersonId
    inside: bool


class ReservedEnded(_Event):
    type: Literal["reserved_ended"] = "reserved_ended"


class StatementFiled(_Event):
    """*Put it on the record.* ``commitment`` is that of the text, as of a chat message; the document is named by its hash alone."""

    type: Literal["statement_filed"] = "statement_filed"
    statement: StatementId
    participant: ParticipantId
    commitment: str
    document_sha256: str | None = None


class StatementAnswered(_Event):
    """``commitment`` is that of the reason, empty where none was given."""

    type: Literal["statement_answered"] = "statement_answered"
    statement: StatementId
    answer: Answer
    commitment: str = ""


TenderEvent = (
    FloorPolicySet
    | SuppliersShown
    | LotDrawn
    | FloorGranted
    | FloorExtended
    | FloorRefused
    | FloorEnded
    | ReservedBegun
    | ReservedChanged
    | ReservedEnded
    | StatementFiled
    | StatementAnswered
)

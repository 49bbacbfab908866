"""What can be asked in a tender's session; registered in ``apps.live.commands``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from apps.live.events_tender import Answer, FloorPolicy
from data.ids import ParticipantId, RecordingId, StatementId

FLOOR_MIN_S, FLOOR_MAX_S = 10, 3600
RESERVED_MAX_MIN = 24 * 60
STATEMENT_MAX_CHARACTERS = 10_000  # some four pages; longer ones belong into the document
REASON_MAX_CHARACTERS = 2000
NOTICE_MAX_CHARACTERS = 200  # of the reason in the notice of a reserved part

Limit = Annotated[int, Field(ge=FLOOR_MIN_S, le=FLOOR_MAX_S)]
StatementText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=STATEMENT_MAX_CHARACTERS)
]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=REASON_MAX_CHARACTERS)]
NoticeReason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=NOTICE_MAX_CHARACTERS)]


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


# --- wire -------------------------------------------------------------------------------------------------------------


class SetFloorPolicy(_Command):
    """The order in which hands are served, and how long a grant lasts (``None``: without limit)."""

    type: Literal["set_floor_policy"] = "set_floor_policy"
    policy: FloorPolicy
    limit_s: Limit | None = None


class ShowSuppliers(_Command):
    """Let suppliers see each other's names, or not."""

    type: Literal["show_suppliers"] = "show_suppliers"
    shown: bool


class DrawLot(_Command):
    """Draw lots among the hands that are up; the Hub, which holds the seed, turns it into ``NoteLot``."""

    type: Literal["draw_lot"] = "draw_lot"


class GrantFloor(_Command):
    """``limit_s``: as long as the policy says, where it is left out; 0: without limit."""

    type: Literal["grant_floor"] = "grant_floor"
    participant: ParticipantId
    limit_s: Limit | Literal[0] | None = None


class RefuseFloor(_Command):
    type: Literal["refuse_floor"] = "refuse_floor"
    participant: ParticipantId


class ExtendFloor(_Command):
    """Give whoever has the floor more time."""

    type: Literal["extend_floor"] = "extend_floor"
    participant: ParticipantId
    more_s: Limit


class EndFloor(_Command):
    """Give one's own floor back; a moderator may name another's."""

    type: Literal["end_floor"] = "end_floor"
    participant: ParticipantId | None = None


class BeginReserved(_Command):
    """
    Suspend the session for a reserved part of about ``minutes``; ``admitted`` stay in it beside the moderators.

    ``reason`` stands in the notice that everybody else reads, and in the log.
    """

    type: Literal["begin_reserved"] = "begin_reserved"
    minutes: Annotated[int, Field(ge=1, le=RESERVED_MAX_MIN)] | None = None
    admitted: Annotated[tuple[ParticipantId, ...], Field(max_length=100)] = ()
    reason: NoticeReason = ""


class ChangeReserved(_Command):
    """Let somebody into the reserved part that lasts, or send them out of it."""

    type: Literal["change_reserved"] = "change_reserved"
    participant: ParticipantId
    inside: bool


class EndReserved(_Command):
    type: Literal["end_reserved"] = "end_reserved"


class FileStatement(_Command):
    """*Put it on the record.* ``document`` is what the upload answered (docs/protocol.md). The Hub stores it and turns this into ``NoteStatement``."""

    type: Literal["file_statement"] = "file_statement"
    text: StatementText
    document: StatementId | None = None


class AnswerStatement(_Command):
    """Declining needs a reason. The Hub stores it and turns this into ``NoteAnswer``."""

    type: Literal["answer_statement"] = "answer_statement"
    statement: StatementId
    answer: Answer
    reason: Reason = ""


TenderCommand = (
    SetFloorPolicy
    | ShowSuppliers
    | DrawLot
    | GrantFloor
    | RefuseFloor
    | ExtendFloor
    | EndFloor
    | BeginReserved
    | ChangeReserved
    | EndReserved
    | FileStatement
    | AnswerStatement
)

# --- house ------------------------------------------------------------------------------------------------------------


class NotePolicy(_Command):
    """From ``SetFloorPolicy``, with the commitment to the seed of the next lot."""

    type: Literal["note_policy"] = "note_policy"
    policy: FloorPolicy
    limit_s: int | None = None
    commitment: str = ""


class NoteLot(_Command):
    """From ``DrawLot``, with the seed and the commitment to the one after it."""

    type: Literal["note_lot"] = "note_lot"
    seed: str
    next_commitment: str


class TimeFloor(_Command):
    """The time of whoever has the floor is over."""

    type: Literal["time_floor"] = "time_floor"
    participant: ParticipantId


class NoteReserved(_Command):
    """From ``BeginReserved``, with the id of the reserved part's own recording."""

    type: Literal["note_reserved"] = "note_reserved"
    minutes: int | None = None
    admitted: tuple[ParticipantId, ...] = ()
    reason: str = ""
    recording: RecordingId


class NoteResumed(_Command):
    """From ``EndReserved``, with the id of the public recording that goes on."""

    type: Literal["note_resumed"] = "note_resumed"
    recording: RecordingId


class NoteStatement(_Command):
    """From ``FileStatement``: text and document are stored beside the log."""

    type: Literal["note_statement"] = "note_statement"
    statement: StatementId
    commitment: str
    document_sha256: str | None = None


class NoteAnswer(_Command):
    """From ``AnswerStatement``: the reason is stored beside the log."""

    type: Literal["note_answer"] = "note_answer"
    statement: StatementId
    answer: Answer
    commitment: str = ""


TenderHouseCommand = NotePolicy | NoteLot | TimeFloor | NoteReserved | NoteResumed | NoteStatement | NoteAnswer

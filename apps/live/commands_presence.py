"""What can be asked about presence; registered in ``apps.live.commands``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from data.ids import ParticipantId

MEAN_MIN_MIN, MEAN_MIN_MAX = 2, 120  # oftener disturbs a training, more rarely checks nothing


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


# --- wire -------------------------------------------------------------------------------------------------------------


class SetVisibility(_Command):
    """The page can be seen, or it can't: another tab, a locked screen."""

    type: Literal["set_visibility"] = "set_visibility"
    visible: bool


class AnswerPresence(_Command):
    """*I am here.*"""

    type: Literal["answer_presence"] = "answer_presence"
    check: int


class SetPresenceChecks(_Command):
    """Ask people at random times whether they are there, every ``mean_min`` minutes on average; or stop it."""

    type: Literal["set_presence_checks"] = "set_presence_checks"
    on: bool
    mean_min: Annotated[int, Field(ge=MEAN_MIN_MIN, le=MEAN_MIN_MAX)] = 15


PresenceCommand = SetVisibility | AnswerPresence | SetPresenceChecks

# --- house ------------------------------------------------------------------------------------------------------------


class StartChecks(_Command):
    """From ``SetPresenceChecks``, or the room's setting, with the commitment to a seed that the Hub holds."""

    type: Literal["start_checks"] = "start_checks"
    mean_s: int
    answer_s: int
    commitment: str


class StopChecks(_Command):
    """From ``SetPresenceChecks``, with the seed."""

    type: Literal["stop_checks"] = "stop_checks"
    seed: str


class AskPresence(_Command):
    """A check is due: the ``nth`` of its seed."""

    type: Literal["ask_presence"] = "ask_presence"
    nth: int


class CloseCheck(_Command):
    """The time to answer is over."""

    type: Literal["close_check"] = "close_check"
    check: int


class NoteFlows(_Command):
    """Whose media came up, and whose went down."""

    type: Literal["note_flows"] = "note_flows"
    up: frozenset[ParticipantId] = frozenset()
    down: frozenset[ParticipantId] = frozenset()


class NoteSpeech(_Command):
    """How long people spoke since the last note."""

    type: Literal["note_speech"] = "note_speech"
    speech_ms: dict[ParticipantId, int]


PresenceHouseCommand = StartChecks | StopChecks | AskPresence | CloseCheck | NoteFlows | NoteSpeech

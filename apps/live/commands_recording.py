"""What can be asked about recording; the wire part belongs to the union in ``apps.live.commands``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from apps.live.events_recording import Consent, Segment, Takes, TapeReason
from data.ids import RecordingId

NAME_MAX_CHARACTERS = 120

Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=NAME_MAX_CHARACTERS)]


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class StartRecording(_Command):
    """Begin a fragment; the Hub turns it into ``BeginRecording``. An empty name is shown as a number."""

    type: Literal["start_recording"] = "start_recording"
    name: Name = ""
    takes: Takes = "stage_and_cameras"


class StopRecording(_Command):
    type: Literal["stop_recording"] = "stop_recording"


class SetConsent(_Command):
    """What of oneself may be recorded from now on."""

    type: Literal["set_consent"] = "set_consent"
    choice: Consent


class BeginRecording(_Command):
    """From ``StartRecording``, with the id that the Hub made."""

    type: Literal["begin_recording"] = "begin_recording"
    recording: RecordingId
    name: str
    takes: Takes


class NoteTape(_Command):
    """The tape began or ceased to write."""

    type: Literal["note_tape"] = "note_tape"
    running: bool
    reason: TapeReason = ""


class NoteSegments(_Command):
    """Files of the tape were closed."""

    type: Literal["note_segments"] = "note_segments"
    segments: tuple[Segment, ...]


RecordingCommand = StartRecording | StopRecording | SetConsent
RecordingHouseCommand = NoteTape | NoteSegments

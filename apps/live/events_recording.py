"""What happens with recording, as values; they belong to the union in ``apps.live.events``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from data.ids import ParticipantId, RecordingId

Consent = Literal["all", "voice", "none"]
"""Record me; only what my microphone hears; not at all."""
Takes = Literal["stage", "stage_and_cameras", "presentation", "sound"]
"""What a recording shows."""
TapeReason = Literal["", "engine_lost", "disk_full", "failed"]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ConsentSet(_Event):
    """What of a participant may be recorded from here on; before the first of these nothing is."""

    type: Literal["consent_set"] = "consent_set"
    participant: ParticipantId
    choice: Consent


class RecordingStarted(_Event):
    """A fragment begins. The tape runs anyway; this says what of it will be one recording."""

    type: Literal["recording_started"] = "recording_started"
    recording: RecordingId
    name: str
    takes: Takes
    reserved: bool = False
    """It is of a reserved part: only those who were in it may watch it."""


class RecordingStopped(_Event):
    type: Literal["recording_stopped"] = "recording_stopped"
    recording: RecordingId
    reason: Literal["moderator", "disk_full", "ended"] = "moderator"


class TapeRunning(_Event):
    """The tape writes from here on, or no longer; with a reason it is a gap."""

    type: Literal["tape_running"] = "tape_running"
    running: bool
    reason: TapeReason = ""


class Segment(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    sha256: str
    bytes: int
    recovered: bool = False


class SegmentsSealed(_Event):
    """Files of the tape that are closed, with their hashes: from here on a changed byte shows."""

    type: Literal["segments_sealed"] = "segments_sealed"
    segments: tuple[Segment, ...]


class RecordingCut(_Event):
    """A fragment was cut from the archive afterwards; moments are ISO 8601 in UTC."""

    type: Literal["recording_cut"] = "recording_cut"
    recording: RecordingId
    name: str
    takes: Takes
    begins_at: str
    ends_at: str


class RecordingReady(_Event):
    """A recording became a file. ``gaps``: begin and end of what has no media, in ms from its beginning."""

    type: Literal["recording_ready"] = "recording_ready"
    recording: RecordingId
    sha256: str
    bytes: int
    duration_ms: int
    gaps: tuple[tuple[int, int], ...] = ()


class RecordingDeleted(_Event):
    type: Literal["recording_deleted"] = "recording_deleted"
    recording: RecordingId
    sha256: str = ""


class SegmentsErased(_Event):
    """Files of the tape that are gone because these people were erased; what was made with them is made again without."""

    type: Literal["segments_erased"] = "segments_erased"
    participants: tuple[ParticipantId, ...]
    files: tuple[str, ...]


class ArchiveKept(_Event):
    """A moderator stopped the deletion of the archive, or let it go on."""

    type: Literal["archive_kept"] = "archive_kept"
    kept: bool


class ArchiveDeleted(_Event):
    """Every file of the session's recording is gone; ``digest`` is SHA-256 over the lines ``<sha256>  <file>`` of what there was."""

    type: Literal["archive_deleted"] = "archive_deleted"
    reason: Literal["expired", "moderator"] = "expired"
    files: int
    bytes: int
    digest: str


RecordingEvent = (
    ConsentSet
    | RecordingStarted
    | RecordingStopped
    | TapeRunning
    | SegmentsSealed
    | RecordingCut
    | RecordingReady
    | RecordingDeleted
    | SegmentsErased
    | ArchiveKept
    | ArchiveDeleted
)

"""What can be asked about recordings of sessions that have ended: from the console, and what the console can ask the API can ask later."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from apps.live.commands_recording import Name
from apps.live.events_recording import Takes
from data.ids import RecordingId, SessionId


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class KeepArchive(_Command):
    """Stop the deletion of all that was recorded of a session, or let it go on."""

    type: Literal["keep_archive"] = "keep_archive"
    session: SessionId
    keep: bool


class DeleteArchive(_Command):
    """Delete every trace of a session's recording now."""

    type: Literal["delete_archive"] = "delete_archive"
    session: SessionId


class DeleteRecording(_Command):
    """Delete one file; it can be cut again while the archive is kept."""

    type: Literal["delete_recording"] = "delete_recording"
    recording: RecordingId


class CutRecording(_Command):
    """Make a recording of a part of the archive; milliseconds from the opening of the session."""

    type: Literal["cut_recording"] = "cut_recording"
    session: SessionId
    name: Name = ""
    takes: Takes = "stage_and_cameras"
    from_ms: Annotated[int, Field(ge=0)]
    to_ms: Annotated[int, Field(ge=0)]


class RetryRecording(_Command):
    """Try again what failed."""

    type: Literal["retry_recording"] = "retry_recording"
    recording: RecordingId


class NameRecording(_Command):
    type: Literal["name_recording"] = "name_recording"
    recording: RecordingId
    name: Name


class ShareRecording(_Command):
    """Let those who were in the session watch it, or no longer."""

    type: Literal["share_recording"] = "share_recording"
    recording: RecordingId
    shared: bool


class ReleaseRecording(_Command):
    """Let the admitted suppliers of the tender watch a recording of its public part, or no longer."""

    type: Literal["release_recording"] = "release_recording"
    recording: RecordingId
    released: bool


ArchiveCommand = Annotated[
    KeepArchive
    | DeleteArchive
    | DeleteRecording
    | CutRecording
    | RetryRecording
    | NameRecording
    | ShareRecording
    | ReleaseRecording,
    Field(discriminator="type"),
]
_ADAPTER: TypeAdapter[Any] = TypeAdapter(ArchiveCommand)


def archive_command_from(values: object) -> ArchiveCommand:
    """Parse a command from the wire. Raises ``pydantic.ValidationError``."""
    command: ArchiveCommand = _ADAPTER.validate_python(values)
    return command

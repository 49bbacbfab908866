"""What moderators do with recordings after a session, as values; they belong to the union in ``apps.live.events``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from data.ids import RecordingId


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RecordingNamed(_Event):
    """A recording got another name; an empty one: it is called by its number again."""

    type: Literal["recording_named"] = "recording_named"
    recording: RecordingId
    name: str


class RecordingReleased(_Event):
    """The suppliers of the tender may watch a recording of a public part from here on, or no longer."""

    type: Literal["recording_released"] = "recording_released"
    recording: RecordingId
    released: bool


ArchiveEvent = RecordingNamed | RecordingReleased

"""What happens with presence: visible pages, flowing media, presence checks, speech; they belong to the union in ``apps.live.events``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from data.ids import ParticipantId


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class VisibilityChanged(_Event):
    """A page came to the front, or nobody can see it any more. Each new connection counts as visible until it says otherwise."""

    type: Literal["visibility_changed"] = "visibility_changed"
    participant: ParticipantId
    visible: bool


class MediaFlowing(_Event):
    """The transport that sound and picture come through is up, or gone. A new or ended connection has none until this says so."""

    type: Literal["media_flowing"] = "media_flowing"
    participant: ParticipantId
    flowing: bool


class Spoke(_Event):
    """How long the media core heard somebody speak since the last such note: when a microphone goes off, and every few minutes."""

    type: Literal["spoke"] = "spoke"
    participant: ParticipantId
    speech_ms: int


class PresenceChecksOn(_Event):
    """
    From now on people are asked at random times. ``commitment`` is SHA-256, in hex, of the seed that the times come from
    (``data.presence_times``): nobody can choose them afterwards, and nobody can know them before.
    """

    type: Literal["presence_checks_on"] = "presence_checks_on"
    mean_s: int
    answer_s: int
    commitment: str


class PresenceChecksOff(_Event):
    """The seed is told: anybody can recompute when the checks were due."""

    type: Literal["presence_checks_off"] = "presence_checks_off"
    seed: str


class PresenceCheckAsked(_Event):
    """*Are you there?* Asked are those present, but moderators and the presenter. ``nth`` of its seed, ``check`` of its session."""

    type: Literal["presence_check_asked"] = "presence_check_asked"
    check: int
    nth: int
    answer_s: int


class PresenceChecked(_Event):
    """Somebody answered in time, or did not."""

    type: Literal["presence_checked"] = "presence_checked"
    participant: ParticipantId
    check: int
    answered: bool


PresenceEvent = (
    VisibilityChanged
    | MediaFlowing
    | Spoke
    | PresenceChecksOn
    | PresenceChecksOff
    | PresenceCheckAsked
    | PresenceChecked
)

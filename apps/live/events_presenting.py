"""What happens with presentations on the stage, as values; they belong to the union in ``apps.live.events``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from data.ids import ParticipantId, PresentationId

Kind = Literal["document", "pictures", "film", "youtube"]
StopReason = Literal["self", "moderator", "presenter", "replaced", "screen", "left", "removed", "ended"]
"""Why it left the stage: who presents, a moderator, a lost presenter role, another presentation, a screen, or nobody presents it any more."""


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PresentationStarted(_Event):
    """
    It is on the stage from here on, at ``page`` or, a film, paused at its beginning.

    ``participant`` is ``None`` where an account presents from the console; ``pages`` is 0 for films; ``sha256`` is of the file as it
    was uploaded, so that minutes can name what was shown, and empty for ``youtube``.
    """

    type: Literal["presentation_started"] = "presentation_started"
    presentation: PresentationId
    kind: Kind
    participant: ParticipantId | None
    page: int
    pages: int
    video: str = ""
    duration_s: float | None = None
    sha256: str = ""


class PageTurned(_Event):
    type: Literal["page_turned"] = "page_turned"
    presentation: PresentationId
    page: int


class PresentationPlayed(_Event):
    """The film runs from ``position_s``, which is its place at the moment of this event."""

    type: Literal["presentation_played"] = "presentation_played"
    presentation: PresentationId
    position_s: float


class PresentationPaused(_Event):
    type: Literal["presentation_paused"] = "presentation_paused"
    presentation: PresentationId
    position_s: float


class PresentationSought(_Event):
    """The film jumped to ``position_s`` and goes on as before: playing or paused."""

    type: Literal["presentation_sought"] = "presentation_sought"
    presentation: PresentationId
    position_s: float


class PresentationHanded(_Event):
    """Somebody else goes on with it."""

    type: Literal["presentation_handed"] = "presentation_handed"
    presentation: PresentationId
    participant: ParticipantId


class PresentationStopped(_Event):
    type: Literal["presentation_stopped"] = "presentation_stopped"
    presentation: PresentationId
    reason: StopReason = "self"


PresentingEvent = (
    PresentationStarted
    | PageTurned
    | PresentationPlayed
    | PresentationPaused
    | PresentationSought
    | PresentationHanded
    | PresentationStopped
)

"""What can be asked about presentations on the stage; they belong to the unions in ``apps.live.commands``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from apps.live.events_presenting import Kind
from data.ids import PresentationId

FILM_MAX_S = 24 * 3600.0  # longer than any film; keeps nonsense out of the log

Page = Annotated[int, Field(ge=1, le=10_000)]
Position = Annotated[float, Field(ge=0, le=FILM_MAX_S, allow_inf_nan=False)]


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class StartPresentation(_Command):
    """Put a presentation of this room on the stage. The Hub looks it up and turns this into ``ShowPresentation``."""

    type: Literal["start_presentation"] = "start_presentation"
    presentation: PresentationId
    page: Page = 1


class TurnPage(_Command):
    """``page`` is counted from 1."""

    type: Literal["turn_page"] = "turn_page"
    page: Page


class Play(_Command):
    """``position_s``: where the film runs from; ``None``: from where it is now."""

    type: Literal["play"] = "play"
    position_s: Position | None = None


class Pause(_Command):
    """``position_s``: where the film stands; ``None``: where it is now."""

    type: Literal["pause"] = "pause"
    position_s: Position | None = None


class Seek(_Command):
    type: Literal["seek"] = "seek"
    position_s: Position


class StopPresentation(_Command):
    type: Literal["stop_presentation"] = "stop_presentation"


class ShowPresentation(_Command):
    """From ``StartPresentation``, with what is stored about the presentation; the Hub made sure that it belongs to the room and can be shown."""

    type: Literal["show_presentation"] = "show_presentation"
    presentation: PresentationId
    kind: Kind
    page: int
    pages: int
    video: str = ""
    duration_s: float | None = None
    sha256: str = ""


PresentingCommand = StartPresentation | TurnPage | Play | Pause | Seek | StopPresentation

"""Messages from a browser (docs/protocol.md), validated before anything looks at them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from apps.live.events import Device
from data.ids import ParticipantId
from media_core.engine import THUMBNAIL_MIDS, Source, TrackRef, View
from media_core.ids import MemberId

SDP_MAX_CHARACTERS = 32 * 1024  # a browser's answer has some 10 000
Id = Annotated[str, StringConstraints(max_length=64)]
HeightPx = Annotated[int, Field(ge=0, le=10_000)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Hello(_Message):
    """
    What a page says of itself first.

    ``session`` is set by a tab that was connected before; ``since`` too if it is still the same page, which only lost its socket.
    """

    device: Device = "unknown"
    tab: Id = ""
    since: int | None = None
    session: Id | None = None
    transport: Id | None = None


class CommandMessage(_Message):
    type: Literal["command"]
    id: int
    command: dict[str, Any]


class Answer(_Message):
    type: Literal["answer"]
    transport: Id
    sdp: Annotated[str, StringConstraints(max_length=SDP_MAX_CHARACTERS)]


class Shown(_Message):
    participant: Id
    source: Source

    def track(self) -> TrackRef:
        return TrackRef(MemberId(ParticipantId(self.participant)), self.source)


class ViewMessage(_Message):
    type: Literal["view"]
    transport: Id
    stage: Shown | None = None
    thumbnails: Annotated[tuple[Shown, ...], Field(max_length=100)] = ()
    stage_height_px: HeightPx = 0
    thumbnail_height_px: HeightPx = 0

    def view(self) -> View:
        return View(
            stage=self.stage.track() if self.stage else None,
            thumbnails=tuple(shown.track() for shown in self.thumbnails[: len(THUMBNAIL_MIDS)]),
            stage_height_px=self.stage_height_px,
            thumbnail_height_px=self.thumbnail_height_px,
        )


class Stats(_Message):
    """
    What only the browser knows: its downlink, and how much of the last seconds was made up for lost packets or stood still.

    It can spoil with it no more than its own pictures and the figures about itself.
    """

    type: Literal["stats"]
    transport: Id
    downlink_bps: Annotated[int, Field(ge=0, le=10**9)] | None = None
    concealed_pct: Annotated[float, Field(ge=0, le=100)] | None = None
    frozen_s: Annotated[float, Field(ge=0, le=600)] | None = None


class NewTransport(_Message):
    type: Literal["new_transport"]


class Since(_Message):
    type: Literal["since"]
    number: Annotated[int, Field(ge=0)]


class Point(_Message):
    """Where the pointer is on the page, from its upper left; both ``None``: nowhere."""

    type: Literal["point"]
    x: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    y: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None


class Ping(_Message):
    type: Literal["ping"]
    at: float | int | None = None


Incoming = Annotated[
    CommandMessage | Answer | ViewMessage | Stats | NewTransport | Since | Point | Ping, Field(discriminator="type")
]
_ADAPTER: TypeAdapter[Any] = TypeAdapter(Incoming)


def incoming_from(values: object) -> Incoming:
    """Parse a message that comes after ``hello``. Raises ``pydantic.ValidationError``."""
    message: Incoming = _ADAPTER.validate_python(values)
    return message

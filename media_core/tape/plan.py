"""
What a recording is to show, as plain values: made by the apps out of a session's events, carried out by ``compose``.

Moments are milliseconds from the recording's beginning.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Takes = Literal["stage", "stage_and_cameras", "presentation", "sound"]


@dataclass(frozen=True, slots=True)
class TapedTrack:
    member: str
    source: str


@dataclass(frozen=True, slots=True)
class Tile:
    """A small picture with the name under it."""

    track: TapedTrack
    name: str


@dataclass(frozen=True, slots=True)
class Film:
    """A film on the stage: at ``at_ms`` it stood at ``position_ms``, and runs on from there if it is ``playing``; at its end it stands still."""

    file: str
    at_ms: int
    position_ms: int
    playing: bool

    def position_at_ms(self, moment_ms: float) -> float:
        return self.position_ms + (moment_ms - self.at_ms if self.playing else 0)


@dataclass(frozen=True, slots=True)
class Scene:
    """
    What is shown from one moment to another. The stage is a track, a film, a picture file (``slide``), or nothing.

    ``stage_name`` stands under a stage that is somebody's camera; ``card`` are lines for a stage that has no picture.
    """

    from_ms: int
    to_ms: int
    stage: TapedTrack | None = None
    slide: str = ""
    stage_name: str = ""
    tiles: tuple[Tile, ...] = ()
    film: Film | None = None
    card: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a source. Of those that were on and might be recorded: where the tape has nothing of any of them is a gap."""

    track: TapedTrack
    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True)
class Chapter:
    at_ms: int
    title: str


@dataclass(frozen=True, slots=True)
class Plan:
    begins_ns: int
    duration_ms: int
    takes: Takes
    scenes: tuple[Scene, ...]
    sound: tuple[TapedTrack, ...]
    expected: tuple[Stretch, ...] = ()
    refused: tuple[Stretch, ...] = ()
    """Stretches of taped tracks that may be neither seen nor heard: the tape stops a moment after its owner said so."""
    chapters: tuple[Chapter, ...] = ()
    title: str = ""
    no_media: str = "no media {begin}–{end}"
    fonts: tuple[str, ...] = ()
    width: int = 1280
    height: int = 720
    frames_per_s: int = 20
    extra: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def plan_from(text: str) -> Plan:
    """Raises ``ValueError``, ``KeyError`` or ``TypeError`` for what is no plan."""
    values: dict[str, Any] = json.loads(text)
    values["scenes"] = tuple(
        Scene(
            each["from_ms"],
            each["to_ms"],
            _track(each["stage"]),
            each["slide"],
            each["stage_name"],
            tuple(Tile(TapedTrack(**tile["track"]), tile["name"]) for tile in each["tiles"]),
            None if each["film"] is None else Film(**each["film"]),
            tuple(each["card"]),
        )
        for each in values["scenes"]
    )
    values["sound"] = tuple(TapedTrack(**each) for each in values["sound"])
    for stretches in ("expected", "refused"):
        values[stretches] = tuple(
            Stretch(TapedTrack(**each["track"]), each["from_ms"], each["to_ms"]) for each in values[stretches]
        )
    values["chapters"] = tuple(Chapter(**each) for each in values["chapters"])
    values["fonts"] = tuple(values["fonts"])
    return Plan(**values)


def _track(values: dict[str, str] | None) -> TapedTrack | None:
    return None if values is None else TapedTrack(**values)

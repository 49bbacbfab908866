"""
From the log of a session to what a recording of it shows: a projection, like attendance and minutes.

The stage is a shared screen, else a presentation, else the presenter's camera, else a moderator's, else the first that is on. Who did not agree to
be shown is not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from apps.documents.shelf import Shelf
from apps.live.evolve import evolve
from apps.live.grants import HERE, gates
from apps.live.grants_recording import taped
from apps.live.state import Seat, SessionState
from apps.live.wire import Line
from data.ids import ParticipantId, SessionId
from media_core.engine import Source
from media_core.tape.plan import Chapter, Expected, Plan, Scene, Takes, TapedTrack, Tile

MOST_TILES = 5
CHAPTER_EVERY_MS = 10_000
SOUND = (Source.MICROPHONE, Source.SCREEN_AUDIO)
FONTS = Path(__file__).parent.parent / "portal" / "assets" / "fonts"
FONT_FILES = ("source-sans-3-latin-wght-normal.woff2", "source-sans-3-latin-ext-wght-normal.woff2")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a session, and in what words."""

    session: str
    begins_at: datetime
    ends_at: datetime
    takes: Takes
    title: str
    no_media: str


@dataclass(slots=True)
class _Drawn:
    """What is collected while the log is replayed."""

    scenes: list[Scene]
    chapters: list[Chapter]
    sound: dict[TapedTrack, None]
    expected: list[Expected]


def plan_of(wanted: Wanted, lines: Sequence[Line], names: Mapping[str, str], home: Path) -> Plan:
    """Replay the log and return the plan of one recording."""
    duration_ms = max(1, round((wanted.ends_at - wanted.begins_at) / timedelta(milliseconds=1)))
    state = SessionState(session=SessionId(wanted.session))
    drawn = _Drawn([], [], {}, [])
    shelf = Shelf(home / "documents")
    moments = [_ms(line.at, wanted.begins_at) for line in lines[1:]] + [duration_ms]
    for line, until_ms in zip(lines, moments, strict=True):
        state = evolve(state, line.event, at=line.at, number=line.number)
        from_ms = max(0, _ms(line.at, wanted.begins_at))
        if until_ms > from_ms and from_ms < duration_ms:
            _add(drawn, state, wanted.takes, names, shelf, from_ms, min(until_ms, duration_ms))
    return Plan(
        begins_ns=round(wanted.begins_at.timestamp() * 1e6) * 1000,
        duration_ms=duration_ms,
        takes=wanted.takes,
        scenes=tuple(drawn.scenes),
        sound=tuple(drawn.sound),
        expected=tuple(drawn.expected),
        chapters=tuple(drawn.chapters) if wanted.takes != "sound" else (),
        title=wanted.title,
        no_media=wanted.no_media,
        fonts=tuple(str(FONTS / name) for name in FONT_FILES),
    )


def _ms(at: datetime, begins_at: datetime) -> int:
    return round((at - begins_at) / timedelta(milliseconds=1))


def _add(
    drawn: _Drawn,
    state: SessionState,
    takes: Takes,
    names: Mapping[str, str],
    shelf: Shelf,
    from_ms: int,
    to_ms: int,
) -> None:
    allowed, opened = taped(state), gates(state)
    on = {who: sources & allowed.get(who, frozenset()) for who, sources in opened.items()}
    for who, sources in on.items():
        for source in sources:
            track = TapedTrack(who, source.value)
            if source in SOUND:
                drawn.sound[track] = None
            if source is not Source.SCREEN_AUDIO:
                _expect(drawn.expected, Expected(track, from_ms, to_ms))
    scene, about = _scene(state, on, takes, names, shelf, from_ms, to_ms)
    last = drawn.scenes[-1] if drawn.scenes else None
    if last is not None and _look(last) == _look(scene):
        drawn.scenes[-1] = Scene(last.from_ms, to_ms, *_look(scene))
    else:
        drawn.scenes.append(scene)
    _chapter(drawn.chapters, about, from_ms)


def _expect(expected: list[Expected], new: Expected) -> None:
    """Add a stretch; one that goes on makes the one before longer."""
    for place, old in enumerate(expected):
        if old.track == new.track and old.to_ms == new.from_ms:
            expected[place] = Expected(old.track, old.from_ms, new.to_ms)
            return
    expected.append(new)


def _look(scene: Scene) -> tuple[TapedTrack | None, str, str, tuple[Tile, ...]]:
    return scene.stage, scene.slide, scene.stage_name, scene.tiles


def _scene(
    state: SessionState,
    on: Mapping[ParticipantId, frozenset[Source]],
    takes: Takes,
    names: Mapping[str, str],
    shelf: Shelf,
    from_ms: int,
    to_ms: int,
) -> tuple[Scene, str]:
    """Return the scene, and what a chapter about it is called."""
    cameras = [seat for seat in _ranked(state) if Source.CAMERA in on.get(seat.participant, ())]
    stage, slide, stage_name, about = None, "", "", ""
    screen = next((who for who, sources in on.items() if Source.SCREEN in sources), None)
    if screen is not None:
        stage, about = TapedTrack(screen, Source.SCREEN.value), names.get(screen, "")
    elif state.showing is not None and not state.showing.is_film:
        slide = str(shelf.page(state.showing.presentation, state.showing.page, "large"))
        about = names.get(state.showing.presentation, "")
    elif cameras and takes != "presentation":
        first = cameras.pop(0).participant
        stage, stage_name = TapedTrack(first, Source.CAMERA.value), names.get(first, "")
        about = stage_name
    tiles: tuple[Tile, ...] = ()
    if takes == "stage_and_cameras":
        tiles = tuple(
            Tile(TapedTrack(seat.participant, Source.CAMERA.value), names.get(seat.participant, ""))
            for seat in cameras[:MOST_TILES]
        )
    return Scene(from_ms, to_ms, stage, slide, stage_name, tiles), about


def _ranked(state: SessionState) -> list[Seat]:
    """Return who is here: the presenter, then moderators, then the others as they came."""
    here = [seat for seat in state.seats.values() if seat.presence in HERE]
    return sorted(
        here, key=lambda seat: (seat.participant != state.presenter, seat.role != "moderator", seat.joined_at)
    )


def _chapter(chapters: list[Chapter], about: str, at_ms: int) -> None:
    if not about or (chapters and chapters[-1].title == about):
        return
    if chapters and at_ms - chapters[-1].at_ms < CHAPTER_EVERY_MS:
        return
    chapters.append(Chapter(at_ms if chapters else 0, about))

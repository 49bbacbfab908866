"""
From the log of a session to what a recording of it shows: a projection, like attendance and minutes.

The stage is a shared screen, else a presentation, else the presenter's camera, else a moderator's, else the first that is on. Who did not agree to
be shown is not looked at. Of a YouTube video, which is YouTube's and never fetched, a card says what was shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from apps.documents.shelf import Shelf
from apps.live.evolve import evolve
from apps.live.grants import HERE, gates
from apps.live.grants_recording import taped
from apps.live.state import Seat, SessionState
from apps.live.state_presenting import Showing
from apps.live.wire import Line
from data.ids import ParticipantId, SessionId
from media_core.engine import Source
from media_core.tape.plan import Chapter, Film, Plan, Scene, Stretch, Takes, TapedTrack, Tile

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
    youtube: str = "YouTube"
    """What stands on the card of a YouTube video, between its title and its address."""
    erased: frozenset[str] = frozenset()
    """Participants of whom nothing is to be seen or heard any more."""
    reserved: bool = False
    """It is of a reserved part; every other recording is silent and without picture in one."""
    withheld: str = "Reserved part"
    """What stands in the place of a reserved part."""


@dataclass(frozen=True, slots=True)
class _Wording:
    """Names of people and presentations by id, and where their files are."""

    names: Mapping[str, str]
    shelf: Shelf
    youtube: str
    begins_at: datetime

    def name(self, id_: str) -> str:
        return self.names.get(id_, "")


@dataclass(slots=True)
class _Drawn:
    """What is collected while the log is replayed."""

    scenes: list[Scene]
    chapters: list[Chapter]
    sound: dict[TapedTrack, None]
    expected: list[Stretch]
    allowed: Mapping[ParticipantId, frozenset[Source]] = field(default_factory=dict)
    """As of the last look."""
    granted: dict[TapedTrack, list[int]] = field(default_factory=dict)
    """Moments at which a track might be recorded, and no longer, by turns."""

    def note_allowed(self, allowed: Mapping[ParticipantId, frozenset[Source]], at_ms: int) -> None:
        if allowed == self.allowed:
            return
        for who in allowed.keys() | self.allowed.keys():
            for source in allowed.get(who, frozenset()) ^ self.allowed.get(who, frozenset()):
                self.granted.setdefault(TapedTrack(who, source.value), []).append(at_ms)
        self.allowed = allowed

    def refused(self, duration_ms: int) -> Iterator[Stretch]:
        """Yield where tracks that are taped somewhere might not be."""
        for track, moments in self.granted.items():
            turns = [0, *moments, duration_ms]  # not, from here; allowed; not; …
            for begin, end in zip(turns[::2], turns[1::2], strict=False):
                if end > begin:
                    yield Stretch(track, begin, end)


def plan_of(wanted: Wanted, lines: Sequence[Line], names: Mapping[str, str], home: Path) -> Plan:
    """Replay the log and return the plan of one recording."""
    duration_ms = max(1, round((wanted.ends_at - wanted.begins_at) / timedelta(milliseconds=1)))
    state = SessionState(session=SessionId(wanted.session))
    drawn = _Drawn([], [], {}, [])
    known = _Wording(names, Shelf(home / "documents"), wanted.youtube, wanted.begins_at)
    moments = [_ms(line.at, wanted.begins_at) for line in lines[1:]] + [duration_ms]
    for line, until_ms in zip(lines, moments, strict=True):
        state = evolve(state, line.event, at=line.at, number=line.number)
        from_ms = max(0, _ms(line.at, wanted.begins_at))
        if until_ms > from_ms and from_ms < duration_ms:
            _add(drawn, state, wanted, known, from_ms, min(until_ms, duration_ms))
    return Plan(
        begins_ns=round(wanted.begins_at.timestamp() * 1e6) * 1000,
        duration_ms=duration_ms,
        takes=wanted.takes,
        scenes=tuple(drawn.scenes),
        sound=tuple(drawn.sound),
        expected=tuple(drawn.expected),
        refused=tuple(drawn.refused(duration_ms)),
        chapters=tuple(drawn.chapters) if wanted.takes != "sound" else (),
        title=wanted.title,
        no_media=wanted.no_media,
        fonts=tuple(str(FONTS / name) for name in FONT_FILES),
    )


def _ms(at: datetime, begins_at: datetime) -> int:
    return round((at - begins_at) / timedelta(milliseconds=1))


def _add(drawn: _Drawn, state: SessionState, wanted: Wanted, known: _Wording, from_ms: int, to_ms: int) -> None:
    withheld = state.tender.reserved is not None and not wanted.reserved
    may = {} if withheld else taped(state)
    allowed = {who: sources for who, sources in may.items() if who not in wanted.erased}
    drawn.note_allowed(allowed, from_ms)
    on = {who: sources & allowed.get(who, frozenset()) for who, sources in gates(state).items()}
    for who, sources in on.items():
        for source in sources:
            track = TapedTrack(who, source.value)
            if source in SOUND:
                drawn.sound[track] = None
            if source is not Source.SCREEN_AUDIO:
                _expect(drawn.expected, Stretch(track, from_ms, to_ms))
    scene, about = _scene(state, on, wanted.takes, known, from_ms, to_ms)
    if withheld:
        scene, about = Scene(from_ms, to_ms, card=(wanted.withheld,)), wanted.withheld
    last = drawn.scenes[-1] if drawn.scenes else None
    if last is not None and replace(last, from_ms=from_ms, to_ms=to_ms) == scene:
        drawn.scenes[-1] = replace(last, to_ms=to_ms)
    else:
        drawn.scenes.append(scene)
    _chapter(drawn.chapters, about, from_ms)


def _expect(expected: list[Stretch], new: Stretch) -> None:
    """Add a stretch; one that goes on makes the one before longer."""
    for place, old in enumerate(expected):
        if old.track == new.track and old.to_ms == new.from_ms:
            expected[place] = Stretch(old.track, old.from_ms, new.to_ms)
            return
    expected.append(new)


def _scene(
    state: SessionState,
    on: Mapping[ParticipantId, frozenset[Source]],
    takes: Takes,
    known: _Wording,
    from_ms: int,
    to_ms: int,
) -> tuple[Scene, str]:
    """Return the scene, and what a chapter about it is called."""
    cameras = [seat for seat in _ranked(state) if Source.CAMERA in on.get(seat.participant, ())]
    stage, about = Scene(from_ms, to_ms), ""
    screen = next((who for who, sources in on.items() if Source.SCREEN in sources), None)
    if screen is not None:
        stage, about = replace(stage, stage=TapedTrack(screen, Source.SCREEN.value)), known.name(screen)
    elif state.showing is not None:
        stage, about = _presented(stage, state.showing, known), known.name(state.showing.presentation)
    elif cameras and takes != "presentation":
        first = cameras.pop(0).participant
        about = known.name(first)
        stage = replace(stage, stage=TapedTrack(first, Source.CAMERA.value), stage_name=about)
    if takes == "stage_and_cameras":
        beside = [seat.participant for seat in cameras[:MOST_TILES]]
        tiles = tuple(Tile(TapedTrack(who, Source.CAMERA.value), known.name(who)) for who in beside)
        stage = replace(stage, tiles=tiles)
    return stage, about


def _presented(stage: Scene, showing: Showing, known: _Wording) -> Scene:
    """Put a page, a film or a card on the stage. Files that were deleted meanwhile leave their title."""
    title = known.name(showing.presentation)
    card = (title,) if title else ()
    if showing.kind == "youtube":
        return replace(stage, card=(*card, known.youtube, f"youtube.com/watch?v={showing.video}"))
    if not showing.is_film:
        return replace(stage, card=card, slide=str(known.shelf.page(showing.presentation, showing.page, "large")))
    file = known.shelf.film(showing.presentation)
    if file is None:
        return replace(stage, card=card)
    at_ms = _ms(showing.at, known.begins_at)
    return replace(stage, card=card, film=Film(str(file), at_ms, round(showing.position_s * 1000), showing.playing))


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

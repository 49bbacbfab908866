"""
From tape and plan to one file: H.264 and AAC in MP4 that can be played while it loads, or AAC alone in M4A.

Pictures are made in pieces of ``PIECE_S``, each a file of its own that is only renamed when it is whole: a work that was killed goes on where it
was. Sound is mixed at the end, in one run, because it is quick and must have no seams.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from media_core.tape.canvas import Box, Canvas, picture_file
from media_core.tape.copying import copied, copyable
from media_core.tape.files import ClosedSegment, closed_segments, sha256_of, sync_folder
from media_core.tape.pictures import PictureTrack
from media_core.tape.plan import Plan, Scene, TapedTrack
from media_core.tape.sound import RATE_HZ, SoundTrack, mixed
from media_core.tape.timing import Timing, joined, scan, without

PIECE_S = 60
GAP_S = 1.0
"""Less than this without media is a stutter, not a gap."""
TILES = 5
TILE_WIDTH_PX, TILE_HEIGHT_PX = 256, 144
SOUND_BPS = 96_000
ENCODER_OPTIONS = {"preset": "ultrafast", "crf": "25", "tune": "stillimage", "x264-params": "scenecut=0"}
LEAD_S = 2.0
"""Segments that end so shortly before the beginning may hold packets that were captured in it: their clocks differ."""

Progress = Callable[[float], None]
Packet = Any  # generic only in newer PyAV


@dataclass(frozen=True, slots=True)
class Composed:
    """What came out. ``gaps``: begin and end in ms of what has no media; ``copied``: the pictures are as they were sent."""

    file: Path
    sha256: str
    bytes: int
    duration_ms: int
    gaps: tuple[tuple[int, int], ...]
    copied: bool = False


class Tape:
    """The segments that a plan needs, by track, with their clocks."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder = folder
        self.begins_s = plan.begins_ns / 1e9
        self.ends_s = self.begins_s + plan.duration_ms / 1000
        early_s = self.begins_s - 130.0
        found = [
            each
            for each in closed_segments(folder)
            if each.end_ns / 1e9 >= early_s and each.start_ns / 1e9 <= self.ends_s + LEAD_S
        ]
        self.timing: Timing = scan(folder, found)
        self._by_track: dict[TapedTrack, list[ClosedSegment]] = {}
        for each in found:
            self._by_track.setdefault(TapedTrack(each.member, each.source), []).append(each)

    def segments(self, track: TapedTrack) -> Sequence[ClosedSegment]:
        return self._by_track.get(track, [])

    def pictures(self, track: TapedTrack, from_s: float) -> PictureTrack:
        return PictureTrack(self.folder, self.segments(track), self.timing, from_s)

    def covered(self, track: TapedTrack) -> list[tuple[float, float]]:
        return self.timing.coverage.get((track.member, track.source), [])


def compose(plan: Plan, tape_folder: Path, work: Path, file: Path, progress: Progress = lambda done: None) -> Composed:
    """
    Make the file; what is already done in ``work`` is not done again.

    Raises:
        OSError: If something cannot be read or written.
    """
    work.mkdir(mode=0o700, parents=True, exist_ok=True)
    tape = Tape(tape_folder, plan)
    gaps = gaps_of(plan, tape)
    partial = file.with_name(f".{file.name}.part")
    pieces: list[Path] = []
    unchanged = copyable(plan, tape, gaps)
    if plan.takes != "sound" and unchanged is None:
        pieces = list(_pieces(plan, tape, gaps, work, progress))
    _join(plan, tape, pieces, unchanged, partial)
    _flush(partial)
    done = Composed(
        file, sha256_of(partial), partial.stat().st_size, plan.duration_ms, tuple(gaps), unchanged is not None
    )
    partial.rename(file)
    sync_folder(file.parent)
    progress(1.0)
    return done


def gaps_of(plan: Plan, tape: Tape) -> list[tuple[int, int]]:
    """Return where somebody's source was on and might be recorded, and yet nothing of anybody is on the tape."""
    wanted = joined((tape.begins_s + each.from_ms / 1000, tape.begins_s + each.to_ms / 1000) for each in plan.expected)
    there = joined(span for each in {one.track for one in plan.expected} for span in tape.covered(each))
    found = without(wanted, there, least_s=GAP_S)
    return [(round((begin - tape.begins_s) * 1000), round((end - tape.begins_s) * 1000)) for begin, end in found]


# --- pictures -------------------------------------------------------------------------------------------------------------


def _pieces(plan: Plan, tape: Tape, gaps: Sequence[tuple[int, int]], work: Path, progress: Progress) -> Iterator[Path]:
    """Make the pieces that are missing; yield all, in order."""
    frames = max(1, plan.duration_ms * plan.frames_per_s // 1000)
    per_piece = PIECE_S * plan.frames_per_s
    painter = Painter(plan, tape, gaps)
    for number, first in enumerate(range(0, frames, per_piece)):
        piece = work / f"piece-{number:05d}.mp4"
        if not piece.exists():
            partial = work / f"making-{number:05d}.mp4"
            _encode(plan, painter, partial, first, min(per_piece, frames - first))
            _flush(partial)
            partial.rename(piece)
        progress(0.95 * min(1.0, (first + per_piece) / frames))
        yield piece


def _encode(plan: Plan, painter: Painter, file: Path, first: int, count: int) -> None:
    with av.open(str(file), "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=plan.frames_per_s, options=ENCODER_OPTIONS)
        stream.width, stream.height, stream.pix_fmt = plan.width, plan.height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, plan.frames_per_s)
        stream.gop_size = 2 * plan.frames_per_s
        stream.thread_count = 1
        skipped = plan.frames_per_s
        for number in range(count):
            changed = painter.paint((first + number) / plan.frames_per_s)
            skipped = 0 if changed else skipped + 1
            if not changed and number and number != count - 1 and skipped < plan.frames_per_s:
                continue  # a picture stays until the next one
            skipped = 0
            frame = painter.canvas.frame
            frame.pts, frame.time_base = number, Fraction(1, plan.frames_per_s)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


class Painter:
    """Draws the recording's picture at rising moments."""

    def __init__(self, plan: Plan, tape: Tape, gaps: Sequence[tuple[int, int]]) -> None:
        self.canvas = Canvas(plan.width, plan.height, plan.fonts)
        self._plan, self._tape, self._gaps = plan, tape, gaps
        self._open: dict[TapedTrack, PictureTrack] = {}
        self._shown: dict[Box, object] = {}
        self._scene: Scene | None = None
        self._slides: dict[str, av.VideoFrame | None] = {}

    def paint(self, at_s: float) -> bool:
        """Bring the canvas to a moment, in seconds from the beginning; tell whether anything changed."""
        at_ms = at_s * 1000
        scene = next((each for each in self._plan.scenes if each.from_ms <= at_ms < each.to_ms), None)
        if scene is not self._scene:
            self._change_scene(scene)
        if scene is None:
            return self._fill_stage("", Box(0, 0, self._plan.width, self._plan.height))
        stage, tiles = boxes(self._plan, scene)
        gap = next(((begin, end) for begin, end in self._gaps if begin <= at_ms < end), None)
        changed = self._paint_stage(scene, stage, at_s, gap)
        for tile, box in zip(scene.tiles, tiles, strict=False):
            changed |= self._paint_track(tile.track, tile.name, box, at_s, tile.name)
        return changed

    def _change_scene(self, scene: Scene | None) -> None:
        self._scene = scene
        self._shown.clear()
        self.canvas.fill(Box(0, 0, self._plan.width, self._plan.height))
        wanted = set() if scene is None else {scene.stage, *(tile.track for tile in scene.tiles)}
        for track in self._open.keys() - wanted:
            del self._open[track]

    def _paint_stage(self, scene: Scene, box: Box, at_s: float, gap: tuple[int, int] | None) -> bool:
        if gap is not None:
            begin, end = (clock_text(moment) for moment in gap)
            return self._fill_stage(self._plan.no_media.format(begin=begin, end=end), box)
        if scene.stage is not None:
            return self._paint_track(scene.stage, scene.stage_name, box, at_s, "")
        if scene.slide:
            return self._paint_slide(scene.slide, box)
        return self._fill_stage(self._plan.title, box)

    def _paint_track(self, track: TapedTrack, name: str, box: Box, at_s: float, instead: str) -> bool:
        wall_s = self._tape.begins_s + at_s
        if track not in self._open:
            self._open[track] = self._tape.pictures(track, wall_s)
        pictures = self._open[track]
        frame = pictures.at(wall_s)
        state = (track, pictures.number) if frame is not None else (track, None)
        if self._shown.get(box) == state:
            return False
        self._shown[box] = state
        if frame is None:
            self.canvas.notice(instead, box)
        else:
            self.canvas.draw(frame, box, pictures.reformatter)
            self.canvas.label(name, box)
        return True

    def _paint_slide(self, path: str, box: Box) -> bool:
        if self._shown.get(box) == path:
            return False
        self._shown[box] = path
        if path not in self._slides:
            self._slides.clear()
            with contextlib.suppress(OSError):
                self._slides[path] = picture_file(path)
        slide = self._slides.get(path)
        if slide is None:
            self.canvas.notice(self._plan.title, box)
        else:
            self.canvas.draw(slide, box, av.video.reformatter.VideoReformatter())
        return True

    def _fill_stage(self, text: str, box: Box) -> bool:
        state = ("text", text)
        if self._shown.get(box) == state:
            return False
        self._shown[box] = state
        self.canvas.notice(text, box)
        return True


def boxes(plan: Plan, scene: Scene) -> tuple[Box, list[Box]]:
    """Return where stage and small pictures stand: these in a column at the right edge."""
    if not scene.tiles:
        return Box(0, 0, plan.width, plan.height), []
    left = plan.width - TILE_WIDTH_PX
    height = left * 9 // 16 // 2 * 2
    stage = Box(0, (plan.height - height) // 4 * 2, left, height)
    count = min(len(scene.tiles), TILES)
    top = (plan.height - count * TILE_HEIGHT_PX) // 4 * 2
    return stage, [Box(left, top + place * TILE_HEIGHT_PX, TILE_WIDTH_PX, TILE_HEIGHT_PX) for place in range(count)]


def clock_text(moment_ms: int) -> str:
    """Return a moment as ``00:41:12``."""
    seconds = moment_ms // 1000
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


# --- the file -------------------------------------------------------------------------------------------------------------


def _join(plan: Plan, tape: Tape, pieces: Sequence[Path], unchanged: TapedTrack | None, file: Path) -> None:
    """Put pieces and sound into one file whose index stands at its beginning."""
    options: Mapping[str, str] = {"movflags": "+faststart"}
    with av.open(str(file), "w", format="mp4", options=dict(options)) as out:
        out.metadata["title"] = plan.title
        pictures = _pictures_of(pieces, out) if unchanged is None else copied(plan, tape, unchanged, out)
        sound = out.add_stream("aac", rate=RATE_HZ)
        sound.bit_rate, sound.layout = SOUND_BPS, "stereo"
        if plan.chapters:
            out.set_chapters(_chapters(plan))
        ahead_s = -1.0
        for at_s, packets in _sound(plan, tape, sound):
            while pictures is not None and ahead_s <= at_s:
                packet = next(pictures, None)
                if packet is None:
                    pictures = None
                    break
                ahead_s = float((packet.pts or 0) * packet.time_base)  # sound and pictures go in side by side
                out.mux(packet)
            out.mux(packets)
        for packet in pictures or ():
            out.mux(packet)


def _pictures_of(pieces: Sequence[Path], out: av.container.OutputContainer) -> Iterator[Packet] | None:
    """Add the stream of pictures; return its packets."""
    if not pieces:
        return None
    with av.open(str(pieces[0])) as first:
        stream = out.add_stream_from_template(first.streams.video[0])

    def packets() -> Iterator[Packet]:
        per_piece = Fraction(PIECE_S)
        for number, piece in enumerate(pieces):
            with av.open(str(piece)) as source:
                for packet in source.demux(video=0):
                    if packet.dts is None or packet.pts is None:
                        continue
                    shift = int(number * per_piece / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = stream
                    yield packet

    return packets()


def _sound(plan: Plan, tape: Tape, stream: av.AudioStream) -> Iterator[tuple[float, list[Packet]]]:
    """Yield encoded sound with its moment, window by window."""
    tracks = [
        SoundTrack(tape.folder, tape.segments(track), tape.timing, tape.begins_s)
        for track in plan.sound
        if tape.segments(track)
    ]
    samples = plan.duration_ms * RATE_HZ // 1000
    at = 0
    for block in mixed(tracks, samples):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, at, Fraction(1, RATE_HZ)
        at += len(block)
        yield at / RATE_HZ, stream.encode(frame)
    yield at / RATE_HZ, stream.encode(None)


def _chapters(plan: Plan) -> list[av.container.Chapter]:
    ends = [chapter.at_ms for chapter in plan.chapters[1:]] + [plan.duration_ms]
    return [
        {
            "id": number,
            "start": chapter.at_ms,
            "end": max(end, chapter.at_ms + 1),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": chapter.title},
        }
        for number, (chapter, end) in enumerate(zip(plan.chapters, ends, strict=True), start=1)
    ]


def _flush(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

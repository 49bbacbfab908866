"""
From tape and plan to one file: H.264 and AAC in MP4 that can be played while it loads, or AAC alone in M4A.

Pictures are made in pieces of ``PIECE_S``, each a file of its own that is only renamed when it is whole: a work that was killed goes on where it
was. Sound is mixed at the end, in one run, because it is quick and must have no seams.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from media_core.tape.copying import copied, copyable
from media_core.tape.files import sha256_of, sync_folder
from media_core.tape.opened import Tape
from media_core.tape.painter import Painter
from media_core.tape.plan import Plan, TapedTrack
from media_core.tape.screening import film_sound
from media_core.tape.sound import RATE_HZ, Samples, SoundTrack, mixed, silenced, voice
from media_core.tape.timing import joined, without

PIECE_S = 60
GAP_S = 1.0
"""Less than this without media is a stutter, not a gap."""
SOUND_BPS = 96_000
ENCODER_OPTIONS = {"preset": "ultrafast", "crf": "25", "tune": "stillimage", "x264-params": "scenecut=0"}

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
    tracks = [SoundTrack(_voice(tape, track)) for track in plan.sound if tape.segments(track)]
    tracks.append(SoundTrack(film_sound(plan.scenes)))
    samples = plan.duration_ms * RATE_HZ // 1000
    at = 0
    for block in mixed(tracks, samples):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, at, Fraction(1, RATE_HZ)
        at += len(block)
        yield at / RATE_HZ, stream.encode(frame)
    yield at / RATE_HZ, stream.encode(None)


def _voice(tape: Tape, track: TapedTrack) -> Iterator[tuple[int, Samples]]:
    """Yield a track's sound without what its owner refused, to the sample."""
    refused = [
        (round((begin - tape.begins_s) * RATE_HZ), round((end - tape.begins_s) * RATE_HZ))
        for begin, end in tape.refused(track)
    ]
    return silenced(voice(tape.folder, tape.segments(track), tape.timing, tape.begins_s), refused)


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

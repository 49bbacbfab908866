"""The sound of a recording: every taped voice, and every film, decoded and added up at the moment it was heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from media_core.tape.files import ClosedSegment
from media_core.tape.frames import units
from media_core.tape.timing import Timing

RATE_HZ = 48_000
CHANNELS = 2
RESYNC_SAMPLES = RATE_HZ // 25
"""Less than 40 ms off is jitter of the measurement and left alone: moving sound about is heard."""

Samples = NDArray[np.float32]
"""Rows of left and right."""


class SoundTrack:
    """
    Pieces of one sound, in order, added to windows of a mix.

    A piece is the number of its first sample, from the recording's beginning (negative: before it), and its samples.
    """

    def __init__(self, pieces: Iterator[tuple[int, Samples]]) -> None:
        self._pieces = pieces
        self._left: list[tuple[int, Samples]] = []
        self._over = False

    def add_to(self, mixed: Samples, first: int) -> None:
        """Add the samples from number ``first`` on; call it with windows that follow on one another."""
        end = first + len(mixed)
        while not self._over and (not self._left or self._left[-1][0] + len(self._left[-1][1]) < end):
            piece = next(self._pieces, None)
            if piece is None:
                self._over = True
            else:
                self._left.append(piece)
        kept = []
        for at, samples in self._left:
            begin, stop = max(at, first), min(at + len(samples), end)
            if begin < stop:
                mixed[begin - first : stop - first] += samples[begin - at : stop - at]
            if at + len(samples) > end:
                kept.append((at, samples))
        self._left = kept


def voice(
    folder: Path, segments: Sequence[ClosedSegment], timing: Timing, begins_s: float
) -> Iterator[tuple[int, Samples]]:
    """Yield one taped track of sound as pieces, from a moment on."""
    near = [each for each in segments if each.end_ns / 1e9 >= begins_s - 1.0]
    decoder, stream, following = None, "", -(1 << 62)
    for unit in units(folder, near, timing):
        if decoder is None or unit.stream != stream:
            decoder, stream, following = _opus(), unit.stream, -(1 << 62)
        wanted = round((unit.captured_s - begins_s) * RATE_HZ)
        try:
            frames = decoder.decode(av.Packet(unit.content))
        except av.error.FFmpegError:
            continue
        for frame in frames:
            samples = stereo(frame)
            at = following if abs(wanted - following) < RESYNC_SAMPLES else wanted
            following = wanted = at + len(samples)
            yield at, samples


def silenced(
    pieces: Iterator[tuple[int, Samples]], stretches: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, Samples]]:
    """Yield pieces with silence in stretches from one sample number to another."""
    for at, samples in pieces:
        for begin, end in stretches:
            samples[max(0, begin - at) : max(0, end - at)] = 0
        yield at, samples


def _opus() -> av.AudioCodecContext:
    decoder = av.CodecContext.create("opus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate = RATE_HZ
    decoder.layout = "stereo"
    return decoder


def stereo(frame: av.AudioFrame) -> Samples:
    """Return what a frame holds, as rows of left and right."""
    values: NDArray[Any] = frame.to_ndarray()
    if values.dtype == np.int16:
        values = values.astype(np.float32) / 32768
    if not frame.format.is_planar:
        values = values.reshape(-1, frame.layout.nb_channels).T
    if values.shape[0] == 1:
        values = np.repeat(values, CHANNELS, axis=0)
    return np.ascontiguousarray(values[:CHANNELS].T, dtype=np.float32)


def mixed(tracks: Sequence[SoundTrack], samples: int, window: int = RATE_HZ) -> Iterator[Samples]:
    """Yield the sum of tracks in windows, loud sums bent down instead of cut off."""
    for first in range(0, samples, window):
        block = np.zeros((min(window, samples - first), CHANNELS), np.float32)
        for track in tracks:
            track.add_to(block, first)
        peak = np.abs(block)
        loud = peak > 0.8
        if loud.any():
            block[loud] = np.sign(block[loud]) * (0.8 + 0.2 * np.tanh((peak[loud] - 0.8) / 0.2))
        yield block

"""
Films that were run on the stage: their pictures and their sound, at the place where the film was at each moment of the recording.

The film is the one that everybody's browser played (docs/documents.md); where it is follows from the session's events alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

import av
from av.video.reformatter import VideoReformatter

from media_core.tape.plan import Film, Scene
from media_core.tape.sound import RATE_HZ, Samples, stereo

log = logging.getLogger(__name__)

SEEK_AHEAD_S = 10.0
"""To a place further ahead a film is wound by its keyframes; to a nearer one it is decoded on."""


class FilmPictures:
    """The pictures of one film; a film that cannot be read has none."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.number = 0
        """Changes with each new picture."""
        self.reformatter = VideoReformatter()
        self._frame: av.VideoFrame | None = None
        self._next: av.VideoFrame | None = None
        self._origin_s = self._asked_s = 0.0
        self._frames: Iterator[av.VideoFrame] = iter(())
        try:
            self._source: av.container.InputContainer | None = av.open(file)
            self._origin_s = (self._source.start_time or 0) / 1_000_000
            self._wind(0.0)
        except (OSError, av.error.FFmpegError, IndexError) as error:
            self._source = None
            log.warning("film_unreadable", extra={"fields": {"error": type(error).__name__}})

    def at(self, position_s: float) -> av.VideoFrame | None:
        """Return the picture at a place of the film; after its end the last one."""
        if self._frame is None:
            return None
        position_s = max(0.0, position_s)
        back = position_s < min(self._asked_s, self._time(self._frame))
        if back or (self._next is not None and position_s > self._time(self._next) + SEEK_AHEAD_S):
            self._wind(position_s)
        self._asked_s = position_s
        while self._next is not None and self._time(self._next) <= position_s:
            self._show(self._next)
            self._next = self._decoded()
        return self._frame

    def _wind(self, position_s: float) -> None:
        """Go to the last keyframe before a place."""
        assert self._source is not None
        if self._frame is not None:
            try:
                self._source.seek(int((position_s + self._origin_s) * 1_000_000))
            except av.error.FFmpegError:
                return  # nothing to wind to: the picture stands
        self._frames = self._source.decode(video=0)
        first = self._decoded()
        if first is not None:
            self._show(first)
            self._next = self._decoded()

    def _show(self, frame: av.VideoFrame) -> None:
        self._frame = frame
        self.number += 1

    def _decoded(self) -> av.VideoFrame | None:
        try:
            return next(self._frames, None)
        except av.error.FFmpegError:
            return None  # what follows cannot be decoded: the picture stands

    def _time(self, frame: av.VideoFrame) -> float:
        return (frame.time or 0.0) - self._origin_s


def film_sound(scenes: Sequence[Scene]) -> Iterator[tuple[int, Samples]]:
    """Yield the sound of all films of a recording as pieces, in order."""
    runs = [(scene.film, scene.from_ms, scene.to_ms) for scene in scenes if scene.film is not None]
    joined: list[tuple[Film, int, int]] = []
    for film, from_ms, to_ms in runs:
        if not film.playing:
            continue
        if joined and (joined[-1][0], joined[-1][2]) == (film, from_ms):
            joined[-1] = film, joined[-1][1], to_ms  # only something beside the film changed
        else:
            joined.append((film, from_ms, to_ms))
    for film, from_ms, to_ms in joined:
        yield from _heard(film, from_ms * RATE_HZ // 1000, to_ms * RATE_HZ // 1000)


def _heard(film: Film, begin: int, end: int) -> Iterator[tuple[int, Samples]]:
    """Yield what is heard of a film between two sample numbers of the recording."""
    position_s = film.position_at_ms(begin * 1000 / RATE_HZ) / 1000
    following = None
    for time_s, samples in _decoded_sound(film.file, position_s):
        wanted = begin + round((time_s - position_s) * RATE_HZ)
        at = wanted if following is None or abs(wanted - following) > RATE_HZ // 25 else following
        following = at + len(samples)
        if at >= end:
            return
        first, last = max(at, begin), min(following, end)
        if first < last:
            yield first, samples[first - at : last - at]


def _decoded_sound(file: str, position_s: float) -> Iterator[tuple[float, Samples]]:
    """Yield moment and samples of a film's sound, from a little before a place on; nothing if it has none."""
    try:
        with av.open(file) as source:
            origin_s = (source.start_time or 0) / 1_000_000
            resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE_HZ)
            source.seek(int((max(0.0, position_s) + origin_s) * 1_000_000))
            for frame in source.decode(audio=0) if source.streams.audio else ():
                for out in resampler.resample(frame):
                    yield (out.time or 0.0) - origin_s, stereo(out)
    except (OSError, av.error.FFmpegError) as error:
        log.warning("film_sound_unreadable", extra={"fields": {"error": type(error).__name__}})

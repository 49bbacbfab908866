"""
Makes a film that browsers play of one that a person uploaded: ``python film.py FILE FOLDER``.

Nothing is decoded: the packets of one picture track and one sound track go into a new file without any metadata, its index in front. Meant to be run in a jail,
for the file is a stranger's. Prints one JSON line: ``{"film": "film.mp4", "duration_s": 12.5}`` or ``{"failed": code}``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError

PICTURE_CODECS = {"mp4": {"h264", "av1", "vp9"}, "webm": {"vp8", "vp9", "av1"}}
SOUND_CODECS = {"mp4": {"aac", "mp3", "opus"}, "webm": {"opus", "vorbis"}}
"""What every browser of today plays in which container."""
FORMATS = ("mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm")
LENGTH_MAX_S = 12 * 3600.0
FORGIVING: dict[str, Any] = {} if int(av.__version__.partition(".")[0]) >= 19 else {"metadata_errors": "replace"}
"""Titles that are no UTF-8 are no error; from 19 on PyAV, which Python 3.12 gets, is so by itself and refuses the option."""


class Failed(Exception):
    """``code`` is for programs; ``apps`` has the sentence."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def remux(source: Path, folder: Path) -> tuple[str, float]:
    """Write the film into ``folder``; return its name and length in seconds. Raises ``Failed``."""
    try:
        with av.open(str(source), **FORGIVING) as opened:
            if opened.format.name not in FORMATS:
                raise Failed("file_type")
            picture, sound = _first(opened.streams.video), _first(opened.streams.audio)
            container = _container(picture, sound)
            name = f"film.{container}"
            _copy(opened, [track for track in (picture, sound) if track is not None], folder / name, container)
        return name, _length(folder / name)
    except (FFmpegError, ValueError, OSError) as error:
        raise Failed("file_damaged") from error


def _first(tracks: Any) -> Any:
    """Return the first track that is not a still picture, such as a cover."""
    wanted = (track for track in tracks if not (int(track.disposition) & 0x400))
    return next(wanted, None)


def _container(picture: Any, sound: Any) -> str:
    if picture is None:
        raise Failed("film_without_picture")
    for container, codecs in PICTURE_CODECS.items():
        heard = sound is None or sound.codec_context.name.removesuffix("float") in SOUND_CODECS[container]
        if picture.codec_context.name.removeprefix("lib") in codecs and heard:
            return container
    raise Failed("film_codec")


def _copy(opened: Any, tracks: list[Any], target: Path, container: str) -> None:
    options = {"movflags": "+faststart", "map_metadata": "-1"} if container == "mp4" else {"cues_to_front": "1"}
    with av.open(str(target), "w", format=container, options=options) as made:
        copies = {track.index: made.add_stream_from_template(track) for track in tracks}
        for copy in copies.values():
            copy.metadata.clear()
        for packet in opened.demux(tracks):
            if packet.dts is None:
                continue
            packet.stream = copies[packet.stream.index]
            made.mux(packet)


def _length(film: Path) -> float:
    with av.open(str(film)) as made:
        length_s = (made.duration or 0) / 1_000_000
    if not 0 < length_s <= LENGTH_MAX_S:
        raise Failed("file_damaged")
    return round(length_s, 3)


def main(source: Path, folder: Path) -> None:
    try:
        name, length_s = remux(source, folder)
        print(json.dumps({"film": name, "duration_s": length_s}), flush=True)
    except Failed as failed:
        print(json.dumps({"failed": failed.code}), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

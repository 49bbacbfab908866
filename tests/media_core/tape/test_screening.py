"""Films of the library in a recording: drawn and heard at the place where the film was, whatever was done with it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from media_core.bots import pictures
from media_core.tape.compose import compose
from media_core.tape.plan import Film, Plan, Scene
from media_core.tape.screening import FilmPictures
from tests.media_core.tape.making import BEGIN_S
from tests.media_core.tape.test_compose import loudness, shown, sound

SECONDS = 6
PICTURE = 5


def hz(second: int) -> float:
    """Each second of the film has a tone of its own."""
    return 400.0 + 150.0 * second


@pytest.fixture(scope="module", params=["mp4", "webm"])
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds with a time code in the picture."""
    file: Path = tmp_path_factory.mktemp("film") / f"film.{request.param}"
    codecs = {"mp4": ("libx264", "aac"), "webm": ("libvpx", "libopus")}[request.param]
    with av.open(str(file), "w") as container:
        track: Any = container.add_stream(codecs[0], rate=pictures.FRAMES_PER_S)
        track.width, track.height, track.pix_fmt = pictures.WIDTH_PX, pictures.HEIGHT_PX, "yuv420p"
        track.gop_size = 30
        voice: Any = container.add_stream(codecs[1], rate=48_000)
        voice.layout = "stereo"
        for frame in range(SECONDS * pictures.FRAMES_PER_S):
            image = av.VideoFrame.from_ndarray(pictures.draw(PICTURE, frame), format="rgb24")
            image.pts, image.time_base = frame, Fraction(1, pictures.FRAMES_PER_S)
            container.mux(track.encode(image))
        container.mux(track.encode(None))
        at = np.arange(48_000) / 48_000
        for second in range(SECONDS):
            tone = (0.3 * np.sin(2 * np.pi * hz(second) * at)).astype(np.float32)
            for first in range(0, 48_000, 960):
                piece = np.ascontiguousarray(np.stack([tone[first : first + 960]] * 2))
                heard = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
                heard.sample_rate, heard.pts, heard.time_base = 48_000, second * 48_000 + first, Fraction(1, 48_000)
                container.mux(voice.encode(heard))
        container.mux(voice.encode(None))
    return file


def made(folder: Path, duration_ms: int, *scenes: Scene, takes: Any = "stage") -> Path:
    plan = Plan(int(BEGIN_S * 1e9), duration_ms, takes, scenes, (), title="Instruire")
    suffix = "m4a" if takes == "sound" else "mp4"
    return compose(plan, folder / "tape", folder / "work", folder / f"one.{suffix}").file


def position_s(moment_s: float) -> float:
    """Where the film is in the recording below."""
    if moment_s < 1:
        return 0.0
    if moment_s < 3:
        return moment_s - 1
    if moment_s < 4:
        return 2.0
    return min(4.5 + moment_s - 4, SECONDS)


def test_a_film_plays_pauses_jumps_and_ends_as_it_did(film: Path, tmp_path: Path) -> None:
    scenes = (
        Scene(0, 1000, film=Film(str(film), 0, 0, False)),
        Scene(1000, 2200, film=Film(str(film), 1000, 0, True)),
        Scene(2200, 3000, film=Film(str(film), 1000, 0, True), stage_name="somebody came"),
        Scene(3000, 4000, film=Film(str(film), 3000, 2000, False)),
        Scene(4000, 7000, film=Film(str(film), 4000, 4500, True)),
    )
    file = made(tmp_path, 7000, *scenes)
    frames = shown(file)
    last = SECONDS * pictures.FRAMES_PER_S - 1
    for moment_s, picture, code in frames:
        assert picture == PICTURE
        wanted = min(last, int(position_s(moment_s) * pictures.FRAMES_PER_S + 0.01))
        assert abs(wanted - code) <= 1, (moment_s, code, wanted)  # one picture of the film is 67 ms
    assert len(frames) > 50
    heard = sound(file)
    assert loudness(heard, hz(0), 0.0, 0.9) < 0.01
    assert loudness(heard, hz(0), 1.1, 1.9) > 0.1
    assert loudness(heard, hz(1), 1.1, 1.9) < 0.01
    assert loudness(heard, hz(1), 2.1, 2.9) > 0.1
    assert np.abs(heard[int(3.1 * 48_000) : int(3.9 * 48_000)]).max() < 0.01
    assert loudness(heard, hz(4), 4.05, 4.45) > 0.1
    assert loudness(heard, hz(5), 4.6, 5.4) > 0.1
    assert np.abs(heard[int(5.7 * 48_000) :]).max() < 0.01


def test_sound_alone_has_the_films_sound(film: Path, tmp_path: Path) -> None:
    file = made(tmp_path, 2000, Scene(0, 2000, film=Film(str(film), -2500, 0, True)), takes="sound")
    heard = sound(file)
    assert loudness(heard, hz(3), 0.6, 1.4) > 0.1
    assert loudness(heard, hz(2), 0.6, 1.4) < 0.01


def test_a_film_can_be_asked_for_any_place(film: Path) -> None:
    reel = FilmPictures(str(film))
    for wanted_s in (5.0, 0.5, 3.0, 3.1, 99.0, 99.0, 0.0):
        frame: Any = reel.at(wanted_s)
        _, code = pictures.read(frame.to_ndarray(format="rgb24"))
        assert code == min(int(wanted_s * 15 + 0.01), SECONDS * 15 - 1)


def test_a_film_that_is_gone_leaves_its_card(tmp_path: Path) -> None:
    scene = Scene(0, 1000, film=Film(str(tmp_path / "gone.mp4"), 0, 0, True), card=("Fire drill",))
    card = made(tmp_path, 1000, scene)
    with av.open(str(card)) as source:
        image = next(source.decode(video=0)).to_ndarray(format="gray")
    assert image.max() > 150  # its title, in light letters
    assert np.median(image) < 60

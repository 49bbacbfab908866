"""A recording put together from a tape with known pictures and tones, and looked at again by decoding it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from media_core.bots import pictures
from media_core.tape import compose as making_of
from media_core.tape import format as fmt
from media_core.tape import painter
from media_core.tape.compose import Composed, compose
from media_core.tape.files import sha256_of
from media_core.tape.plan import Chapter, Film, Plan, Scene, Stretch, TapedTrack, Tile, plan_from
from tests.media_core.tape import making
from tests.media_core.tape.making import BEGIN_S, write_picture, write_tone

ANA, BOB = TapedTrack("ana", "camera"), TapedTrack("bob", "camera")
VOICES = (TapedTrack("ana", "microphone"), TapedTrack("bob", "microphone"))


def plan(duration_s: float, *scenes: Scene, **values: object) -> Plan:
    given: dict[str, object] = {"takes": "stage", "sound": VOICES, "title": "Instruire"}
    return Plan(begins_ns=int(BEGIN_S * 1e9), duration_ms=int(duration_s * 1000), scenes=scenes, **{**given, **values})  # type: ignore[arg-type]


def make(given: Plan, folder: Path, name: str = "one.mp4") -> Composed:
    return compose(given, folder / "tape", folder / "work", folder / name)


def shown(file: Path, box: tuple[int, int, int, int] | None = None) -> list[tuple[float, int, int]]:
    """Return moment, picture and frame code of each decoded picture of a file, or of a part (left, top, width, height) of it."""
    found = []
    with av.open(str(file)) as source:
        for frame in source.decode(video=0):
            image: Any = frame.to_ndarray(format="rgb24")
            if box is not None:
                left, top, width, height = box
                image = image[top : top + height, left : left + width]
            found.append((frame.time, *pictures.read(image)))
    return found


def sound(file: Path) -> Any:
    with av.open(str(file)) as source:
        return np.concatenate([frame.to_ndarray()[0] for frame in source.decode(audio=0)])


def loudness(samples: Any, hz: float, from_s: float, to_s: float) -> float:
    """Return how strong a tone is in a part of the sound."""
    part = samples[int(from_s * 48_000) : int(to_s * 48_000)]
    at = np.arange(len(part)) / 48_000
    return float(2 * np.abs(np.mean(part * np.exp(-2j * np.pi * hz * at))))


def expected_code(moment_s: float, from_s: float = 0.0) -> int:
    frames = int((moment_s - from_s) * pictures.FRAMES_PER_S + 0.01)
    return frames % (pictures.CLIP_S * pictures.FRAMES_PER_S)


def test_the_right_picture_and_tone_stand_at_the_right_time(tmp_path: Path) -> None:
    write_picture(tmp_path / "tape", "ana", 3, travel_s=0.2, shuffled=True)
    write_picture(tmp_path / "tape", "bob", 8)
    write_tone(tmp_path / "tape", "ana", 500.0, to_s=5.0)
    write_tone(tmp_path / "tape", "bob", 900.0, from_s=5.0, shuffled=True)
    scenes = (Scene(0, 5000, stage=ANA), Scene(5000, 9000, stage=BOB))
    done = make(plan(9.0, *scenes, chapters=(Chapter(0, "Ana"), Chapter(5000, "Bob"))), tmp_path)
    assert done.sha256 == sha256_of(done.file)
    frames = shown(done.file)
    for moment_s, picture, code in frames:
        if 0.3 < moment_s < 4.9 or moment_s > 5.2:
            assert picture == (3 if moment_s < 5 else 8)
            late = (expected_code(moment_s) - code) % 90
            assert min(late, 90 - late) <= 1, (moment_s, code)  # within 100 ms: one frame of the clip is 67 ms
    assert len(frames) > 100
    samples = sound(done.file)
    assert abs(len(samples) / 48_000 - 9.0) < 0.1
    assert loudness(samples, 500.0, 0.2, 4.8) > 0.1
    assert loudness(samples, 900.0, 0.2, 4.8) < 0.02
    assert loudness(samples, 900.0, 5.2, 8.8) > 0.1
    assert loudness(samples, 500.0, 5.2, 8.8) < 0.02
    with av.open(str(done.file)) as source:
        assert [chapter["metadata"]["title"] for chapter in source.chapters()] == ["Ana", "Bob"]
        assert source.streams.video[0].codec_context.name == "h264"
        assert source.streams.audio[0].codec_context.name == "aac"
    head = done.file.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")  # faststart


def test_cameras_stand_beside_the_stage_with_their_names(tmp_path: Path) -> None:
    write_picture(tmp_path / "tape", "ana", 3, to_s=4)
    write_picture(tmp_path / "tape", "bob", 8, to_s=4)
    scene = Scene(0, 3000, stage=ANA, tiles=(Tile(BOB, "Ștefan Țuțuianu"),))
    done = make(plan(3.0, scene, takes="stage_and_cameras"), tmp_path)
    stage, (tile,) = painter.boxes(plan(3.0, scene), scene)
    big = shown(done.file, (stage.left, stage.top, stage.width, stage.height))
    assert {picture for moment_s, picture, _ in big if moment_s > 0.3} == {3}
    small = shown(done.file, (tile.left, tile.top, tile.width, tile.height - 24))
    assert len(small) > 20
    with av.open(str(done.file)) as source:
        image = list(source.decode(video=0))[-1].to_ndarray(format="rgb24")
    cut = image[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width]
    assert cut[-20:-2, 4:60].max() > 200  # white letters
    red, green, blue = np.median(cut[60:100, 60:200].reshape(-1, 3), axis=0)
    assert np.abs(np.array([red, green, blue]) - pictures.colour_of(8)).sum() < 120


def test_a_gap_is_shown_and_named(tmp_path: Path) -> None:
    write_picture(tmp_path / "tape", "ana", 3, to_s=3)
    write_picture(tmp_path / "tape", "ana", 3, from_s=6, to_s=9)
    expected = (Stretch(ANA, 0, 9000),)
    done = make(plan(9.0, Scene(0, 9000, stage=ANA), expected=expected), tmp_path)
    ((begin, end),) = done.gaps
    assert abs(begin - 3000) < 150
    assert abs(end - 6000) < 150
    with av.open(str(done.file)) as source:
        images = {round(frame.time, 1): frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)}
    in_gap = next(image for moment_s, image in images.items() if 4.5 < moment_s < 5.5)
    assert (in_gap.max(axis=2) < 60).mean() > 0.9  # dark, with some letters
    assert in_gap.max() > 150
    after = [picture for moment_s, picture, _ in shown(done.file) if moment_s > 6.3]
    assert after
    assert set(after) == {3}


def test_what_was_refused_is_silent_and_unseen_to_the_frame(tmp_path: Path) -> None:
    """The tape ran on after the owner had refused, as it does until the media worker knows."""
    write_picture(tmp_path / "tape", "ana", 3, to_s=5)
    write_tone(tmp_path / "tape", "ana", 500.0, to_s=5)
    scenes = (Scene(0, 2000, stage=ANA), Scene(2000, 3200), Scene(3200, 5000, stage=ANA))
    refused = tuple(Stretch(TapedTrack("ana", source), 2000, 3200) for source in ("camera", "microphone"))
    done = make(plan(5.0, *scenes, refused=refused), tmp_path)
    heard = sound(done.file)
    frame_s = 1024 / 48_000  # of AAC, which overlaps its neighbours
    assert np.abs(heard[int((2.0 + frame_s) * 48_000) : int((3.2 - frame_s) * 48_000)]).max() < 0.002
    assert loudness(heard, 500.0, 1.9, 2.0) > 0.1
    assert loudness(heard, 500.0, 3.2, 3.3) > 0.1
    seen = {round(moment_s, 2): (picture, code) for moment_s, picture, code in shown(done.file)}
    assert 3 not in {picture for moment_s, (picture, _) in seen.items() if 2.0 <= moment_s < 3.2}
    codes = [code for moment_s, (picture, code) in seen.items() if moment_s >= 3.2 and picture == 3]
    assert min(codes) >= int(3.2 * pictures.FRAMES_PER_S)  # no picture that was taken before it was allowed again


def test_without_reports_the_arrival_times_serve(tmp_path: Path) -> None:
    write_picture(tmp_path / "tape", "ana", 5, reports=False, shuffled=True, to_s=4)
    write_tone(tmp_path / "tape", "ana", 700.0, reports=False, shuffled=True, to_s=4)
    done = make(plan(4.0, Scene(0, 4000, stage=ANA)), tmp_path)
    late = [(expected_code(moment_s) - code) % 90 for moment_s, _, code in shown(done.file) if moment_s > 0.4]
    assert all(min(each, 90 - each) <= 2 for each in late)
    assert loudness(sound(done.file), 700.0, 0.3, 3.7) > 0.1


def test_a_lost_packet_freezes_the_picture_until_the_next_keyframe(tmp_path: Path) -> None:
    clip = pictures.clip(4)
    keyframes = [place for place, each in enumerate(clip.pictures) if each.keyframe]
    before = sum(len(each.chunks) for each in clip.pictures[: keyframes[1] - 5])
    write_picture(tmp_path / "tape", "ana", 4, lost=lambda number: number == 65_500 + before)
    done = make(plan(5.0, Scene(0, 5000, stage=ANA)), tmp_path)
    codes = [code for _, _, code in shown(done.file)]
    missing = set(range(keyframes[1] - 5, keyframes[1]))
    assert not missing & set(codes)
    assert keyframes[1] in codes


def write_h264(folder: Path, member: str, picture: int, seconds: int) -> None:
    """Write a clip of ``media_core.bots.pictures`` as H.264, its parts cut into fragments."""
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = pictures.WIDTH_PX, pictures.HEIGHT_PX, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 15), Fraction(15)
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
    encoder.gop_size = 15
    records: list[Any] = []
    number = 0
    for frame in range(seconds * 15):
        image: Any = av.VideoFrame.from_ndarray(pictures.draw(picture, frame), format="rgb24").reformat(
            format="yuv420p"
        )
        image.pts = frame
        for packet in encoder.encode(image):
            nals = [nal for nal in bytes(packet).replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1") if nal]
            payloads: list[bytes] = []
            for nal in nals:
                if len(nal) < 1000:
                    payloads.append(nal)
                    continue
                pieces = [nal[at : at + 1000] for at in range(1, len(nal), 1000)]
                for place, piece in enumerate(pieces):
                    edge = (0x80 if place == 0 else 0) | (0x40 if place == len(pieces) - 1 else 0)
                    payloads.append(bytes([nal[0] & 0xE0 | 28, edge | nal[0] & 0x1F]) + piece)
            for place, payload in enumerate(payloads):
                marker = 0x80 if place == len(payloads) - 1 else 0
                values = (102 | marker, number & 0xFFFF, frame * 6000, payload)
                records.append((frame / 15 + 0.02, fmt.packet_record, values))
                number += 1
    making.write(folder, member, "screen", 90_000, records, shuffled=False, stream="h264")


def test_h264_that_fills_the_stage_is_copied(tmp_path: Path) -> None:
    write_h264(tmp_path / "tape", "ana", 9, 5)
    write_tone(tmp_path / "tape", "ana", 600.0, to_s=5)
    done = make(plan(4.0, Scene(0, 4000, stage=TapedTrack("ana", "screen"))), tmp_path)
    assert done.copied
    frames = shown(done.file)
    assert abs(len(frames) - 60) <= 2
    assert {picture for _, picture, _ in frames} == {9}
    late = [(expected_code(moment_s) - code) % 90 for moment_s, _, code in frames]
    assert all(min(each, 90 - each) <= 2 for each in late)
    assert loudness(sound(done.file), 600.0, 0.3, 3.7) > 0.1


def test_sound_alone_is_an_m4a(tmp_path: Path) -> None:
    write_tone(tmp_path / "tape", "ana", 440.0, to_s=3)
    done = make(plan(3.0, takes="sound"), tmp_path, "one.m4a")
    with av.open(str(done.file)) as source:
        assert [stream.type for stream in source.streams] == ["audio"]
    assert loudness(sound(done.file), 440.0, 0.2, 2.8) > 0.1


def test_a_killed_work_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making_of, "PIECE_S", 2)
    write_picture(tmp_path / "tape", "ana", 6, to_s=7)
    given = plan(6.0, Scene(0, 6000, stage=ANA))
    whole = make(given, tmp_path, "whole.mp4")
    for piece in (tmp_path / "work").glob("piece-*"):
        piece.unlink()
    seen: list[float] = []

    class Killed(Exception):
        pass

    def progress(done: float) -> None:
        seen.append(done)
        if len(seen) == 2:
            raise Killed

    with pytest.raises(Killed):
        compose(given, tmp_path / "tape", tmp_path / "work", tmp_path / "again.mp4", progress)
    kept = {piece: piece.stat().st_mtime_ns for piece in (tmp_path / "work").glob("piece-*")}
    assert len(kept) == 2
    again = make(given, tmp_path, "again.mp4")
    assert {piece: piece.stat().st_mtime_ns for piece in kept} == kept
    assert shown(again.file) == shown(whole.file)
    assert not list(tmp_path.glob(".*part"))


def test_a_plan_survives_its_json() -> None:
    scene = Scene(0, 5, stage=ANA, stage_name="Ana", tiles=(Tile(BOB, "Bob"),))
    shown = (Scene(5, 7, slide="a.webp", card=("A",)), Scene(7, 9, film=Film("a.mp4", 7, 1500, True)))
    given = plan(
        9.0, scene, *shown, expected=(Stretch(ANA, 0, 5),), refused=(Stretch(BOB, 1, 2),), chapters=(Chapter(0, "A"),)
    )
    assert plan_from(given.to_json()) == given

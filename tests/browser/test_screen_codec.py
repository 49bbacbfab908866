"""A screen that real Chromium sends: in AV1 until somebody comes who does not take it, and decoded from the tape in both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from media_core.engine import MediaConfig, SegmentClosed, Source, TrackRef
from media_core.local import LocalEngine
from media_core.tape.compose import compose
from media_core.tape.files import closed_segments
from media_core.tape.frames import units
from media_core.tape.plan import Plan, Scene, TapedTrack
from media_core.tape.timing import scan
from tests.browser.calls import ROOM, Call, call
from tests.browser.chromium import PATIENCE_S
from tests.media_core.engines import Events
from tests.media_core.raw_client import RawClient
from tests.waiting import until, until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

PAINT = """colour => {
  window.board ??= Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
  window.colour = colour;
  window.painting ??= setInterval(() => {
    const pen = board.getContext('2d');
    pen.fillStyle = window.colour;
    pen.fillRect(0, 0, 640, 360);
    pen.fillStyle = 'white';
    pen.fillRect((performance.now() / 10) % 600, 20, 40, 40);
  }, 66);
}"""
SHARE = """async () => {
  const [track] = board.captureStream(15).getVideoTracks();
  track.contentHint = 'detail';
  await media.put('screen', track);
}"""


async def arrives(viewer: Call, codec: str) -> None:
    async def found() -> bool:
        return await viewer.codec("v0") == codec

    await until_async(found, timeout_s=PATIENCE_S, what=f"the screen in {codec}")
    await viewer.decodes("v0", frames=15)


def colours(file: Path) -> list[str]:
    """Return what fills the pictures of a file, one after the other without repetitions; a time without a picture is none."""
    found: list[str] = []
    with av.open(str(file)) as source:
        for frame in source.decode(video=0):
            image: Any = frame.to_ndarray(format="rgb24")
            red, _, blue = np.median(image.reshape(-1, 3), axis=0)
            name = "red" if red > blue + 100 else "blue" if blue > red + 100 else ""
            found += [name] if name and found[-1:] != [name] else []
    return found


async def test_the_codec_follows_who_is_there_and_the_tape_has_it_all(tmp_path: Path) -> None:
    engine = await LocalEngine.start(MediaConfig())
    try:
        await engine.open_room(ROOM)
        events = Events(engine)
        async with call(engine, "pt_anna", sending=False) as anna, call(engine, "pt_bob", sending=False) as bob:
            screen = TrackRef(anna.member, Source.SCREEN)
            await engine.start_tape(ROOM, str(tmp_path / "tape"))
            await engine.set_tape(ROOM, anna.member, frozenset({Source.SCREEN}))
            await engine.set_gates(ROOM, anna.member, frozenset({Source.SCREEN}))
            await bob.show(stage=screen, stage_height_px=720)
            await anna.page.evaluate(PAINT, "red")
            await anna.page.evaluate(SHARE)
            await arrives(bob, "AV1")
            async with await RawClient.join(engine, ROOM, "pt_carol", publish=()):
                await arrives(bob, "VP8")
                await anna.page.evaluate(PAINT, "blue")
                await bob.decodes("v0", frames=30)
            figures = await bob.received("v0")
            assert figures["frameHeight"] == 360
            await engine.stop_tape(ROOM)
            await until(lambda: events.of(SegmentClosed))
    finally:
        await engine.close()
    segments = closed_segments(tmp_path / "tape")
    codecs = [unit.codec for unit in units(tmp_path / "tape", segments, scan(tmp_path / "tape", segments))]
    changes = [after for before, after in zip(["", *codecs], codecs, strict=False) if before != after]
    assert changes[-2:] == ["av1", "vp8"]
    duration_ms = (segments[-1].end_ns - segments[0].start_ns) // 1_000_000
    scene = Scene(0, duration_ms, stage=TapedTrack(anna.member, "screen"))
    plan = Plan(segments[0].start_ns, duration_ms, "stage", (scene,), sound=(), title="A")
    done = compose(plan, tmp_path / "tape", tmp_path / "work", tmp_path / "one.mp4")
    assert colours(done.file)[-2:] == ["red", "blue"]

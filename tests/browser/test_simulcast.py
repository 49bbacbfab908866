"""Real Chromium sends three layers, and each page is given the one that it shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from media_core.engine import LayersWanted, MediaConfig
from media_core.local import LocalEngine
from tests.browser.calls import ROOM, Call, call, write_busy_camera
from tests.browser.chromium import PATIENCE_S
from tests.media_core.engines import Events
from tests.waiting import until, until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


async def shows(page: Call, mid: str, height_px: int) -> None:
    async def shown() -> bool:
        return bool((await page.received(mid)).get("frameHeight") == height_px)

    await until_async(shown, timeout_s=PATIENCE_S, what=f"{height_px} lines in {mid}")
    await page.decodes(mid, frames=10)


async def sends(page: Call, *rids: str) -> None:
    """Wait until exactly these layers are encoded."""

    async def sent() -> bool:
        return {rid for rid, layer in (await page.sent()).items() if layer.get("active")} == set(rids)

    await until_async(sent, timeout_s=PATIENCE_S, what=f"layers {rids}")


async def test_a_page_gets_the_layer_it_shows_and_nothing_else_is_encoded(tmp_path: Path) -> None:
    camera = write_busy_camera(tmp_path / "busy.y4m")
    engine = await LocalEngine.start(MediaConfig())
    try:
        await engine.open_room(ROOM)
        events = Events(engine)
        async with call(engine, "pt_anna", camera=camera) as anna, call(engine, "pt_bob", sending=False) as bob:
            assert len(engine.sfu.transports[anna.transport].publishers[anna.camera.source].layers) == 3
            await sends(anna)  # nobody looks
            await bob.show(stage=anna.camera, stage_height_px=540)
            await shows(bob, "v0", 540)
            await sends(anna, "l", "h")
            await bob.show(thumbnails=(anna.camera,), thumbnail_height_px=120)
            await shows(bob, "v1", 135)
            await sends(anna, "l")
            await bob.show(stage=anna.camera, stage_height_px=300)
            await shows(bob, "v0", 270)
            await until(lambda: events.last(LayersWanted).rids == ("l", "m"))  # type: ignore[union-attr]
    finally:
        await engine.close()

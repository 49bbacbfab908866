"""Real Chromium pages that call the media engine directly: the portal's own peer connection, without portal and Hub between."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import Page, Route

from media_core.engine import CodecWanted, LayersWanted, MediaEvent, SlotsChanged, Source, TrackRef, View
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.local import LocalEngine
from tests.browser.chromium import PATIENCE_S, chromium
from tests.waiting import until_async

ROOM = MediaRoomId("se_room")
ORIGIN = "http://localhost:9"  # answered by the test itself; a secure context, so that devices are there
SCRIPTS = Path(__file__).parent.parent.parent / "apps" / "portal" / "assets" / "js"

PAGE = """<!doctype html><title>call</title><script type="module">
import { Media } from '/js/media.js';
window.media = new Media({ send: (message) => { window.salaSend(message); return true; } });
window.shown = new Map();
media.onchange = () => {
  for (const [mid, track] of media.current?.tracks ?? []) {
    if (shown.has(mid)) continue;
    const element = document.createElement(track.kind);
    element.muted = track.kind === 'video';
    element.autoplay = true;
    element.srcObject = new MediaStream([track]);
    document.body.append(element);
    shown.set(mid, element);
  }
};
window.start = async (constraints) => {
  const stream = await navigator.mediaDevices.getUserMedia(constraints);
  for (const track of stream.getTracks()) await media.put(track.kind === 'audio' ? 'microphone' : 'camera', track);
};
window.gaps = async (mid, forS) => { // between two pictures as they are shown: from and to, in seconds since 1970
  const video = shown.get(mid);
  const found = [];
  let last = performance.now();
  let ended = false;
  const look = (now) => {
    found.push([last, now].map((ms) => (performance.timeOrigin + ms) / 1000));
    last = now;
    if (!ended) video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  await new Promise((resolve) => setTimeout(resolve, forS * 1000));
  ended = true;
  look(performance.now());
  return found;
};
window.stats = async () => [...(await media.current.pc.getStats()).values()];
</script>"""

FIGURES = (
    "framesDecoded",
    "framesReceived",
    "frameHeight",
    "freezeCount",
    "totalFreezesDuration",
    "keyFramesDecoded",
    "packetsReceived",
    "packetsLost",
    "pliCount",
    "nackCount",
    "totalSamplesReceived",
    "concealedSamples",
    "silentConcealedSamples",
    "totalAudioEnergy",
)


class Call:
    """One page in the engine's room."""

    def __init__(self, page: Page, engine: LocalEngine, member: str, port: int | None) -> None:
        self.page, self.engine, self.member = page, engine, MemberId(member)
        self.transport = TransportId("")
        self.stats: list[dict[str, Any]] = []
        self.joining_s = (0.0, 0.0)
        """From when to when it was coming in, by ``time.time()``."""
        self._port = port
        self._doing: set[asyncio.Future[Any]] = set()

    @property
    def joined_s(self) -> float:
        """How long coming in took."""
        return self.joining_s[1] - self.joining_s[0]

    @property
    def camera(self) -> TrackRef:
        return TrackRef(self.member, Source.CAMERA)

    async def join(self, *, sending: bool, height_px: int) -> None:
        """Open the page, take devices if it is to send, answer the engine's offer and wait for the connection."""
        await self.page.route(f"{ORIGIN}/**", self._serve)
        await self.page.expose_function("salaSend", self._from_page)
        await self.page.goto(f"{ORIGIN}/")
        self.engine.listen(self._told)
        if sending:
            await self.engine.set_gates(ROOM, self.member, frozenset({Source.MICROPHONE, Source.CAMERA}))
            video = {"width": {"ideal": height_px * 16 // 9}, "height": {"ideal": height_px}}
            await self.page.evaluate("constraints => start(constraints)", {"audio": True, "video": video})
        offer = await self.engine.connect(ROOM, self.member)
        self.transport = offer.transport
        sdp = offer.sdp
        if self._port is not None:
            sdp = sdp.replace(f" {self.engine.address[1]} typ host", f" {self._port} typ host")
        began_s = time.time()
        await self.page.evaluate("offer => media.accept(offer, [])", {"transport": offer.transport, "sdp": sdp})
        await self.page.wait_for_function("media.state === 'connected'")
        self.joining_s = (began_s, time.time())

    async def show(
        self, *, stage: TrackRef | None = None, thumbnails: tuple[TrackRef, ...] = (), **heights: int
    ) -> None:
        await self.engine.set_view(self.transport, View(stage, thumbnails, **heights))

    async def received(self, mid: str) -> dict[str, Any]:
        """Return what the browser counts of one receive line; empty while nothing came."""
        for figures in await self.page.evaluate("stats()"):
            if figures["type"] == "inbound-rtp" and figures.get("mid") == mid:
                return {name: figures.get(name, 0) for name in FIGURES}
        return {}

    async def codec(self, mid: str) -> str:
        """Return the codec in which something comes on a receive line, such as ``AV1``; empty while nothing does."""
        stats = {figures["id"]: figures for figures in await self.page.evaluate("stats()")}
        for one in stats.values():
            if one["type"] == "inbound-rtp" and one.get("mid") == mid and one.get("codecId") in stats:
                return str(stats[one["codecId"]]["mimeType"]).partition("/")[2]
        return ""

    async def sent(self) -> dict[str, dict[str, Any]]:
        """Return what the browser counts of each layer of its camera."""
        return {
            figures.get("rid", ""): figures
            for figures in await self.page.evaluate("stats()")
            if figures["type"] == "outbound-rtp" and figures["kind"] == "video" and figures.get("mid") == "cam"
        }

    async def decodes(self, mid: str, *, frames: int, timeout_s: float = PATIENCE_S) -> None:
        """Wait until so many more pictures of a line were decoded."""
        wanted = (await self.received(mid)).get("framesDecoded", 0) + frames

        async def enough() -> bool:
            return bool((await self.received(mid)).get("framesDecoded", 0) >= wanted)

        await until_async(enough, timeout_s=timeout_s, what=f"{frames} more pictures in {mid}")

    async def _serve(self, route: Route) -> None:
        name = route.request.url.removeprefix(f"{ORIGIN}/")
        if name.startswith("js/"):
            body = (SCRIPTS / name.removeprefix("js/")).read_text()
            await route.fulfill(body=body, content_type="text/javascript")
        else:
            await route.fulfill(body=PAGE, content_type="text/html")

    async def _from_page(self, message: dict[str, Any]) -> None:
        if message["type"] == "answer":
            await self.engine.answer(TransportId(message["transport"]), message["sdp"])
        elif message["type"] == "stats":
            self.stats.append(message)
            if message["downlink_bps"]:
                await self.engine.set_downlink(TransportId(message["transport"]), message["downlink_bps"])

    def _told(self, event: MediaEvent) -> None:
        if not isinstance(event, SlotsChanged | LayersWanted | CodecWanted):
            return
        if event.member != self.member or self.page.is_closed():
            return
        if isinstance(event, SlotsChanged):
            slots = {
                mid: None if track is None else {"participant": track.member, "source": track.source}
                for mid, track in event.slots.items()
            }
            self._do(f"media.setSlots({json.dumps(event.transport)}, {json.dumps(slots)})")
        elif isinstance(event, CodecWanted):
            named = ", ".join(map(json.dumps, (event.transport, event.track.source, event.codec)))
            self._do(f"media.setCodec({named})")
        else:
            rids = json.dumps(event.rids)
            self._do(f"media.setLayers({json.dumps(event.transport)}, {json.dumps(event.track.source)}, {rids})")

    def _do(self, script: str) -> None:
        doing = asyncio.ensure_future(self.page.evaluate(script))
        self._doing.add(doing)
        doing.add_done_callback(self._doing.discard)


@contextlib.asynccontextmanager
async def call(
    engine: LocalEngine,
    member: str,
    *,
    camera: Path | None = None,
    sending: bool = True,
    height_px: int = 540,
    port: int | None = None,
) -> AsyncIterator[Call]:
    """Join with a browser of its own; ``port`` is where it sends instead of the engine's own port: a relay's."""
    async with chromium(camera=camera) as context:
        one = Call(await context.new_page(), engine, member, port)
        await one.join(sending=sending, height_px=height_px)
        yield one


def write_busy_camera(
    path: Path, *, width: int = 960, height: int = 540, frames_per_s: int = 15, seconds: int = 2
) -> Path:
    """Write a Y4M file whose pictures change all over, so that an encoder takes all the rate it may."""
    chance = np.random.default_rng(1)
    coarse = chance.integers(40, 210, (height // 12 + 2, width // 12 + 60), np.uint8)
    grey = np.full(width * height // 2, 128, np.uint8).tobytes()
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{frames_per_s}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(frames_per_s * seconds):
            shifted = coarse[:, number : number + width // 12 + 2]
            luma = np.kron(shifted, np.ones((12, 12), np.uint8))[:height, :width]
            luma = luma + chance.integers(0, 24, (height, width), np.uint8)
            file.write(b"FRAME\n" + luma.astype(np.uint8).tobytes() + grey)
    return path

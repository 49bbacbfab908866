"""A WebRTC implementation that is not Sala's takes the offer, hears and sees: aiortc's own peer connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, VideoStreamTrack
from av import VideoFrame

from media_core.engine import MediaConfig, Source, TrackRef, View
from media_core.ids import MemberId
from media_core.local import LocalEngine
from media_core.webrtc.binding import local_addresses
from tests.media_core.engines import ROOM
from tests.waiting import until

ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")
BRIGHTNESS = 200


class GreyCamera(VideoStreamTrack):
    """A picture of one grey."""

    async def recv(self) -> VideoFrame:
        timestamp, time_base = await self.next_timestamp()
        frame = VideoFrame.from_ndarray(np.full((120, 160, 3), BRIGHTNESS, np.uint8), format="rgb24")
        frame.pts, frame.time_base = timestamp, time_base
        return frame


@asynccontextmanager
async def peer(engine: LocalEngine, member: MemberId, *tracks: MediaStreamTrack) -> AsyncIterator[dict[str, list[Any]]]:
    """Join with aiortc; yields the frames that each receive line decoded, by its place among the lines of its kind."""
    connection = RTCPeerConnection(RTCConfiguration(bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
    frames: dict[str, list[Any]] = {}
    readers: list[asyncio.Task[None]] = []

    async def read(name: str, track: Any) -> None:
        try:
            while True:
                frames[name].append(await track.recv())
        except MediaStreamError:
            pass

    def track_came(track: Any) -> None:
        name = f"{track.kind}{sum(known.startswith(track.kind) for known in frames)}"
        frames[name] = []
        readers.append(asyncio.create_task(read(name, track)))

    connection.on("track", track_came)
    for track in tracks:
        connection.addTrack(track)
    offer = await engine.connect(ROOM, member)
    await engine.set_view(offer.transport, View(stage=TrackRef(BOB if member == ANNA else ANNA, Source.CAMERA)))
    try:
        await connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        await engine.answer(offer.transport, connection.localDescription.sdp)
        yield frames
    finally:
        await connection.close()
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


@pytest.fixture
async def local() -> AsyncIterator[LocalEngine]:
    """An engine on an address that aiortc uses; it has no candidates on loopback."""
    address = local_addresses("0.0.0.0")[0]
    if address.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    engine = await LocalEngine.start(MediaConfig(host=address))
    await engine.open_room(ROOM)
    yield engine
    await engine.close()


async def test_two_peer_connections_hear_and_see_each_other(local: LocalEngine) -> None:
    for member in (ANNA, BOB):
        await local.set_gates(ROOM, member, frozenset({Source.MICROPHONE, Source.CAMERA}))
    async with (
        peer(local, ANNA, AudioStreamTrack(), GreyCamera()) as anna,
        peer(local, BOB, AudioStreamTrack(), GreyCamera()) as bob,
    ):

        def seen(frames: dict[str, list[Any]]) -> list[Any]:
            return next((found for name, found in frames.items() if name.startswith("video") and len(found) > 5), [])

        def heard(frames: dict[str, list[Any]]) -> bool:
            return any(name.startswith("audio") and len(found) > 10 for name, found in frames.items())

        for frames in (anna, bob):
            await until(lambda frames=frames: seen(frames) and heard(frames), timeout_s=100)  # type: ignore[misc]
            picture = seen(frames)[-1].to_ndarray(format="rgb24")
            assert picture.shape == (120, 160, 3)
            assert abs(float(picture.mean()) - BRIGHTNESS) < 8

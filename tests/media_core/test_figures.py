"""What an engine tells for ``/metrics``, in process and as a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from apps.metrics import media_text
from media_core.engine import Source, TrackRef, View
from media_core.figures import Figures, LoopLag
from media_core.ids import MemberId
from media_core.local import LocalEngine
from media_core.pool import WorkerPool
from media_core.remote import WorkerEngine
from tests.media_core.engines import ROOM
from tests.media_core.raw_client import RawClient
from tests.waiting import until

ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")


async def told(engine: LocalEngine | WorkerEngine | WorkerPool) -> Figures:
    """Return the figures of the engine, of a pool's those of the worker that has the room."""
    if not isinstance(engine, WorkerPool):
        return await engine.metrics()
    (figures,) = [each for each in (await engine.metrics_by_worker()).values() if each["rooms"]]
    return figures


async def test_an_engine_tells_what_it_does(engine: LocalEngine | WorkerEngine | WorkerPool) -> None:
    await engine.set_gates(ROOM, ANNA, frozenset({Source.MICROPHONE, Source.CAMERA}))
    async with await RawClient.join(engine, ROOM, ANNA) as anna, await RawClient.join(engine, ROOM, BOB) as bob:
        await engine.set_view(bob.transport, View(TrackRef(ANNA, Source.CAMERA)))
        await until(
            lambda: anna.send_picture(keyframe=True) and anna.send_sound() and bob.slot("v0") and bob.slot("a0")
        )
        anna.send_sound(mid="sca")
        anna.send_datagram(b"\x80\x6f" + bytes(40))

        figures = await told(engine)
        while not _kinds(figures, "dropped").get("srtp_refused"):
            await asyncio.sleep(0.02)
            figures = await told(engine)
        assert figures["rooms"] == 1
        assert figures["transports"] == 2
        assert _number(figures, "forwarded_packets") >= 2
        assert _number(figures, "received_packets") >= 2
        assert _number(figures, "cpu_seconds_per_packet") > 0
        assert _kinds(figures, "slots") == {"sound": 1.0, "single": 1.0}
    assert _number(await told(engine), "forwarded_packets") >= 2


def test_prometheus_reads_them() -> None:
    text = media_text({"0": {"rooms": 2, "sent_bytes": 7, "dropped": {"foreign": 3.0}}, "1": {"rooms": 1}}).decode()
    assert 'sala_media_rooms{worker="0"} 2.0' in text
    assert 'sala_media_rooms{worker="1"} 1.0' in text
    assert 'sala_media_sent_bytes_total{worker="0"} 7.0' in text
    assert 'sala_media_dropped_total{kind="foreign",worker="0"} 3.0' in text


def test_a_stall_is_seen_for_a_while() -> None:
    lag = LoopLag()
    for due_s, now_s in ((0.1, 0.09), (0.2, 0.7), (0.8, 0.8)):
        lag.ticked(due_s, now_s)
    assert 0.4 < lag.worst_s <= 0.5
    for tick in range(300):
        lag.ticked(0.9 + tick / 10, 0.9 + tick / 10)
    assert lag.worst_s < 0.001


def _number(figures: Figures, name: str) -> float:
    value = figures[name]
    assert not isinstance(value, Mapping)
    return value


def _kinds(figures: Figures, name: str) -> Mapping[str, float]:
    value = figures[name]
    assert isinstance(value, Mapping)
    return value

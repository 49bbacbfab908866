"""
What a room of synthetic participants costs, engine and participants together: ``python -m bench.bench_room [PEOPLE]``.

Everybody speaks now and then, four show a camera, and everybody has one of them on the stage. Engine and bots share one
process and one core, so that a server alone carries more than this says.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import AsyncExitStack

from media_core.bots import Bot
from media_core.engine import MediaConfig, Source, TrackRef, View
from media_core.ids import MediaRoomId, MemberId
from media_core.local import LocalEngine

ROOM = MediaRoomId("room")
CAMERAS = 4
WARM_UP_S, MEASURED_S = 2.0, 5.0


async def join(stack: AsyncExitStack, engine: LocalEngine, number: int) -> Bot:
    member = MemberId(f"m{number}")
    offer = await engine.connect(ROOM, member)
    await engine.set_gates(ROOM, member, frozenset({Source.MICROPHONE, Source.CAMERA}))
    picture = number if number < CAMERAS else None
    bot = await stack.enter_async_context(Bot(offer.sdp, picture=picture, tone_hz=100 + 5 * (number % 8), babble=True))
    await engine.answer(offer.transport, bot.answer)
    await bot.connected()
    shown = MemberId(f"m{(number + 1) % CAMERAS}")
    await engine.set_view(offer.transport, View(TrackRef(shown, Source.CAMERA)))
    return bot


def packets(bots: list[Bot]) -> tuple[int, int]:
    """Return how many packets all bots have sent and received."""
    sent = sum(track.packets for bot in bots for track in bot.sent.values())
    return sent, sum(slot.packets for bot in bots for slot in bot.received.values())


async def main(people: int) -> None:
    engine = await LocalEngine.start(MediaConfig())
    await engine.open_room(ROOM)
    async with AsyncExitStack() as stack:
        began_s = time.perf_counter()
        bots = [await join(stack, engine, number) for number in range(people)]
        join_ms = (time.perf_counter() - began_s) * 1000 / people
        await asyncio.sleep(WARM_UP_S)
        cpu_s, began_s, before = time.process_time(), time.perf_counter(), packets(bots)
        await asyncio.sleep(MEASURED_S)
        cpu_s, took_s, after = time.process_time() - cpu_s, time.perf_counter() - began_s, packets(bots)
        sent, received = after[0] - before[0], after[1] - before[1]
        lost = sum(slot.lost for bot in bots for slot in bot.received.values())
    await engine.close()
    print(
        f"room: {people} people, {sent / took_s:.0f} packets/s in, {received / took_s:.0f} out, {lost} lost, "
        f"{cpu_s / took_s:.0%} of a core, {cpu_s / (sent + received) * 1e6:.0f} us/packet, {join_ms:.0f} ms/join"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20))

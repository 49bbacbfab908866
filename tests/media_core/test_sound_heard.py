"""The engine tells how long somebody was heard: as much as there is energy in what the others hear."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import numpy as np

from media_core.bots import Bot
from media_core.engine import MediaEngine, SoundHeard, Source
from media_core.ids import MemberId
from tests.media_core.bots.decoding import samples
from tests.media_core.engines import ROOM, Events
from tests.media_core.raw_client import CONNECTS_WITHIN_S
from tests.waiting import until, until_steady

SPEAKER, LISTENER = MemberId("pt_speaker"), MemberId("pt_listener")
BLOCK = 960  # 20 ms


async def seat(stack: AsyncExitStack, engine: MediaEngine, member: MemberId, tone_hz: float | None) -> Bot:
    offer = await engine.connect(ROOM, member)
    bot = await stack.enter_async_context(Bot(offer.sdp, picture=None, tone_hz=tone_hz, keep_payloads=2000))
    await engine.answer(offer.transport, bot.answer)
    await bot.connected(CONNECTS_WITHIN_S)
    return bot


async def test_what_is_told_is_what_is_heard(engine: MediaEngine, events: Events) -> None:
    await engine.set_gates(ROOM, SPEAKER, frozenset({Source.MICROPHONE}))
    async with AsyncExitStack() as stack:
        listener = await seat(stack, engine, LISTENER, None)
        speaker = await seat(stack, engine, SPEAKER, 440.0)
        for pause_s in (0.7, 0.4, 0.0):
            packets = listener.received["a0"].packets
            await until(lambda before=packets: listener.received["a0"].packets > before + 50)  # type: ignore[misc]
            speaker.sent["mic"].on = False
            await asyncio.sleep(pause_s / 10)
            speaker.sent["mic"].on = True
        await engine.set_gates(ROOM, SPEAKER, frozenset())
        await until_steady(lambda: listener.received["a0"].packets, what="what was on its way")
        await until(lambda: told_ms(events) > 0)
        heard = samples(listener.received["a0"].payloads)
        blocks = heard[: len(heard) // BLOCK * BLOCK].reshape(-1, BLOCK)
        energy_ms = 20 * int(np.sum(np.sqrt(np.mean(blocks**2, axis=1)) > 0.003))  # -50 dBov
        assert energy_ms > 2500
        await until(lambda: abs(told_ms(events) - energy_ms) < 1000)


def told_ms(events: Events) -> int:
    last = events.last(SoundHeard)
    return 0 if last is None else last.heard_ms.get(SPEAKER, 0)

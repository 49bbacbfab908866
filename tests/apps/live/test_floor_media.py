"""
The floor of a tender's session with real media over a real Sala: what its log says of how long somebody spoke is what the others heard, and
later than 500 ms after its end nothing is forwarded (safety.md AB-15, mission F6).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from media_core.bots import Bot
from tests.apps.visit import Tab, Visit
from tests.media_core.bots.decoding import samples
from tests.waiting import until

if TYPE_CHECKING:
    from apps.single import Sala

BLOCK = 960  # 20 ms
SOUND = 10 ** (-50 / 20)  # -50 dBov


@dataclass
class Seated:
    """Somebody in the session: their socket is read all the time, their bot answers every offer."""

    tab: Tab
    tone_hz: float | None
    stack: AsyncExitStack
    bots: list[Bot] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[int, dict[str, Any]] = field(default_factory=dict)
    me: str = ""

    async def read(self) -> None:
        while True:
            message = await self.tab.next()
            if message["type"] == "welcome":
                self.me = message["you"]
                await self.answer(message["offer"])
            elif message["type"] == "offer":
                await self.answer(message)
            elif message["type"] == "events":
                self.events += message["events"]
            elif message["type"] in ("done", "denied"):
                self.answers[message["id"]] = message

    async def answer(self, offer: dict[str, Any]) -> None:
        bot = Bot(offer["sdp"], picture=None, tone_hz=self.tone_hz, keep_payloads=3000)
        await self.stack.enter_async_context(bot)
        await self.tab.send({"type": "answer", "transport": offer["transport"], "sdp": bot.answer})
        await bot.connected(timeout_s=60.0)
        self.bots.append(bot)

    async def ask(self, type_: str, **values: Any) -> dict[str, Any]:
        number = len(self.answers) + 1
        await self.tab.send({"type": "command", "id": number, "command": {"type": type_, **values}})
        await until(lambda: number in self.answers)
        return self.answers[number]


async def sit(stack: AsyncExitStack, visit: Visit, slug: str, tone_hz: float | None) -> Seated:
    tab = await visit.socket(slug)
    await tab.send(
        {"type": "hello", "device": "desktop", "tab": "t", "since": None, "session": None, "transport": None}
    )
    seated = Seated(tab, tone_hz, stack)
    reading = asyncio.create_task(seated.read(), name="seated-read")
    stack.push_async_callback(ended, reading)
    await until(lambda: seated.bots)
    return seated


async def ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as made:
        yield made


async def in_session(sala: Sala, stack: AsyncExitStack) -> tuple[Seated, Seated]:
    """Return the chair, who only listens, and a supplier with a steady voice."""
    from tests.apps.tenders.authority import PASSWORD, Authority  # brings the whole program

    authority = Authority(sala)
    firm = await authority.organisation()
    await authority.supplier(firm, "g@edil.example")
    slug = authority.room(await authority.tender(firm, record=False)).slug
    leading = await stack.enter_async_context(Visit(sala.url))
    await leading.sign_in("admin@localhost", sala.password)
    following = await stack.enter_async_context(Visit(sala.url))
    await following.post("/supplier", form="/supplier", email="g@edil.example", password=PASSWORD)
    return await sit(stack, leading, slug, None), await sit(stack, following, slug, 440.0)


async def test_the_log_of_the_floor_is_what_was_heard(sala: Sala, stack: AsyncExitStack) -> None:
    from media_core.local import LocalEngine  # brings the whole program

    assert isinstance(sala.engine, LocalEngine)
    forwarder = sala.engine.sfu.forwarder
    chair, supplier = await in_session(sala, stack)
    assert supplier.bots[0].sent == {}  # nothing is offered to send on
    assert (await supplier.ask("set_microphone", on=True))["code"] == "no_floor"
    await supplier.ask("raise_hand")
    assert (await chair.ask("grant_floor", participant=supplier.me))["type"] == "done"
    await until(lambda: len(supplier.bots) == 2)
    assert forwarder.forwarded_packets == 0  # granted, but not switched on
    await supplier.ask("set_microphone", on=True)
    listening = chair.bots[0].received["a0"]
    microphone = supplier.bots[1].sent["mic"]
    for _ in range(3):
        heard = listening.packets
        await until(lambda heard=heard: listening.packets > heard + 60)  # type: ignore[misc]
        microphone.on = False
        await asyncio.sleep(0.1)
        microphone.on = True
    assert (await chair.ask("end_floor", participant=supplier.me))["type"] == "done"

    forwarded = forwarder.forwarded_packets
    dropped = forwarder.counters["gate_closed"]
    await until(lambda: forwarder.counters["gate_closed"] > dropped + 40)  # it sends on for 0.8 s
    assert forwarder.forwarded_packets == forwarded  # 0 packets after the end was answered
    await until(lambda: any(event["type"] == "floor_ended" for event in chair.events))
    used_ms = next(event["used_ms"] for event in chair.events if event["type"] == "floor_ended")
    sound = samples(listening.payloads)
    blocks = sound[: len(sound) // BLOCK * BLOCK].reshape(-1, BLOCK)
    energy_ms = 20 * int(np.sum(np.sqrt(np.mean(blocks**2, axis=1)) > SOUND))
    print(f"floor: the log says {used_ms} ms, the sound {energy_ms} ms (bar 1000 ms apart)")
    assert energy_ms > 3000
    assert abs(used_ms - energy_ms) < 1000

"""Fifty overviews ask the house once."""

from __future__ import annotations

import asyncio

from apps.console.health import FRESH_S, HouseHealth
from apps.service import Health
from tests.apps.console.fakes import FakeService


class Counting(FakeService):
    asked = 0

    async def health(self, secret: str) -> Health | None:
        self.asked += 1
        await asyncio.sleep(0)
        return self.house if secret else None


async def test_all_pages_share_one_answer_for_a_moment() -> None:
    service, now_s = Counting(), [100.0]
    health = HouseHealth(service, clock_s=lambda: now_s[0])
    answers = await asyncio.gather(*(health.read("secret") for _ in range(50)))
    assert (service.asked, set(answers)) == (1, {service.house})
    now_s[0] += FRESH_S
    await health.read("secret")
    assert service.asked == 2


async def test_a_refusal_counts_for_nobody_else() -> None:
    service = Counting()
    health = HouseHealth(service)
    assert await health.read("") is None
    assert await health.read("secret") == service.house

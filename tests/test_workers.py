"""Two media workers below a real ``serve.py``: rooms on both, one killed, its room goes on in the other."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx

from apps.bots import PortalBot
from apps.planning.links import hash_of, new_secret
from data import accounts, invitations, rooms
from data.database import open_database
from tests.sala_process import SalaProcess, sala_process
from tests.standstill import standstill
from tests.waiting import until, until_async

BACK_LIMIT_S = 5.0
RECEIVED = re.compile(r'^sala_media_transports\{worker="(\d+)"\} (\d+)', re.MULTILINE)


def second_room(home: Path) -> list[str]:
    """Make another room beside the demo's, before the first start; return the secrets of its two links."""
    database, now = open_database(home), datetime.now(UTC)
    secrets = [new_secret(), new_secret()]
    try:
        chair = database.run_now(
            accounts.create, email="chair@example.org", name="Elena", role="administrator", password_hash="x", now=now
        )
        room = database.run_now(rooms.create, slug="second", owner_id=chair.id, title="Second", now=now)
        for secret, role in zip(secrets, ("moderator", "participant"), strict=True):
            database.run_now(
                invitations.create,
                room_id=room.id,
                email=f"{role}@example.org",
                name=role.title(),
                token_hash=hash_of(secret),
                now=now,
                role=role,
            )
    finally:
        database.close()
    return secrets


@contextlib.asynccontextmanager
async def pair(links: list[str]) -> AsyncIterator[tuple[PortalBot, PortalBot]]:
    """One who speaks and one who listens."""
    async with (
        PortalBot(links[0], camera=False) as speaker,
        PortalBot(links[1], microphone=False, camera=False) as other,
    ):
        await speaker.seated(60.0)
        await other.seated(60.0)
        await until(lambda: heard(other) > 0, timeout_s=30, what="sound")
        yield speaker, other


def heard(bot: PortalBot) -> int:
    """Return how many packets of sound have come on the bot's present transport."""
    return 0 if bot.media is None else sum(line.packets for mid, line in bot.media.received.items() if mid[0] == "a")


async def transports(sala: SalaProcess) -> dict[str, int]:
    async with httpx.AsyncClient(timeout=30.0) as http:
        text = (await http.get(f"{sala.url}/metrics")).text
    return {name: int(count) for name, count in RECEIVED.findall(text)}


async def test_a_room_whose_worker_is_killed_goes_on_in_the_other(home: Path) -> None:
    secrets = second_room(home)
    async with (
        standstill() as watch,
        sala_process(home, SALA_MEDIA_WORKERS="2") as sala,
        pair(sala.links[:2]) as first,
        pair([f"{sala.url}/j/{secret}" for secret in secrets]) as second,
    ):
        await until_async(lambda: spread(sala), timeout_s=60, what="a room on each worker")
        rooms_ = [first, second]
        old, before = [room[1].transport for room in rooms_], [heard(room[1]) for room in rooms_]
        killed_s = time.time()
        sala.kill("media-1")
        await until(lambda: [room[1].transport for room in rooms_] != old, what="a new transport")
        place = next(place for place, room in enumerate(rooms_) if room[1].transport != old[place])
        moved, stayed = rooms_[place], rooms_[1 - place]
        await until(lambda: moved[1].transport and heard(moved[1]) > 5, what="sound in the moved room")
        back_s = await watch.running_s(killed_s, time.time())
        print(f"sound again {back_s:.1f} s after the kill (bar {BACK_LIMIT_S:.0f})")
        assert back_s < BACK_LIMIT_S
        assert stayed[1].transport == old[1 - place], "the other room kept its connection"
        await until(lambda: heard(stayed[1]) > before[1 - place] + 50)
        assert stayed[1].media is not None
        assert sum(line.lost for mid, line in stayed[1].media.received.items() if mid[0] == "a") == 0
        assert [room[0].welcomes for room in rooms_] == [1, 1], "nobody's page was sent away"
        await until_async(lambda: both_answer(sala), timeout_s=60, what="the dead worker's successor")
    assert "Traceback" not in "\n".join(sala.logged), "\n".join(sala.logged)


async def spread(sala: SalaProcess) -> bool:
    return sorted((await transports(sala)).values()) == [2, 2]


async def both_answer(sala: SalaProcess) -> bool:
    return sorted((await transports(sala)).values()) == [0, 4]

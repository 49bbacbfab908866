"""
One tender session with 500 viewers over WebSocket and 50 more with media; ``make bench-session``.

Sala runs as a user starts it. Measured by the clients' clock: from the moment the authority starts (ends) until the last open page of the
tenders shows (hides) its button and the last seat is told of the end; and from sending a chat message until each of the others has it.
Ends with 1 above a bar.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from bench.session.crowd import Crowd, settle
from bench.session.visitor import Visitor
from tests.sala_process import sala_process
from tests.waiting import until

REACH_BAR_MS = 1000
CHAT_BAR_MS = 300
MESSAGES, EVERY_S = 30, 0.4
AT_ONCE = 25  # opening at a time: people do not come in one instant, and the button shows them all at once anyway
PATIENCE_S = 60.0
SETTLE_S = 5.0  # the first seconds of 50 pictures fill both cores of a machine that also plays the 550 people
LIVE, OVER = '"live":true', '"live":false'
CLOSED = '"type":"closed"'


async def in_groups(work: Sequence[Callable[[], Awaitable[None]]]) -> None:
    """Await all, ``AT_ONCE`` at a time."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(each: Callable[[], Awaitable[None]]) -> None:
        async with turn:
            await each()

    await asyncio.gather(*(one(each) for each in work))


async def reached_ms(people: Sequence[Visitor], mark: str, since_s: float) -> tuple[float, float]:
    """Wait until a message reached all; return the median's and the last one's time, in ms."""
    await until(lambda: all(mark in one.at_s for one in people), timeout_s=PATIENCE_S, what=mark)
    times_ms = [(one.at_s[mark] - since_s) * 1000 for one in people]
    return statistics.median(times_ms), max(times_ms)


async def chat_ms(seats: Sequence[Visitor]) -> list[float]:
    """Have people write one after the other; return how long each message took to each seat, in ms."""
    sent_s: dict[str, float] = {}
    for place in range(MESSAGES):
        name = f"m{place}"
        sent_s[name] = time.monotonic()
        seats[place * 7 % len(seats)].command("send_message", text=f"«{name}» Buongiorno", to="everyone")
        await asyncio.sleep(EVERY_S)
    await until(lambda: all(len(seat.chat_s) == MESSAGES for seat in seats), timeout_s=PATIENCE_S, what="the chat")
    return [(at_s - sent_s[name]) * 1000 for seat in seats for name, at_s in seat.chat_s.items()]


@contextlib.asynccontextmanager
async def closing(people: list[Visitor]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await asyncio.gather(*(one.close() for one in people), return_exceptions=True)


async def measure(url: str, crowd: Crowd, viewers: int) -> int:
    """Run the session; print the figures and return the exit code."""
    pages = [Visitor(url, "/ws/tenders", secret, marks=(LIVE, OVER)) for secret in crowd.suppliers[:viewers]]
    path = f"/ws/room/{crowd.slug}"
    lead = Visitor(url, path, crowd.moderator, marks=(CLOSED,))
    seats = [Visitor(url, path, secret, marks=(CLOSED,)) for secret in crowd.suppliers]
    async with closing([*pages, lead, *seats]):
        await in_groups([page.open for page in pages])
        await asyncio.sleep(1.0)
        began_s = time.monotonic()
        await lead.open()  # a moderator who comes opens the session
        start = await reached_ms(pages, LIVE, began_s)
        await lead.answer(picture=1, tone_hz=220.0)
        lead.command("set_microphone", on=True)
        lead.command("set_camera", on=True)
        joined_s = time.monotonic()
        await in_groups([seat.open for seat in seats])
        await asyncio.gather(*(asyncio.wait_for(seat.welcomed.wait(), PATIENCE_S) for seat in seats))
        join_s = time.monotonic() - joined_s
        with_media = seats[viewers:]
        await in_groups([lambda seat=seat: seat.answer(picture=None, tone_hz=None) for seat in with_media])  # type: ignore[misc]
        await asyncio.sleep(SETTLE_S)
        chat = sorted(await chat_ms([lead, *seats]))
        received = sum(
            1 for seat in with_media if seat.media and any(slot.packets for slot in seat.media.received.values())
        )
        ended_s = time.monotonic()
        lead.command("close_session")
        end = await reached_ms(seats, CLOSED, ended_s)
        hidden = await reached_ms(pages, OVER, ended_s)
    return report(start, end, hidden, chat, join_s, (len(seats), len(with_media), received))


def report(
    start: tuple[float, float],
    end: tuple[float, float],
    hidden: tuple[float, float],
    chat: Sequence[float],
    join_s: float,
    counts: tuple[int, int, int],
) -> int:
    seats, with_media, received = counts
    p50_ms, p99_ms = chat[len(chat) // 2], chat[int(len(chat) * 0.99)]
    print(
        f"people: {seats} came in within {join_s:.1f} s; {received} of {with_media} with media received the authority's"
    )
    print(f"chat: p50 {p50_ms:.0f} ms, p99 {p99_ms:.0f} ms over {len(chat)} deliveries (bar {CHAT_BAR_MS})")
    print(f"end: button gone after {hidden[0]:.0f} ms (median), {hidden[1]:.0f} ms (last)")
    print(f"end: reaches all in {end[1]:.0f} ms, median {end[0]:.0f} ms (bar {REACH_BAR_MS})")
    print(f"session: start reaches all in {start[1]:.0f} ms (bar {REACH_BAR_MS})")
    missed = start[1] > REACH_BAR_MS or max(end[1], hidden[1]) > REACH_BAR_MS or p99_ms > CHAT_BAR_MS
    return int(missed or received < with_media)


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.session")
    parser.add_argument("--viewers", type=int, default=500)
    parser.add_argument("--media", type=int, default=50)
    given = parser.parse_args()
    gc.disable()  # the clients stand for 550 computers: one pause of this process would be all of theirs
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    with tempfile.TemporaryDirectory(prefix="sala-session-") as folder:
        home = Path(folder) / "home"
        crowd = await asyncio.to_thread(settle, home, people=given.viewers + given.media)
        async with sala_process(home) as sala:
            return await measure(sala.url, crowd, given.viewers)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

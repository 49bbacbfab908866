"""
How soon a moderator sees what happens: from a command's arrival in the web process to the changed cell in real Chromium, with 1, 10 and 50 dashboards open on a
room of 500 people that changes twenty times a second.

Web process and console are processes of their own, as in production. Fifty real browsers do not fit on two cores: two of the dashboards are pages in Chromium, watched by a
MutationObserver, and every change must be found there; the others speak Bokeh's protocol (``bench.console_dashboards``) and are sent the same. All processes run on
this machine and have one clock. Ends with 1 above the bar, or if the loop of the web process lagged by 50 ms (p99).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import BrowserContext, Page

from apps.single import free_port
from tests.browser.chromium import chromium

DASHBOARDS = (1, 10, 50)
SCREENS = 2  # of which so many are Chromium, one if there is only one
MEASURED_S, SETTLE_S = 15.0, 3.0
BAR_MS, LAG_BAR_MS = 300, 50
LATE_MS = 10_000.0  # a change that is not on the screen by then counts as this late
PATIENCE_S = 120.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

WATCH = """() => {
  window.seen = [];
  const roots = [document];
  for (const root of roots) for (const element of root.querySelectorAll("*")) if (element.shadowRoot) roots.push(element.shadowRoot);
  const bodies = roots.flatMap((root) => [...root.querySelectorAll("tbody, .lines ol")]);
  const look = (changes) => {
    const now = Date.now();
    const cells = new Set();
    for (const change of changes) {
      const cell = (change.target.nodeType === 1 ? change.target : change.target.parentElement)?.closest("td");
      if (cell) cells.add(cell);
      for (const node of change.addedNodes) if (node.nodeName === "LI") window.seen.push(["", -1, node.querySelector(".text")?.textContent ?? "", now]);
    }
    for (const cell of cells) window.seen.push([cell.parentElement.dataset.row, cell.cellIndex, cell.textContent.trim(), now]);
  };
  for (const body of bodies) new MutationObserver(look).observe(body, { childList: true, subtree: true, characterData: true });
  return bodies.length;
}"""

CONSOLE = (
    "import asyncio, sys; from apps.console.server import run_console; from apps.settings import Settings; "
    "asyncio.run(run_console(Settings.model_validate_json(sys.argv[1])))"
)


class Child:
    """A process that answers lines with lines of JSON."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process, self.pid = process, process.pid

    async def heard(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            said: dict[str, Any] = json.loads(await self.process.stdout.readline())
        return said

    async def asked(self, line: str = "") -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        return await self.heard()

    @property
    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    @property
    def memory_mb(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1000


@asynccontextmanager
async def child(*arguments: str) -> AsyncIterator[Child]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        stdin=pipe,
        stdout=pipe,
        limit=2**26,
        env={**os.environ, "BOKEH_RESOURCES": "server"},
    )
    try:
        yield Child(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def answers(url: str) -> None:
    """Wait until somebody answers there."""
    async with httpx.AsyncClient() as client, asyncio.timeout(PATIENCE_S):
        while True:
            try:
                if (await client.get(f"{url}/healthz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.2)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one number of dashboards came to; CPU as a share of one core."""

    dashboards: int
    p50_ms: float
    p95_ms: float
    console_cpu: float
    memory_mb: float
    lag_p99_ms: float


def quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values) or [LATE_MS]
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def delays_ms(changes: Sequence[Sequence[Any]], seen: Sequence[Sequence[Any]]) -> list[float]:
    """Return for each change how long after it its cell said so for the first time."""
    shown: dict[tuple[str, int, str], list[float]] = {}
    for row, column, text, at_ms in seen:
        said = "#" if text.isdigit() else text  # places in the queue move up
        shown.setdefault((row if column >= 0 else "", column, said), []).append(at_ms)
    delays = []
    for who, column, text, asked_ms in changes:
        times = shown.get((who if column >= 0 else "", column, text), [])
        delays.append(min((at_ms - asked_ms for at_ms in times if at_ms >= asked_ms - 1), default=LATE_MS))
    return delays


class Bench:
    """The three processes and the pages in Chromium."""

    def __init__(self, room: Child, console: Child, others: Child, context: BrowserContext, address: str) -> None:
        self.room, self.console, self.others, self.context, self.address = room, console, others, context, address
        self.pages: list[Page] = []

    async def open(self, dashboards: int) -> None:
        while len(self.pages) < min(SCREENS, dashboards):
            page = await self.context.new_page()
            await page.goto(self.address)
            await page.locator("tr[data-row]").nth(100).wait_for(timeout=PATIENCE_S * 1000)
            assert await page.evaluate(WATCH) >= 3  # participants, hands, chat
            self.pages.append(page)
        await self.others.asked(f"open {dashboards - len(self.pages)}")

    async def measure(self, dashboards: int) -> Figures:
        """Let it run for a stretch, and print what it came to."""
        await asyncio.sleep(SETTLE_S)
        for page in self.pages:
            await page.evaluate("window.seen = []")
        for child in (self.room, self.others):
            await child.asked()
        before_s = [child.cpu_s for child in (self.console, self.room)]
        await asyncio.sleep(MEASURED_S)
        used = [
            (child.cpu_s - was) / MEASURED_S for child, was in zip((self.console, self.room), before_s, strict=True)
        ]
        told, sent = await self.room.asked(), await self.others.asked()
        await asyncio.sleep(1.0)  # what was asked for last reaches the screen
        delays = [one for page in self.pages for one in delays_ms(told["changes"], await page.evaluate("window.seen"))]
        found = Figures(
            dashboards,
            quantile(delays, 0.5),
            quantile(delays, 0.95),
            used[0],
            self.console.memory_mb,
            told["lag_p99_ms"],
        )
        print(
            f"{dashboards:2} dashboards: {len(told['changes']) / MEASURED_S:.1f} changes/s; on screen p50 {found.p50_ms:.0f} ms, p95 {found.p95_ms:.0f} ms, "
            f"worst {max(delays):.0f} ms, missed {delays.count(LATE_MS)}; console {found.console_cpu:.0%} of a core, {found.memory_mb:.0f} MB; "
            f"web {used[1]:.0%}, its loop late by {found.lag_p99_ms:.1f} ms p99, {told['lag_most_ms']:.0f} ms at most"
        )
        if sent["delays_ms"]:
            each = sent["bytes"] / MEASURED_S / (dashboards - len(self.pages)) / 1000
            arrival = f"p50 {quantile(sent['delays_ms'], 0.5):.0f} ms, p95 {quantile(sent['delays_ms'], 0.95):.0f} ms"
            print(
                f"   to the {dashboards - len(self.pages)} without a browser, decision to socket: {arrival}; {each:.0f} kB/s each"
            )
        return found


@asynccontextmanager
async def bench(home: Path) -> AsyncIterator[Bench]:
    """Start everything."""
    async with AsyncExitStack() as stack:
        port = free_port("127.0.0.1")
        values = json.dumps({"home": str(home), "console_port": port, "room_limit": 600})
        room = await stack.enter_async_context(child("-m", "bench.console_room", values))
        said = await room.heard()
        url, place = f"http://127.0.0.1:{port}", f"conferences/{said['room']}/live"
        cookie = f"sala={said['secret']}"
        others = await stack.enter_async_context(child("-m", "bench.console_dashboards", url, cookie, place))
        context = await stack.enter_async_context(chromium())
        await context.add_cookies([{"name": "sala", "value": said["secret"], "url": url}])
        console = await stack.enter_async_context(child("-c", CONSOLE, json.dumps(said["settings"])))
        await answers(url)
        yield Bench(room, console, others, context, f"{url}/console#/{place}")


async def main() -> int:
    """Measure, print, and return the exit code."""
    found = []
    with tempfile.TemporaryDirectory() as home:
        async with bench(Path(home)) as running:
            for dashboards in DASHBOARDS:
                await running.open(dashboards)
                found.append(await running.measure(dashboards))
    first, last = found[0], found[-1]
    more = last.dashboards - first.dashboards
    print(
        f"each further dashboard: {(last.console_cpu - first.console_cpu) / more:.2%} of a core, {(last.memory_mb - first.memory_mb) / more:.1f} MB"
    )
    lag_ms = max(one.lag_p99_ms for one in found)
    print(f"web process: loop late by {lag_ms:.1f} ms p99 (bar {LAG_BAR_MS})")
    print(f"console: p95 {last.p95_ms:.0f} ms at {last.dashboards} dashboards (bar {BAR_MS})")
    return int(last.p95_ms > BAR_MS or lag_ms > LAG_BAR_MS)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

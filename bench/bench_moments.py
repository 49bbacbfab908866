"""
How soon what happens is so for everybody, in the processes that Sala runs as, with real Chromium: ``make bench-moments``.

- a page turned by the presenter: from the event in the log to the picture in the other browsers, the slower of two (median of twelve)
- somebody who is muted by a moderator, and somebody who is removed: from the event in the log to their last packet in another browser (the longest of their
  lines)
- somebody whose account is disabled: from the administrator's command to the end of their socket (the longest of five)
- a console page opened beside a conference: how long its sound let itself be waited for (median of ten; a browser's jitter buffer covers 0.1 s)
- a media worker that is killed: how long people see no picture (the longest)
- from wi-fi to mobile and back: how long the pictures stood still (the longest; left out where the machine has no network namespaces)

Each is a promise with a bar; ends with 1 above any.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.async_api import expect

from apps.single import running
from apps.tenders.commands import SwitchSupplierPerson
from media_core.bots.receiving import Received
from tests.apps.documents import files
from tests.apps.tenders.authority import PASSWORD, Authority
from tests.apps.visit import Visit
from tests.browser.presenting import audience, has_page, prepared, shown
from tests.browser.table import ask, table
from tests.browser.test_conference import lines_of, stays_quiet
from tests.browser.test_moving import moves
from tests.browser.test_presenting import turns_of
from tests.browser.test_survival import events_of, media_worker_killed
from tests.browser.visits import hears, sees
from tests.netns import why_not
from tests.sala_process import sala_process
from tests.test_console_apart import PAGES as CONSOLE_PAGES
from tests.test_console_apart import console_beside_conference

PAGES, PEOPLE = 13, 5
LOOK_EVERY_S = 0.005
TURN_BAR_MS, OUT_BAR_MS, SOUND_BAR_MS, BACK_BAR_MS = 300.0, 1000.0, 100.0, 5000.0
MUTED_BAR_MS, REMOVED_BAR_MS = 500.0, 1000.0
LAST_PACKETS = """async ([mids, participant]) => {
  const last = [];
  for (const line of window.sala.peerConnection.getTransceivers().filter((one) => mids.includes(one.mid)))
    for (const report of (await line.receiver.getStats()).values())
      if (report.type === 'inbound-rtp' && (window.sala.slots[line.mid] ?? { participant }).participant === participant)
        last.push(report.lastPacketReceivedTimestamp);
  return last;
}"""
"""When the last packet of each line came that carries nobody else now, in ms since 1970: one machine, one clock."""


async def turn_ms(home: Path) -> float:
    async with sala_process(home) as sala, audience(sala) as people:
        maria = await people.comes(sala.links[0])
        paul = await people.comes(sala.links[1], phone=True)
        await prepared(maria, "report.pdf", files.pdf(PAGES))
        await shown(maria, "report")
        seen = {1: max([await has_page(one, 1) for one in (maria, paul)])}
        await expect(maria.get_by_role("button", name="Next page")).to_be_visible()
        for number in range(2, PAGES + 1):
            await maria.get_by_role("button", name="Next page").click()
            seen[number] = max([await has_page(one, number) for one in (maria, paul)])
        turned = turns_of(sala)
        return statistics.median(seen[number] - at.timestamp() * 1000 for number, at in turned.items())


async def quiet_ms(home: Path, folder: Path) -> tuple[float, float]:
    """Return how long after the event the last packet came, of somebody muted and of somebody removed."""
    async with sala_process(home) as sala, table(sala, folder) as (maria, paul, petra):
        found = []
        await hears(petra.page, paul.tone_hz)
        await sees(petra.page, paul.id, paul.colour)
        for deed, event, kinds in (
            ("Switch microphone off", "microphone_off", "a"),
            ("Remove", "participant_removed", "v"),
        ):
            lines = [mid for mid in await lines_of(petra.page, paul.id) if mid[0] in kinds]
            await ask(maria, paul, deed)
            if deed == "Remove":
                await maria.page.locator("#confirm").get_by_role("button", name="Remove").click()
            await stays_quiet(petra.page, lines, paul.id)
            last_ms: list[float] = await petra.page.evaluate(LAST_PACKETS, [lines, paul.id])
            (at,) = [line.at for line in events_of(sala) if line.type == event]
            found.append(max(last_ms) - at.timestamp() * 1000)
        return found[0], found[1]


async def out_ms(home: Path) -> float:
    async with running(home=home, demo=True) as sala:
        authority = Authority(sala)
        firm = await authority.organisation()
        tender = await authority.tender(firm)
        await authority.start(tender)
        found = []
        for number in range(PEOPLE):
            email = f"person{number}@firm.example"
            account = await authority.supplier(firm, email)
            async with Visit(sala.url) as visit:
                await visit.post("/supplier", form="/supplier", email=email, password=PASSWORD)
                tab = await visit.socket(authority.room(tender).slug)
                assert (await tab.hello())["type"] == "welcome"
                began_s = time.perf_counter()
                await authority.ask(SwitchSupplierPerson(account=account, enabled=False))
                assert await tab.closed() == 1008
                found.append((time.perf_counter() - began_s) * 1000)
        return max(found)


class Ear:
    """Notes the longest wait for a packet of sound. Where this process itself stood still, nothing is noted."""

    def __init__(self, line: Received) -> None:
        self._line = line
        self._longest_s = 0.0

    async def listen(self) -> None:
        looked_s = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            now_s = time.monotonic()
            late_s = now_s - looked_s - LOOK_EVERY_S
            looked_s = now_s
            if late_s < LOOK_EVERY_S:
                self._longest_s = max(self._longest_s, now_s - self._line.last_packet_s)

    def so_far_s(self) -> float:
        """Return the longest wait since the last call."""
        longest_s, self._longest_s = self._longest_s, 0.0
        return longest_s


async def waits_ms(home: Path) -> float:
    found = []
    async with console_beside_conference(home) as beside, asyncio.TaskGroup() as tasks:
        ear = Ear(beside.sound)
        listening = tasks.create_task(ear.listen(), name="ear")
        for _ in range(CONSOLE_PAGES):
            await beside.open_page()
            found.append(ear.so_far_s())
        listening.cancel()
    return statistics.median(found) * 1000


async def main() -> int:
    found: list[tuple[str, float, float]] = []
    with tempfile.TemporaryDirectory(prefix="sala-moments-") as folder:

        def home(name: str) -> Path:
            made = Path(folder) / name
            made.mkdir(mode=0o700)
            return made

        found.append(("page turned", await turn_ms(home("turn")), TURN_BAR_MS))
        muted_ms, removed_ms = await quiet_ms(home("quiet"), Path(folder))
        found += [("muted", muted_ms, MUTED_BAR_MS), ("removed", removed_ms, REMOVED_BAR_MS)]
        found.append(("put out", await out_ms(home("out")), OUT_BAR_MS))
        found.append(("sound beside the console", await waits_ms(home("console")), SOUND_BAR_MS))
        killed_s = max(await media_worker_killed(home("worker"), Path(folder)))
        found.append(("media worker killed", killed_s * 1000, BACK_BAR_MS))
        if reason := why_not():
            print(f"from wi-fi to mobile: left out, {reason}")
        else:
            found.append(("network changed", max(await moves(home("move"), Path(folder))) * 1000, BACK_BAR_MS))
    print("moments: " + ", ".join(f"{name} {value_ms:.0f} ms (bar {bar_ms:.0f})" for name, value_ms, bar_ms in found))
    return int(any(value_ms > bar_ms for _, value_ms, bar_ms in found))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""Where only a relay lets people out: Sala hands out the TURN server and a password, and real Chromium comes by nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.chromium import PATIENCE_S, chromium, patient
from tests.browser.visits import enter_with_devices
from tests.coturn import SECRET, turn_server, why_not
from tests.sala_process import sala_process
from tests.waiting import until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400), pytest.mark.skipif(bool(why_not()), reason=why_not())]

RELAYS_ONLY = """
const Direct = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Direct {
  constructor(configuration) { super({ ...configuration, iceTransportPolicy: 'relay' }); }
};"""
RECEIVED = """async () => {
  const stats = [...(await window.sala.peerConnection.getStats()).values()];
  const one = (id) => stats.find((each) => each.id === id) ?? {};
  const pair = one(stats.find((each) => each.type === 'transport')?.selectedCandidatePairId);
  const sum = (name) => stats.filter((each) => each.type === 'inbound-rtp').reduce((all, each) => all + (each[name] ?? 0), 0);
  return { by: one(pair.localCandidateId).candidateType, pictures: sum('framesDecoded'), sound: sum('totalAudioEnergy') };
}"""


async def test_by_a_relay_only_people_see_and_hear_each_other(home: Path, tmp_path: Path) -> None:
    async with (
        turn_server(tmp_path) as url,
        sala_process(home, SALA_TURN_URLS=url, SALA_TURN_SECRET=SECRET) as sala,
        chromium() as context,
    ):
        browser = context.browser
        assert browser is not None
        pages = []
        for each, join_link in zip((context, await patient(browser)), sala.links, strict=False):
            await each.grant_permissions(["camera", "microphone"])
            await each.add_init_script(RELAYS_ONLY)
            pages.append(await each.new_page())
            await enter_with_devices(pages[-1], join_link)
        for page in pages:
            found = await until_async(lambda page=page: both(page), timeout_s=PATIENCE_S, what="pictures and sound")  # type: ignore[misc]
            assert found["by"] == "relay"


async def both(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate(RECEIVED)
    return found if found["pictures"] > 20 and found["sound"] > 0 else {}

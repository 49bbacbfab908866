"""One whole conference in three real Chromium pages, as three people at a table would try it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import PATIENCE_S, WITHOUT_AV1
from tests.browser.table import Someone, ask, is_on, table
from tests.browser.visits import codec_of, heard, hears, inside, me, picture_of, sees, silent
from tests.sala_process import sala_process
from tests.waiting import until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


PACKETS = """async ([mids, participant]) => {
  const carries = (mid) => (window.sala.slots[mid] ?? { participant }).participant === participant;
  const count = { theirs: 0, others: 0 };
  for (const line of window.sala.peerConnection.getTransceivers())
    for (const report of (await line.receiver.getStats()).values())
      if (report.type === 'inbound-rtp') count[mids.includes(line.mid) && carries(line.mid) ? 'theirs' : 'others'] += report.packetsReceived;
  return count;
}"""
"""How many packets have come on the lines that carried a participant and carry nobody else now, and on all others."""
OTHERS_MEANWHILE = 200


async def lines_of(page: Page, participant: str) -> list[str]:
    """Return the lines that carry a participant, by mid."""
    slots = await page.evaluate("window.sala.slots")
    return [mid for mid, track in slots.items() if track and track["participant"] == participant]


async def stays_quiet(page: Page, lines: list[str], participant: str) -> None:
    """
    Wait until many packets of others have come and none of a participant on these lines.

    One worker sends them all: whatever stands still holds up both. How soon it is quiet is told by ``make bench-moments``.
    """
    at: dict[str, int] | None = None

    async def quiet() -> bool:
        nonlocal at
        now: dict[str, int] = await page.evaluate(PACKETS, [lines, participant])
        if at is None or now["theirs"] != at["theirs"]:
            at = now
        return now["others"] - at["others"] >= OTHERS_MEANWHILE

    await until_async(quiet, timeout_s=PATIENCE_S, what=f"packets of others and none of {participant}")


async def test_three_people_hold_a_conference(home: Path, tmp_path: Path) -> None:
    async with sala_process(home) as sala, table(sala, tmp_path) as (maria, paul, petra):
        everybody = (maria, paul, petra)
        await everybody_sees_and_hears_everybody(everybody)
        await chat_is_in_step(everybody)
        await a_moderator_mutes(maria, paul, petra)
        await microphone_and_headphones_change_with_one_press(paul, petra)
        await hands_stand_in_order(maria, paul, petra)
        await a_presenter_shows_a_screen(maria, paul, petra)
        await a_reload_keeps_the_seat(maria, petra)
        await a_removal_ends_media_and_link(maria, paul, petra)
        await the_end_is_for_all(maria, petra)
        assert "Traceback" not in "\n".join(sala.logged), "\n".join(sala.logged)


async def everybody_sees_and_hears_everybody(everybody: tuple[Someone, ...]) -> None:
    for one in everybody:
        others = [other for other in everybody if other is not one]
        for other in others:
            await sees(one.page, other.id, other.colour)
        await hears(one.page, *(other.tone_hz for other in others))
        assert await silent(one.page, one.tone_hz), "somebody hears their own voice"
        assert len(await heard(one.page)) <= 4


async def chat_is_in_step(everybody: tuple[Someone, ...]) -> None:
    texts = [f"Bună ziua, ține-ți părerea nr. {number}: https://example.org/?a=<b>" for number in range(3)]
    for one, text in zip(everybody, texts, strict=True):
        await one.page.locator("#chat-text").fill(text)
        await one.page.locator("#chat-text").press("Enter")
        for other in everybody:
            await expect(other.page.locator("#messages")).to_contain_text(text)
    link = everybody[0].page.locator("#messages a").first
    assert {"noopener", "noreferrer"} <= set((await link.get_attribute("rel") or "").split())
    orders = [await one.page.locator("#messages > *").all_inner_texts() for one in everybody]
    for order in orders:
        assert [next(i for i, line in enumerate(order) if text in line) for text in texts] == sorted(
            next(i for i, line in enumerate(order) if text in line) for text in texts
        )


async def a_moderator_mutes(maria: Someone, paul: Someone, petra: Someone) -> None:
    lines = [mid for mid in await lines_of(petra.page, paul.id) if mid.startswith("a")]
    assert lines
    await ask(maria, paul, "Switch microphone off")
    await is_on(petra.page, paul.id, "microphone", False)
    await expect(paul.page.locator("#microphone")).to_have_attribute("data-state", "off")
    await until_async(lambda: silent(petra.page, paul.tone_hz), what="silence of the muted microphone")
    await stays_quiet(petra.page, lines, paul.id)


async def microphone_and_headphones_change_with_one_press(paul: Someone, petra: Someone) -> None:
    for _ in range(2):
        await press_microphone(paul, "on")
        await is_on(petra.page, paul.id, "microphone", True)
        await hears(petra.page, paul.tone_hz)
        await press_microphone(paul, "off")
        await is_on(petra.page, paul.id, "microphone", False)
        await until_async(lambda: silent(petra.page, paul.tone_hz), what="silence in headphones mode")


async def press_microphone(one: Someone, then: str) -> None:
    """Press once and wait for the answer; until then a second press does nothing."""
    button = one.page.locator("#microphone")
    await button.click()
    await expect(button).to_have_attribute("data-state", then)
    await expect(button).not_to_have_attribute("data-busy", "")


async def hands_stand_in_order(maria: Someone, paul: Someone, petra: Someone) -> None:
    for one in (petra, paul):
        await one.page.locator("#hand").click()
        await until_async(lambda one=one: has_hand(maria.page, one.id), what="the raised hand")  # type: ignore[misc]
    assert await maria.page.evaluate("window.sala.state.hands") == [petra.id, paul.id]
    await ask(maria, petra, "Lower hand")
    await until_async(lambda: no_hand(paul.page, petra.id), what="the lowered hand")
    await maria.page.locator("#lower-all").click()
    await until_async(lambda: no_hand(paul.page, paul.id), what="no hand at all")


async def has_hand(page: Page, participant: str) -> bool:
    return participant in await page.evaluate("window.sala.state.hands")


async def no_hand(page: Page, participant: str) -> bool:
    return not await has_hand(page, participant)


async def a_presenter_shows_a_screen(maria: Someone, paul: Someone, petra: Someone) -> None:
    await expect(paul.page.locator("#screen")).to_be_hidden()
    await ask(maria, paul, "Make presenter")
    await expect(paul.page.locator("#screen")).to_be_visible()
    await paul.page.locator("#screen").click()
    await paul.page.get_by_role("button", name="Screen, window or tab").click()
    for other in (maria, petra):
        await is_on(other.page, paul.id, "screen", True)
        await shows_screen(other, paul, "AV1")
    await petra.page.add_init_script(WITHOUT_AV1)
    await petra.page.reload()
    for other in (petra, maria):  # the room is as its least able browser, and the picture goes on for the others
        await shows_screen(other, paul, "VP8")
    await paul.page.locator("#screen").click()
    await is_on(petra.page, paul.id, "screen", False)


async def shows_screen(viewer: Someone, presenter: Someone, codec: str) -> None:
    """Wait until somebody sees the screen moving, and gets it in a codec."""

    async def shown() -> bool:
        return await stage_moves(viewer.page, presenter.id) and await codec_of(viewer.page, "v0") == codec

    await until_async(shown, timeout_s=PATIENCE_S, what=f"the screen in {codec}")
    seen = {await frames_shown(viewer.page)}

    async def moves() -> bool:  # another video element counts anew
        seen.add(await frames_shown(viewer.page))
        return len(seen - {0}) > 1

    await until_async(moves, timeout_s=PATIENCE_S, what=f"further pictures in {codec}")


async def frames_shown(page: Page) -> int:
    return int(
        await page.evaluate("document.querySelector('#stage video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0")
    )


async def stage_moves(page: Page, participant: str) -> bool:
    """Whether the stage slot carries a participant's screen and has decoded pictures of it."""
    slots = await page.evaluate("window.sala.slots")
    if slots.get("v0") != {"participant": participant, "source": "screen"}:
        return False
    return bool(
        await page.evaluate(
            "() => { const video = document.querySelector('#stage video'); return !!video && video.videoWidth > 0 && video.getVideoPlaybackQuality().totalVideoFrames > 2; }"
        )
    )


async def a_reload_keeps_the_seat(maria: Someone, petra: Someone) -> None:
    await petra.page.reload()
    await inside(petra.page)
    assert await me(petra.page) == petra.id
    await is_on(maria.page, petra.id, "camera", True)
    await is_on(maria.page, petra.id, "microphone", True)
    await sees(maria.page, petra.id, petra.colour)
    await sees(petra.page, maria.id, maria.colour)
    await hears(maria.page, petra.tone_hz)
    await hears(petra.page, maria.tone_hz)
    assert await maria.page.evaluate("window.sala.state.participants.size") == 3


async def a_removal_ends_media_and_link(maria: Someone, paul: Someone, petra: Someone) -> None:
    await press_microphone(paul, "on")
    await hears(petra.page, paul.tone_hz)
    await sees(petra.page, paul.id, paul.colour)
    lines = await lines_of(petra.page, paul.id)
    assert lines
    await ask(maria, paul, "Remove")
    await maria.page.locator("#confirm").get_by_role("button", name="Remove").click()
    await expect(paul.page.locator("#over")).to_be_visible()
    await expect(paul.page.locator("#over-title")).to_have_text("You were removed")
    await until_async(lambda: gone_from_stage(petra.page, paul.id), what="an empty place of the removed person")
    await stays_quiet(petra.page, lines, paul.id)
    for address in (paul.link, paul.page.url):
        response = await paul.page.goto(address)
        assert response is not None
        assert response.status in (403, 404, 410)
        assert await paul.page.locator("#conference").count() == 0
        assert len(await paul.page.locator("main").inner_text()) > 20


async def gone_from_stage(page: Page, participant: str) -> bool:
    return await picture_of(page, participant) is None


async def the_end_is_for_all(maria: Someone, petra: Someone) -> None:
    await maria.page.locator("#end-all").click()
    await maria.page.locator("#confirm").get_by_role("button", name="End for all").click()
    for one in (maria, petra):
        await expect(one.page.locator("#over-title")).to_have_text("The conference has ended")
    await expect(petra.page.locator("#over-text")).to_contain_text("Maria")

"""People at one table: real Chromium pages in one conference, each with a colour for a face and a tone for a voice."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Page

from tests.browser.chromium import PATIENCE_S, chromium
from tests.browser.devices import BLUE, GREEN, RED, Colour, write_camera, write_microphone
from tests.browser.visits import enter_with_devices, me, person
from tests.sala_process import SalaProcess
from tests.waiting import until_async

TABLE = ((RED, 440), (GREEN, 660), (BLUE, 880))


@dataclass(slots=True)
class Someone:
    """A person at the table."""

    page: Page
    id: str
    colour: Colour
    tone_hz: int
    link: str


@contextlib.asynccontextmanager
async def table(sala: SalaProcess, folder: Path, *, people: int = 3) -> AsyncIterator[tuple[Someone, ...]]:
    """Moderator Maria (red, 440 Hz), Paul (green, 660 Hz) and Petra (blue, 880 Hz), in with camera and microphone."""
    there: list[Someone] = []
    async with contextlib.AsyncExitStack() as stack:
        for (colour, tone_hz), link in list(zip(TABLE, sala.links, strict=True))[:people]:
            context = await stack.enter_async_context(
                chromium(
                    camera=write_camera(folder / f"{colour.name}.y4m", colour),
                    microphone=write_microphone(folder / f"{colour.name}.wav", tone_hz),
                )
            )
            page = await context.new_page()
            await enter_with_devices(page, link)
            there.append(Someone(page, await me(page), colour, tone_hz, link))
        yield tuple(there)


async def ask(moderator: Someone, other: Someone, deed: str) -> None:
    """Choose something from the moderator's menu of a person."""
    row = moderator.page.locator(f"#roster [data-participant='{other.id}']")
    await row.locator("[aria-haspopup=menu]").click()
    await moderator.page.get_by_role("menuitem", name=deed).click()


async def is_on(page: Page, participant: str, source: str, on: bool) -> None:
    """Wait until a page's state says that a source of a participant is on or off."""

    async def said() -> bool:
        return bool((await person(page, participant)).get(source)) is on

    await until_async(said, timeout_s=PATIENCE_S, what=f"{source} {'on' if on else 'off'} for {participant}")

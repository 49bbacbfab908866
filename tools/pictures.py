"""
Takes the README's pictures anew: ``python -m tools.pictures``. A conference of synthetic people, seen in real Chromium.

Needs what the tests need; writes ``docs/pictures/conference.png`` and ``console.png``.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.async_api import Page

sys.path.insert(0, str(Path(__file__).parent.parent))

from apps.bots import PortalBot
from apps.planning.links import hash_of
from apps.single import Sala, running
from data import accounts, invitations, rooms
from tests.browser.chromium import chromium
from tests.browser.visits import inside

if TYPE_CHECKING:
    from sqlmodel import Session

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
SIZE = {"width": 1280, "height": 800}
TITLE = "Work at height: ladders and scaffolds"
SLUG = "work-at-height"
LEADER = "Maria Ionescu"
PEOPLE = ("Ștefan Țîrlea", "Giulia Bianchi", "Andrei Pop", "Luca Però")
CHAT = (
    ("Ștefan Țîrlea", "Bună ziua! I hear you well."),
    ("Giulia Bianchi", "Good morning. The slides are clear, thank you."),
    ("Luca Però", "Where can we find the checklist? https://example.org/checklist"),
)
SETTLED_S = 6.0  # pictures, loudest speakers, quality


def plan(session: Session, *, url: str, now: datetime) -> dict[str, str]:
    """Plan the conference; return each person's link."""
    (owner,) = accounts.list_all(session)
    starts_at = now.replace(minute=0, second=0, microsecond=0)
    room = rooms.create(
        session,
        slug=SLUG,
        owner_id=owner.id,
        title=TITLE,
        starts_at=starts_at,
        length_min=90,
        zone="Europe/Bucharest",
        now=now,
    )
    others = (("Chemicals in the warehouse, part 2", 2), ("Fire safety refresher", 7), ("First aid at work", -6))
    for number, (title, days) in enumerate(others):
        at = starts_at + timedelta(days=days)
        rooms.create(
            session,
            slug=f"other-{number}",
            owner_id=owner.id,
            title=title,
            starts_at=at,
            length_min=60,
            zone="Europe/Bucharest",
            now=now,
        )
    links = {}
    for number, name in enumerate((LEADER, *PEOPLE)):
        secret = secrets.token_urlsafe(32)
        invitations.create(
            session,
            room_id=room.id,
            email=f"person-{number}@example.org",
            name=name,
            role="participant" if number else "moderator",
            token_hash=hash_of(secret),
            now=now,
        )
        links[name] = f"{url}/j/{secret}"
    return links


async def enter(stack: AsyncExitStack, sala: Sala, link: str) -> Page:
    """Come in as the leader, with Chromium's own picture and sound."""
    context = await stack.enter_async_context(chromium(viewport=SIZE, color_scheme="light"))
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("button", name="Enter", exact=True).click()
    await page.wait_for_url("**/r/**")
    await page.locator("#enter").click()
    await inside(page)
    return page


async def sign_in(stack: AsyncExitStack, sala: Sala) -> Page:
    context = await stack.enter_async_context(
        chromium(viewport=SIZE, color_scheme="light", timezone_id="Europe/Bucharest")
    )
    page = await context.new_page()
    await page.goto(f"{sala.url}/signin?next=/console/")
    await page.locator("[name=email]").fill("admin@localhost")
    await page.locator("[name=password]").fill(sala.password)
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_role("heading", level=1).first.wait_for(timeout=30_000)
    await page.goto(f"{sala.console_url}#/conferences")
    await page.get_by_role("link", name=TITLE).first.click()
    return page


async def main() -> None:
    async with AsyncExitStack() as stack:
        sala = await stack.enter_async_context(running(console=True))
        links = sala.database.run_now(plan, url=sala.url, now=datetime.now(UTC))
        page = await enter(stack, sala, links[LEADER])
        bots: dict[str, PortalBot] = {}
        for number, name in enumerate(PEOPLE):
            options: dict[str, Any] = {"picture": number, "tone_hz": 120.0 + 40 * number, "microphone": number < 2}
            bots[name] = await stack.enter_async_context(PortalBot(links[name], **options))
            await bots[name].seated()
        for name, text in CHAT:
            await bots[name].say(text)
        await bots["Luca Però"].command("raise_hand")
        await asyncio.sleep(SETTLED_S)
        await page.screenshot(path=FOLDER / "conference.png")
        console = await sign_in(stack, sala)
        await asyncio.sleep(SETTLED_S)
        await console.screenshot(path=FOLDER / "console.png")


if __name__ == "__main__":
    asyncio.run(main())

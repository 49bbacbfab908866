"""Whether a page is fit for its window and for a screen reader; what stands there while it is still being built is no fault."""

from __future__ import annotations

from collections.abc import Collection

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.waiting import until_async

BUILT_WITHIN_S = 60.0


SERIOUS = ("serious", "critical")
ANY = ("minor", "moderate", *SERIOUS)


async def faults(page: Page, *, impacts: Collection[str] = SERIOUS, iframes: bool = True) -> list[str]:
    """
    Return what is wrong by axe, and by how much the page is too wide.

    Args:
        impacts: Of what axe finds.
        iframes: Also in what others' pages show in it.
    """
    results = await Axe().run(page, options={"iframes": iframes})
    wrong = [one for one in results.response["violations"] if one["impact"] in impacts]
    found = [f"{one['id']}: {[(node['target'], node['html']) for node in one['nodes']]}" for one in wrong]
    too_wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, *([f"{too_wide} px too wide"] if too_wide > 0 else [])]


async def becomes_sound(
    page: Page, where: str = "", *, impacts: Collection[str] = SERIOUS, iframes: bool = True
) -> None:
    """Require that nothing is wrong with a page, as soon as it is built; see ``faults``."""
    found: list[str] = []

    async def sound() -> bool:
        found[:] = await faults(page, impacts=impacts, iframes=iframes)
        return not found

    try:
        await until_async(sound, timeout_s=BUILT_WITHIN_S)
    except AssertionError:
        raise AssertionError(f"{where or page.url}: {found}") from None

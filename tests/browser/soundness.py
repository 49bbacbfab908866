"""Whether a page is fit for its window and for a screen reader; what stands there while it is still being built is no fault."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.waiting import until_async

BUILT_WITHIN_S = 15.0


async def faults(page: Page, *, iframes: bool = True) -> list[str]:
    """Return what is serious to axe, and by how much the page is too wide; ``iframes``: also in what others' pages show in it."""
    results = await Axe().run(page, options={"iframes": iframes})
    serious = [one for one in results.response["violations"] if one["impact"] in ("serious", "critical")]
    found = [f"{one['id']}: {[(node['target'], node['html']) for node in one['nodes']]}" for one in serious]
    too_wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [*found, *([f"{too_wide} px too wide"] if too_wide > 0 else [])]


async def becomes_sound(page: Page, where: str = "", *, iframes: bool = True) -> None:
    """Require that nothing is wrong with a page, as soon as it is built."""
    found: list[str] = []

    async def sound() -> bool:
        found[:] = await faults(page, iframes=iframes)
        return not found

    try:
        await until_async(sound, timeout_s=BUILT_WITHIN_S)
    except AssertionError:
        raise AssertionError(f"{where or page.url}: {found}") from None

"""Sala behind a proxy that ends TLS, in real Chromium: cookies, origins, sockets and media of portal and console."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect

from tests.apps.mail.mail_server import certificate
from tests.browser.chromium import PATIENCE_S, chromium
from tests.browser.console import first_password, row
from tests.browser.visits import enter_with_devices, received_packets
from tests.sala_process import sala_process
from tests.tls_proxy import tls_proxy
from tests.waiting import until, until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


async def test_portal_and_console_work_over_https_on_two_ports_of_one_host(home: Path, tmp_path: Path) -> None:
    context, _ = certificate(tmp_path)
    async with tls_proxy(context) as portal, tls_proxy(context) as console:
        public, office = f"https://127.0.0.1:{portal.port}", f"https://127.0.0.1:{console.port}"
        settings = {
            "SALA_PUBLIC_URL": public,
            "SALA_CONSOLE_URL": office,
            "SALA_TRUST_PROXY": "true",
            "SALA_MEDIA_HOST": "0.0.0.0",
            "SALA_ANNOUNCE": "127.0.0.1",
        }
        async with sala_process(home, **settings) as sala:
            assert all(link.startswith(f"{public}/j/") for link in sala.links)
            portal.target_port = await local_port(sala.logged, "web_ready")
            console.target_port = await local_port(sala.logged, "console_ready")
            email, password = first_password(sala)
            async with chromium(ignore_https_errors=True) as maria, chromium(ignore_https_errors=True) as moderator:
                page = await moderator.new_page()
                await page.goto(f"{public}/signin?next=/console/")
                await page.locator("[name=email]").fill(email)
                await page.locator("[name=password]").fill(password)
                await page.get_by_role("button", name="Sign in").click()
                await expect(row(page, "Demo conference")).to_be_visible()
                assert page.url.startswith(f"{office}/console")
                await cookies_belong_to_the_host(moderator, "__Host-sala")
                seat = await maria.new_page()
                await enter_with_devices(seat, sala.links[0])
                await cookies_belong_to_the_host(maria, "__Host-sala_room_demo")
                await expect(row(page, "Demo conference")).to_contain_text("Live now")
                async with chromium(ignore_https_errors=True) as paul:
                    other = await paul.new_page()
                    await enter_with_devices(other, sala.links[1])
                    await until_async(lambda: flows(other), timeout_s=PATIENCE_S, what="media beside the proxy")
            assert "Traceback" not in "\n".join(sala.logged), "\n".join(sala.logged)


async def local_port(logged: list[str], event: str) -> int:
    """Return the port that a process of Sala says it listens on; its log may come after the ready line."""
    lines = await until(lambda: [line for line in logged if f" {event} " in line], timeout_s=PATIENCE_S, what=event)
    return int(lines[0].partition("port=")[2].split()[0])


async def cookies_belong_to_the_host(context: BrowserContext, name: str) -> None:
    """Require a secret that only https carries, that no script reads, and that no other host is sent."""
    (cookie,) = [one for one in await context.cookies() if one["name"] == name]
    assert (cookie["secure"], cookie["httpOnly"], cookie["path"]) == (True, True, "/")
    assert cookie["domain"] == "127.0.0.1"


async def flows(page: Page) -> bool:
    return await received_packets(page) > 50

"""Where people reach the portal and the console."""

from __future__ import annotations

from urllib.parse import urlsplit

from apps.settings import Settings

CONSOLE_PATH = "/console"


def host_in_url(host: str) -> str:
    """Return a bound address as it stands in an URL that works on this machine."""
    if host in ("0.0.0.0", "::", ""):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def console_address(settings: Settings, *, asked: str = "") -> str:
    """
    Return the console's page: the one set, else the console's port on the host that was ``asked`` for (a Host header).

    Cookies belong to a host: who signed in at ``localhost`` is a stranger at 127.0.0.1.
    """
    if settings.console_url:
        address = settings.console_url.rstrip("/")
        return address if urlsplit(address).path else f"{address}{CONSOLE_PATH}"
    host = urlsplit(f"//{asked}").hostname or settings.host
    return f"http://{host_in_url(host)}:{settings.console_port}{CONSOLE_PATH}"

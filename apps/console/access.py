"""Who may open the console: an account whose sign-in, the portal's own cookie, is in the database. Nothing is believed that a page holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from bokeh.server.auth_provider import AuthProvider
from tornado.httputil import HTTPServerRequest
from tornado.web import RequestHandler

from apps.console.desk import Reader
from apps.cookies import ACCOUNT, LANGUAGE, cookie_name
from apps.settings import Settings
from apps.visitors import Visitor, find_visitor

ROLES = ("administrator", "moderator")
SIGN_IN = "/sign-in"
NEXT = "/signin?next=/console/"


class Access:
    """Looks the cookie's secret up, with the console's own connection to the database."""

    def __init__(self, database: Reader, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database, self._clock = database, clock

    async def visitor(self, secret: str) -> Visitor | None:
        """Return the account's visitor; ``None`` for an unknown, ended or disabled sign-in and for guests of a room."""
        found = await self._database.read(find_visitor, secret=secret, now=self._clock())
        if found is None or found[0].account is None or found[0].account.role not in ROLES:
            return None
        return found[0]

    async def of_cookies(self, cookie: Callable[[str], str | None]) -> Visitor | None:
        """Return whose cookie a request carries; the one that only https may set counts first."""
        for https in (True, False):
            secret = cookie(cookie_name(ACCOUNT, https))
            visitor = await self.visitor(secret) if secret else None
            if visitor is not None:
                return visitor
        return None


class ConsoleAuth(AuthProvider):
    """
    Guards every page and socket of Bokeh's. Who it found is left at the request, where the page's code reads it: the secret thus never
    stands in a page or token.
    """

    def __init__(self, access: Access, settings: Settings) -> None:
        self._access, self._settings = access, settings
        super().__init__()

    @property
    def get_user_async(self) -> Callable[[Any], Awaitable[Any]]:
        """Async, so that Bokeh asks on the loop."""

        async def visitor(handler: Any) -> Visitor | None:
            found = await self._access.of_cookies(handler.get_cookie)
            handler.request.sala_visitor = found
            handler.request.sala_language = handler.get_cookie(LANGUAGE) or ""
            return found

        return visitor

    @property
    def get_login_url(self) -> Callable[[HTTPServerRequest], str]:
        """An address on this port: Panel puts a dot before it, so it can't be the portal's."""
        return lambda _request: SIGN_IN


def portal_address(settings: Settings, request: Any = None) -> str:
    """
    Return the portal's address as the browser of ``request`` reaches it.

    Cookies belong to a host: who opened the console as ``localhost`` is signed in there, not at 127.0.0.1.
    """
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = str(request.host).rpartition(":")[0] or str(request.host) if request is not None else settings.host
    return f"http://{host}:{settings.port}"


def sign_in_address(settings: Settings, request: Any = None) -> str:
    """Return where somebody signs in to come back to the console."""
    return f"{portal_address(settings, request)}{NEXT}"


class SignIn(RequestHandler):
    """Leads to the portal's sign-in page, from where the browser comes back."""

    def initialize(self, settings: Settings) -> None:
        self._settings = settings

    def get(self) -> None:
        self.redirect(sign_in_address(self._settings, self.request))

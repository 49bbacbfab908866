"""
The console's server: Panel on Bokeh's Tornado server, on a port of its own. It reads the database and asks the web process for everything else.

``run_console`` is the process that ``serve.py`` starts; ``serving`` is the same on the caller's loop, for notebooks, tests and small demos.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import warnings
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import panel as pn
from bokeh.settings import settings as bokeh_settings
from panel.io.resources import _env as templates
from panel.io.server import get_server
from tornado.routing import PathMatches, Rule
from tornado.web import RedirectHandler

from apps.assets import PORTAL_ASSETS
from apps.console.access import SIGN_IN, Access, ConsoleAuth, SignIn, portal_address, sign_in_address
from apps.console.answers import Fonts, Healthz, NotFound, PortalScripts, SafeHeaders
from apps.console.app import ConsoleApp
from apps.console.board import Board
from apps.console.desk import Desk, Reader
from apps.console.feed import Feeds
from apps.console.health import HouseHealth
from apps.console.parts.component import ASSETS
from apps.console.pulse import Pulse
from apps.console.remote import RemoteRoomService
from apps.console.words import Words
from apps.ending import told_to_end
from apps.i18n import LANGUAGES, best_language
from apps.keys import kept_key
from apps.service import RoomService
from apps.settings import Settings
from apps.visitors import Visitor
from data.database import open_database
from data.errors import DatabaseMissing, SchemaOutdated

log = logging.getLogger(__name__)

TOKEN_LIFE_S = 60  # between a page and its socket
SESSION_UNUSED_MS = 40_000  # a browser that lost its network comes back within these
SESSION_CHECK_MS = 5_000
DATABASE_RETRY_S = 0.1


def make_page(
    service: RoomService, database: Reader, settings: Settings, access: Access, board: Board
) -> Callable[[], pn.viewable.Viewable]:
    """Return the function that Panel calls for each browser page."""
    loop, feeds, health = asyncio.get_running_loop(), Feeds(service), HouseHealth(service)
    template = templates.from_string((ASSETS / "page.html").read_text(encoding="utf-8"))

    def build() -> pn.viewable.Viewable:
        """Runs on Bokeh 3.10 in a worker thread: nothing here may touch the loop or the service."""
        doc: Any = pn.state.curdoc
        request = doc.session_context.request
        visitor: Visitor = request.sala_visitor
        account = visitor.account
        assert account is not None  # Access lets nobody else in
        language = language_of(request.sala_language, account.language, request.headers.get("Accept-Language"))
        words = _ = Words(language)
        desk = Desk(
            service,
            database,
            account,
            visitor.secret,
            words=words,
            pulse=Pulse(doc, loop=loop),
            board=board,
            feeds=feeds,
            health=health,
            settings=settings,
            portal=portal_address(settings, request),
            mail_folder="" if settings.smtp_url else str(settings.home / "outbox"),
            room_limit=settings.room_limit,
            recording_days=settings.recording_days,
        )

        async def still_signed_in() -> bool:
            return await access.visitor(visitor.secret) is not None

        app = ConsoleApp(
            desk,
            owns_page=True,
            still_signed_in=still_signed_in,
            sign_in_address=sign_in_address(settings, request),
        )
        doc.template = template
        doc.template_variables.update(language=language, needs_script=_("The console needs JavaScript."))
        doc.title = "Sala"
        pn.state.on_session_destroyed(lambda _context: app.close())
        return app.__panel__()

    return build


def language_of(chosen: str, account: str, accepted: str | None) -> str:
    """Return the language that somebody chose in this browser, else the account's, else the browser's own: the portal's rule."""
    return next((one for one in (chosen, account) if one in LANGUAGES), None) or best_language(accepted)


def make_console(service: RoomService, database: Reader, settings: Settings, access: Access, board: Board) -> Any:
    """Return the Bokeh server, bound and not started. Call it on the loop that is to serve."""
    bokeh_settings.resources.set_value("server")  # every script and style from this port
    warnings.filterwarnings("ignore", message="reference already known")  # said of each part's first message
    pn.config.reconnect = True
    server = get_server(
        {"/console": make_page(service, database, settings, access, board)},
        port=settings.console_port,
        address=settings.host,
        start=False,
        show=False,
        location=False,
        extra_patterns=[
            (r"/healthz", Healthz),
            (rf"(?:/console)?{SIGN_IN}", SignIn, {"settings": settings}),
            (r"/fonts/(.*\.woff2)", Fonts, {"path": str(PORTAL_ASSETS / "fonts")}),
            (r"(?:/console)?/portal-js/([a-z0-9-]+\.js)", PortalScripts, {"path": str(PORTAL_ASSETS / "js")}),
            (r"/", NotFound),
        ],
        use_index=False,
        auth_provider=ConsoleAuth(access, settings),
        websocket_origin=sorted(origins(settings)),
        sign_sessions=True,
        secret_key=kept_key(
            settings.home, "console-sessions"
        ).encode(),  # unsigned, a browser could choose its own token
        session_token_expiration=TOKEN_LIFE_S,
        include_cookies=[],  # who somebody is comes from the request itself; the secret stands in no token
        include_headers=["Accept-Language"],
        xsrf_cookies=False,  # no form of this port is posted
        compress_response=True,
        warm=False,
        check_unused_sessions_milliseconds=SESSION_CHECK_MS,
        unused_session_lifetime_milliseconds=SESSION_UNUSED_MS,
        xheaders=settings.trust_proxy,
    )
    # Pages name their scripts relative to themselves: below "/console/" Bokeh would look for Panel's own where they are not.
    slash = Rule(PathMatches(r"/console/"), RedirectHandler, {"url": "/console", "permanent": False})
    server._tornado.wildcard_router.rules.insert(0, slash)
    server._tornado.add_transform(partial(SafeHeaders, settings=settings))  # type: ignore[arg-type]  # is only called
    return server


def origins(settings: Settings) -> set[str]:
    """Return the hosts, with port, whose pages may open the console's socket: its public address and this machine."""
    known = {f"{host}:{settings.console_port}" for host in (settings.host, "127.0.0.1", "localhost")}
    if settings.console_url:
        known.add(urlsplit(settings.console_url).netloc)  # without a port Bokeh compares both sides as if it were 80
    return known


@contextlib.asynccontextmanager
async def serving(settings: Settings, service: RoomService) -> AsyncIterator[Any]:
    """Serve the console on this loop inside the block; gives the Bokeh server."""
    with open_database(settings.database_url or settings.home, write=False) as database:
        board = Board()
        server = make_console(service, database, settings, Access(database), board)
        unlisten = service.listen(board.take)
        server.start()
        try:
            yield server
        finally:
            unlisten()
            await _stop(server)


async def _stop(server: Any) -> None:
    for session in server.get_sessions("/console"):
        callbacks = session.document.callbacks.session_destroyed_callbacks
        for callback in list(callbacks):
            callbacks.discard(callback)
            callback(session.document.session_context)
    if hasattr(server, "stop_async"):
        await server.stop_async()
    else:
        server.stop(wait=False)
    _end_own_task_of_panel()


def _end_own_task_of_panel() -> None:
    """Panel's sweep of its busy indicator is one task for the whole process, with no way to end it; it begins again when needed."""
    sweep = getattr(type(pn.state), "_busy_cleanup_scheduled", None)
    if sweep is not None:
        sweep.stop()
        type(pn.state)._busy_cleanup_scheduled = None


async def run_console(settings: Settings) -> None:
    """Serve until SIGTERM, or until cancelled. The web process may start later, and may go and come."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "", "::") else settings.host
    host = f"[{host}]" if ":" in host else host
    address = f"ws://{host}:{settings.port}/internal/console"
    ended = asyncio.create_task(told_to_end(), name="console end")
    made = asyncio.create_task(_database_made(settings), name="console database")
    try:
        async with RemoteRoomService(address, lambda: kept_key(settings.home, "console")) as service:
            await asyncio.wait({ended, made}, return_when=asyncio.FIRST_COMPLETED)
            if made.done():
                made.result()
                async with serving(settings, service):
                    log.info("console_ready", extra={"fields": {"port": settings.console_port}})
                    await ended
    finally:
        made.cancel()
        ended.cancel()
        await asyncio.wait({ended, made})
    log.info("console_ended")


async def _database_made(settings: Settings) -> None:
    """Wait until the web process has made and migrated the database."""
    while True:
        try:
            await asyncio.to_thread(lambda: open_database(settings.database_url or settings.home, write=False).close())
        except (DatabaseMissing, SchemaOutdated):
            await asyncio.sleep(DATABASE_RETRY_S)
        else:
            return

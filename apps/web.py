"""The web process: portal, API and signalling on one port; it holds the Hub and is the one writer of the database."""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence

from tornado.httpserver import HTTPServer
from tornado.web import Application, RequestHandler

from apps.addresses import console_address, host_in_url
from apps.api import recordings, suppliers
from apps.api.assets import AssetHandler, MadeAsset
from apps.api.attendance import AttendanceFile, CertificateFile
from apps.api.check_socket import CheckSocket
from apps.api.console_socket import ConsoleSocket
from apps.api.health import Healthz, MetricsPage, Readyz
from apps.api.monitor_socket import MonitorSocket
from apps.api.policy import PolicyReport
from apps.api.socket import RoomSocket
from apps.api.tender_socket import TenderSocket
from apps.api.whip import WhipEndpoint, WhipPace, WhipSession
from apps.documents import routes as presentations
from apps.documents import statement_files
from apps.ending import told_to_end
from apps.evidence import routes as evidence
from apps.handlers import Handler, NotFound
from apps.parts import Parts, build_parts
from apps.portal import pages
from apps.portal.pages.evidence import head_limit
from apps.ratelimit import TokenBucket
from apps.settings import Settings
from media_core.engine import MediaEngine

log = logging.getLogger(__name__)

SLUG = r"([a-z0-9-]{1,100})"
BODY_MAX_BYTES = 1024 * 1024
HEADERS_MAX_BYTES = 16 * 1024
BODY_TIMEOUT_S = 60.0
IDLE_TIMEOUT_S = 60.0
LISTEN_BACKLOG = 512  # everybody comes back at once after a restart
POLICY_LOG_PER_S, POLICY_LOG_BURST = 1 / 60, 10.0  # reports come from strangers; the log must not fill with them


class ToConsole(Handler):
    """The console is on a port of its own; this address leads there."""

    def get(self) -> None:
        self.redirect(console_address(self.parts.settings, asked=self.request.host))


def make_application(parts: Parts) -> Application:
    """Return the application with every address that Sala serves; all handlers get the same parts."""
    held = {"parts": parts}
    own = [
        (r"/healthz", Healthz, held),
        (r"/readyz", Readyz, held),
        (r"/metrics", MetricsPage, held),
        (r"/csp", PolicyReport, held),
        (r"/assets/([0-9a-f]{16})/(js/[\w-]+\.made\.js)", MadeAsset, held),
        (r"/assets/([0-9a-f]{16})/(.+)", AssetHandler, held),
        (rf"/ws/room/{SLUG}", RoomSocket, held),
        (r"/ws/monitor", MonitorSocket, held),
        (r"/ws/tenders", TenderSocket, held),
        (rf"/ws/check/{SLUG}", CheckSocket, held),
        (r"/internal/console", ConsoleSocket, held),
        (rf"/whip/{SLUG}", WhipEndpoint, held),
        (rf"/whip/{SLUG}/(tr_[0-9a-f]{{1,40}})", WhipSession, held),
        (r"/console/?", ToConsole, held),
        (r"/api/v1/sessions/(se_[0-9a-f]{1,40})/attendance\.(csv|xlsx|pdf|json)", AttendanceFile, held),
        (r"/api/v1/sessions/(se_[0-9a-f]{1,40})/certificates/(pt_[0-9a-f]{1,40})\.pdf", CertificateFile, held),
    ]
    portal = [
        (pattern, handler, held)
        for pattern, handler in [
            *recordings.routes(),
            *suppliers.routes(),
            *presentations.routes(),
            *statement_files.routes(),
            *evidence.routes(),
            *pages.routes(),
        ]
    ]
    return Application(
        [*own, *portal],
        default_handler_class=NotFound,
        default_handler_args=held,
        xsrf_cookies=True,
        embed_in=parts.settings.embed_in,
        log_function=lambda handler: _count(parts, handler),
        whip_pace=WhipPace(),
        head_limit=head_limit(),
        policy_log_pace=TokenBucket(POLICY_LOG_PER_S, POLICY_LOG_BURST),
    )


def _count(parts: Parts, handler: RequestHandler) -> None:
    """Count an answer instead of logging it: addresses of people and secrets of links stand in no log."""
    parts.metrics.requests.labels(type(handler).__name__, str(handler.get_status())).inc()


def bind(settings: Settings) -> tuple[Sequence[socket.socket], Settings]:
    """
    Bind the port; return the sockets, and the settings with the port and the portal's address filled in.

    Raises:
        OSError: If the port is taken.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.create_server((settings.host, settings.port), family=family, backlog=LISTEN_BACKLOG)
    listening.setblocking(False)
    port = listening.getsockname()[1]
    public_url = (settings.public_url or f"http://{host_in_url(settings.host)}:{port}").rstrip("/")
    return [listening], settings.model_copy(update={"port": port, "public_url": public_url})


@contextlib.asynccontextmanager
async def closing(sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    """Close bound sockets at the end of the block, whether or not somebody served on them."""
    try:
        yield
    finally:
        for each in sockets:
            each.close()


@contextlib.asynccontextmanager
async def serving(parts: Parts, sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    """Answer on bound sockets inside the block."""
    server = HTTPServer(
        make_application(parts),
        xheaders=parts.settings.trust_proxy,
        max_body_size=BODY_MAX_BYTES,
        max_header_size=HEADERS_MAX_BYTES,
        body_timeout=BODY_TIMEOUT_S,
        idle_connection_timeout=IDLE_TIMEOUT_S,
    )
    server.add_sockets(sockets)
    try:
        yield
    finally:
        server.stop()
        parts.sockets.go_away()
        await server.close_all_connections()


async def run_web(settings: Settings, engine: MediaEngine, ready: Callable[[Parts], None] | None = None) -> None:
    """
    Serve until SIGTERM, or until cancelled, and end cleanly; the engine is taken over and ended too.

    What the start has to tell a person goes to standard output as one JSON line, for the supervisor to print.
    """
    try:
        sockets, settings = bind(settings)
        async with closing(sockets), build_parts(settings, engine) as parts, serving(parts, sockets):
            print(json.dumps({"say": parts.say}), flush=True)
            if ready is not None:
                ready(parts)
            gc.collect()
            gc.freeze()  # what was imported stays for good: walking through it stopped the loop for 0.2 s now and then
            log.info("web_ready", extra={"fields": {"port": settings.port}})
            await told_to_end()
    finally:
        await engine.close()
    log.info("web_ended")

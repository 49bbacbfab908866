"""Headers on every answer of the console's port, and the pages that are not Panel's: health and fonts."""

from __future__ import annotations

import json
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform, RequestHandler, StaticFileHandler

from apps.console.access import portal_address
from apps.headers import COMMON, PERMISSIONS_WITHOUT_MEDIA, STRICT_TRANSPORT, frame_ancestors, is_plain_origin
from apps.settings import Settings

CONTENT_POLICY = (
    # Bokeh starts its pages by an inline script and loads modules from blobs; it never needs eval, which stays forbidden.
    "default-src 'none'; script-src 'self' 'unsafe-inline' blob:; style-src 'self' 'unsafe-inline'; connect-src 'self' blob:{sockets}; "
    "img-src 'self' data: blob:; font-src 'self' data:; manifest-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors {framed_by}"
)


def content_policy(host: str, *, portal: str = "", framed_by: str = "'none'") -> str:
    """
    Return the policy; ``host`` is spelled out for the socket, since older Safari does not count it as ``'self'``.

    ``portal`` is the portal's address: the monitor opens a socket there. ``framed_by`` is whose pages may hold the console in a frame.
    """
    plain = 0 < len(host) <= 260 and all(
        letter.isascii() and (letter.isalnum() or letter in ".-:[]") for letter in host
    )
    sockets = f" ws://{host} wss://{host}" if plain else ""
    sockets += f" ws{portal.removeprefix('http')}" if is_plain_origin(portal) else ""
    return CONTENT_POLICY.format(sockets=sockets, framed_by=framed_by)


class SafeHeaders(OutputTransform):
    """The one hook that reaches Panel's own handlers, static files and ours alike."""

    def __init__(self, request: HTTPServerRequest, settings: Settings | None = None) -> None:
        self._portal = portal_address(settings, request) if settings else ""
        self._framed_by = frame_ancestors(settings.embed_in) if settings else "'none'"
        self._host, self._https, self._path = request.host, request.protocol == "https", request.path

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        asset = self._path.startswith(("/static/", "/fonts/"))  # public files with no data in them; kept by the browser
        for name, value in COMMON.items():
            if not (asset and name == "Cache-Control"):
                headers[name] = value
        headers["Content-Security-Policy"] = content_policy(self._host, portal=self._portal, framed_by=self._framed_by)
        headers["Permissions-Policy"] = PERMISSIONS_WITHOUT_MEDIA
        headers.pop("Server", None)
        if self._https:
            headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        return status_code, headers, chunk


class Healthz(RequestHandler):
    """The process is alive."""

    def get(self) -> None:
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"ok": True}))


class Fonts(StaticFileHandler):
    """The portal's fonts, on this port too: nothing comes from another host."""

    def set_extra_headers(self, path: str) -> None:
        self.set_header("Cache-Control", "public, max-age=86400")

    @classmethod
    def get_content_version(cls, abspath: str) -> str:
        return str(super().get_content_version(abspath))


class PortalScripts(StaticFileHandler):
    """The portal's modules, on this origin too: the monitor uses its connection. Public files; a new version counts at once."""

    def set_extra_headers(self, path: str) -> None:
        self.set_header("Content-Type", "text/javascript")


class NotFound(RequestHandler):
    """Anything else on this port leads to the console."""

    def get(self, *_path: Any) -> None:
        self.redirect("/console/")

"""Headers on every answer of the console's port, and the pages that are not Panel's: health and fonts."""

from __future__ import annotations

import json
from typing import Any

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform, RequestHandler, StaticFileHandler

from apps.headers import COMMON, PERMISSIONS_WITHOUT_MEDIA, STRICT_TRANSPORT

CONTENT_POLICY = (
    # Bokeh starts its pages by an inline script and loads modules from blobs; it never needs eval, which stays forbidden.
    "default-src 'none'; script-src 'self' 'unsafe-inline' blob:; style-src 'self' 'unsafe-inline'; connect-src 'self' blob:{sockets}; "
    "img-src 'self' data: blob:; font-src 'self' data:; manifest-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def content_policy(host: str) -> str:
    """Return the policy; ``host`` is spelled out for the socket, since older Safari does not count it as ``'self'``."""
    plain = 0 < len(host) <= 260 and all(
        letter.isascii() and (letter.isalnum() or letter in ".-:[]") for letter in host
    )
    return CONTENT_POLICY.format(sockets=f" ws://{host} wss://{host}" if plain else "")


class SafeHeaders(OutputTransform):
    """The one hook that reaches Panel's own handlers, static files and ours alike."""

    def __init__(self, request: HTTPServerRequest) -> None:
        self._host, self._https, self._path = request.host, request.protocol == "https", request.path

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        asset = self._path.startswith(("/static/", "/fonts/"))  # public files with no data in them; kept by the browser
        for name, value in COMMON.items():
            if not (asset and name == "Cache-Control"):
                headers[name] = value
        headers["Content-Security-Policy"] = content_policy(self._host)
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


class NotFound(RequestHandler):
    """Anything else on this port leads to the console."""

    def get(self, *_path: Any) -> None:
        self.redirect("/console/")

"""
What every page and API handler starts from: headers, cookies, language, who is asking, and errors as sentences.

A page handler of the portal looks like this::

    class SignIn(PageHandler):
        def get(self) -> None:
            self.page("sign_in.html", next=self.next_path())

        async def post(self) -> None:
            found = await self.parts.auth.sign_in(self.text("email"), self.text("password"), self.ip)
            if isinstance(found, Denied):
                return self.page("sign_in.html", status=403, error=self.sentence(found.code, **found.values))
            self.set_account_cookie(found)
            self.redirect(self.next_path())

For a room's pages ``await self.admission(slug)`` answers who the browser is in that room, or raises the one 404 that an unknown room, a
revoked link and a stranger all get.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Awaitable, Mapping
from functools import cached_property
from http import HTTPStatus
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar

from tornado.web import HTTPError, RequestHandler

from apps.cookies import ACCOUNT, LANGUAGE, SIGN_IN_LIFE, XSRF, cookie_name, room_cookie
from apps.headers import safe_headers
from apps.i18n import LANGUAGES, best_language
from apps.sentences import sentence
from apps.templates import page_values

if TYPE_CHECKING:
    from apps.parts import Parts
    from apps.visitors import Admission, Visitor
    from data.models import Account

log = logging.getLogger(__name__)

LANGUAGE_LIFE_DAYS = 365
TEXT_MAX_CHARACTERS = 10_000  # of one form field
XSRF_VERSION = 2  # of Tornado's tokens
UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
CODE_OF_STATUS: Mapping[int, str] = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "bad_request",
    413: "too_large",
    429: "too_many_requests",
    503: "unavailable",
}


class Problem(HTTPError):
    """An answer that tells a person what is wrong: ``code`` has a sentence in ``apps.sentences``, ``values`` fill it."""

    def __init__(self, status: int, code: str, **values: object) -> None:
        super().__init__(status, "%s", code)
        self.code, self.values = code, values


class Handler(RequestHandler):
    """Base of all handlers. ``media``: whether the page may use camera, microphone and screen."""

    media = False
    visitor: Visitor | None = None

    def initialize(self, parts: Parts) -> None:
        self.parts = parts

    # --- the request --------------------------------------------------------------------------------------------------

    @property
    def https(self) -> bool:
        return self.request.protocol == "https"

    @property
    def ip(self) -> str:
        return str(self.request.remote_ip or "")

    @cached_property
    def request_id(self) -> str:
        """Stands in the log and on the page that says something went wrong, so that one leads to the other."""
        return secrets.token_hex(6)

    @cached_property
    def nonce(self) -> str:
        return secrets.token_urlsafe(16)

    @property
    def settings(self) -> dict[str, Any]:
        """Tornado's own settings, with the name and flags of the anti-forgery cookie that fit this request's scheme."""
        flags = {"httponly": True, "samesite": "Lax", "path": "/", "secure": self.https}
        names = {"xsrf_cookie_name": cookie_name(XSRF, self.https), "xsrf_cookie_kwargs": flags}
        return {**self.application.settings, **names}

    async def prepare(self) -> None:
        """Refuse what another site makes a browser send, then find out who is asking. An override calls this first."""
        if self.request.method in UNSAFE_METHODS and self.request.headers.get("Sec-Fetch-Site") == "cross-site":
            raise Problem(403, "forbidden")
        if self.account_secret:
            self.visitor = await self.parts.auth.visitor(self.account_secret)

    def check_xsrf_cookie(self) -> None:
        """
        Refuse a form without the token that stands in this browser's cookie.

        Two tabs that were opened at once without a cookie each set their own, and the later one counts: the form of the other holds a token that
        is in no cookie any more. It is taken where the browser itself says that a page of this very origin sent it, which no page can make
        a browser say of a foreign form (Fetch Metadata: headers that begin with ``Sec-`` are out of reach of scripts and forms).
        """
        try:
            super().check_xsrf_cookie()
        except HTTPError:
            if not self._sent_by_own_page:
                raise

    @property
    def _sent_by_own_page(self) -> bool:
        headers = self.request.headers
        own = f"{self.request.protocol}://{self.request.host}"
        origin = headers.get_list(
            "Origin"
        )  # "null" beside "same-origin" is a page that sends no referrer, as all of Sala's
        told = headers.get_list("Sec-Fetch-Site") == ["same-origin"] and origin in ([own], ["null"])
        tokens = (self.get_argument("_xsrf", ""), self.get_cookie(cookie_name(XSRF, self.https)))
        return told and all(self._decode_xsrf_token(token or "")[0] == XSRF_VERSION for token in tokens)

    def text(self, name: str, default: str = "") -> str:
        """Return a form field or query argument, stripped; longer than 10,000 characters is refused."""
        value = self.get_argument(name, default)
        if len(value) > TEXT_MAX_CHARACTERS:
            raise Problem(400, "too_large")
        return value

    def next_path(self, default: str = "/") -> str:
        """Return where ``next=`` asks to go: a path of this site only (AB-42)."""
        path = self.text("next", default)
        plain = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
        return path if plain else default

    # --- who ----------------------------------------------------------------------------------------------------------

    @property
    def account_secret(self) -> str:
        """The secret of a signed-in account's cookie; empty if there is none."""
        return self.get_cookie(cookie_name(ACCOUNT, self.https)) or ""

    def room_secret(self, slug: str) -> str:
        """The secret that this browser got for its invitation to a room; empty if there is none."""
        return self.get_cookie(cookie_name(room_cookie(slug), self.https)) or ""

    async def admission(self, slug: str) -> Admission:
        """
        Return who this browser is in a room.

        Raises:
            Problem: 403 with ``removed``, ``link_revoked`` or ``link_expired`` for a browser that had a right here and lost it; for
                every other the one 404 that an unknown room gets too.
        """
        held = (self.room_secret(slug), self.account_secret)
        admission = await self.parts.auth.admit(slug, held)
        if admission is None:
            code = await self.parts.auth.lost_right(slug, held)
            raise Problem(403, code) if code else Problem(404, "not_found")
        self.prefer_language(admission.person.language)
        return admission

    def set_account_cookie(self, secret: str) -> None:
        self._set_secret(ACCOUNT, secret)

    def clear_account_cookie(self) -> None:
        self._clear_secret(ACCOUNT)

    def set_room_cookie(self, slug: str, secret: str) -> None:
        """Keep the secret of an exchanged invitation; each room has a cookie of its own, so that one browser can hold several seats."""
        self._set_secret(room_cookie(slug), secret)

    def clear_room_cookie(self, slug: str) -> None:
        self._clear_secret(room_cookie(slug))

    def _set_secret(self, name: str, secret: str) -> None:
        max_age_s = int(SIGN_IN_LIFE.total_seconds())
        name = cookie_name(name, self.https)
        self.set_cookie(name, secret, max_age=max_age_s, httponly=True, secure=self.https, samesite="Lax", path="/")

    def _clear_secret(self, name: str) -> None:
        name = cookie_name(name, self.https)
        self.clear_cookie(name, httponly=True, secure=self.https, samesite="Lax", path="/")

    # --- language -----------------------------------------------------------------------------------------------------

    _preferred_language = ""

    @property
    def language(self) -> str:
        """The cookie's choice, else the account's or invitation's, else the browser's."""
        chosen = self.get_cookie(LANGUAGE) or ""
        if chosen in LANGUAGES:
            return chosen
        known = self._preferred_language or (self.visitor.language if self.visitor else "")
        return known if known in LANGUAGES else best_language(self.request.headers.get("Accept-Language"))

    def prefer_language(self, language: str) -> None:
        """Take the language of an invitation for this answer, unless the person chose one."""
        self._preferred_language = language

    def set_language_cookie(self, language: str) -> None:
        max_age_s = LANGUAGE_LIFE_DAYS * 86_400
        self.set_cookie(
            LANGUAGE, language, max_age=max_age_s, httponly=True, secure=self.https, samesite="Lax", path="/"
        )

    def sentence(self, code: str, **values: object) -> str:
        """Return the sentence of a code in the person's language."""
        return sentence(self.language, code, values)

    # --- the answer ---------------------------------------------------------------------------------------------------

    def set_default_headers(self) -> None:
        host = self.request.host or ""
        headers = safe_headers(
            nonce=self.nonce, host=host, https=self.https, media=self.media, embed_in=self.settings.get("embed_in", "")
        )
        for name, value in headers.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with a code and its sentence; what went wrong inside stays in the log, found by the request id."""
        cause = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(cause, Problem):
            return self.problem(status_code, cause.code, **cause.values)
        code = CODE_OF_STATUS.get(status_code, "server_error")
        if isinstance(cause, HTTPError) and "xsrf" in (cause.log_message or "").lower():
            code = "form_expired"
        return self.problem(status_code, code)

    def problem(self, status: int, code: str, **values: object) -> None:
        """End the answer with a problem. Pages and APIs write it each in their way."""
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(self.sentence(code, **values))

    def log_exception(
        self, typ: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Log without addresses, names or secrets: a path may hold a link's secret, so only its route is told."""
        fields = {"request": self.request_id, "handler": type(self).__name__, "method": self.request.method}
        if isinstance(value, HTTPError):
            code = value.code if isinstance(value, Problem) else ""
            log.debug("request_refused", extra={"fields": {**fields, "status": value.status_code, "code": code}})
        else:
            log.error("request_failed", exc_info=value, extra={"fields": fields})

    def _request_summary(self) -> str:
        return f"{self.request.method} {type(self).__name__}"  # Tornado's own tells address and path


class PageHandler(Handler):
    """A page of the portal, rendered from a file in ``apps/portal/templates``."""

    def head(self, *args: Any, **values: Any) -> Awaitable[None] | None:
        """As ``get``; Tornado leaves the body out. Reading a page changes nothing, so asking about it does not either."""
        return self.get(*args, **values)

    def page(self, template: str, *, status: int = HTTPStatus.OK, **values: object) -> None:
        """Render a template and end the answer. What every template has is listed in ``apps.templates.page_values``."""
        self.set_status(status)
        self.finish(self.parts.templates.render(template, **page_values(self), **values))

    def problem(self, status: int, code: str, **values: object) -> None:
        """Render ``problem.html`` with ``status``, ``code``, ``message`` and ``request_id``."""
        message = self.sentence(code, **values)
        try:
            self.page("problem.html", status=status, code=code, message=message, request_id=self.request_id)
        except Exception:
            log.exception("problem_page_failed", extra={"fields": {"request": self.request_id}})
            super().problem(status, code, **values)


class ApiHandler(Handler):
    """An address for programs: JSON in, JSON out, errors as ``{"error": code, "message": sentence}``."""

    VALUES_MAX_BYTES: ClassVar[int] = 64 * 1024
    """Of the JSON that changes something."""

    def values(self) -> dict[str, Any]:
        """Return the JSON object of the body. Raises the 400 for anything else, and for more than ``VALUES_MAX_BYTES``."""
        try:
            values = json.loads(self.request.body) if len(self.request.body) <= self.VALUES_MAX_BYTES else None
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise Problem(400, "bad_request")
        return values

    def json(self, value: Mapping[str, Any], *, status: int = HTTPStatus.OK) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(dict(value))

    def problem(self, status: int, code: str, **values: object) -> None:
        answer = {"error": code, "message": self.sentence(code, **values), "request": self.request_id}
        self.json(answer, status=status)

    def require_account(self) -> Account:
        """Return the signed-in account. Raises the 401."""
        if self.visitor is None or self.visitor.account is None:
            raise Problem(401, "sign_in_needed")
        return self.visitor.account


class NotFound(PageHandler):
    """Every address that nobody serves."""

    async def prepare(self) -> None:
        await super().prepare()
        raise Problem(404, "not_found")

    def check_xsrf_cookie(self) -> None:
        """Nothing happens here, so there is nothing to forge."""

"""
``/whip/<room>``: programs such as OBS present here (WHIP, RFC 9725; docs/whip.md).

An encoder proves itself by the bearer token that a moderator made for it, and by nothing else: no cookie is read, so that any page may ask.
The address of its session ends in the id of its transport.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from apps.handlers import ApiHandler, Problem
from apps.live import encoder as encoders_live
from apps.live.person import Person
from apps.live.state import Denied
from apps.planning import encoders
from apps.ratelimit import WindowLimit, address_key
from apps.service import RecordsNotice
from data import encoders as encoder_rows
from data.ids import PersonId, RoomId
from media_core.errors import BadDescription, NotAcceptable
from media_core.ids import TransportId
from media_core.webrtc.ingest import parse_ingest_offer

if TYPE_CHECKING:
    from data.models import Encoder, Room

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
BODY_MAX_BYTES = 32 * 1024
TOKEN_MAX_CHARACTERS = 200
SOON = {"Retry-After": "2"}


@dataclass(slots=True)
class WhipPace:
    """How often somebody may try; one for each application."""

    wrong_tokens: WindowLimit = field(default_factory=lambda: WindowLimit(20, 600.0))  # of one address, as for links
    beginnings: WindowLimit = field(
        default_factory=lambda: WindowLimit(20, 60.0)
    )  # of one encoder: OBS tries every 2 s


class Refusal(Problem):
    """A ``Problem`` with headers; those that were set before an error do not outlive it."""

    def __init__(self, status: int, code: str, headers: Mapping[str, str], **values: object) -> None:
        super().__init__(status, code, **values)
        self.headers = headers


class _WhipHandler(ApiHandler):
    """What endpoint and session share: the token, and answers that other sites' pages may read."""

    methods = "OPTIONS"

    async def prepare(self) -> None:
        """Nobody is looked up by a cookie."""

    def check_xsrf_cookie(self) -> None:
        """A token in a header is nothing that a browser sends by itself."""

    def set_default_headers(self) -> None:
        super().set_default_headers()
        self.set_header("Access-Control-Allow-Origin", "*")
        self.set_header("Access-Control-Expose-Headers", "Location, ETag")

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        cause = kwargs.get("exc_info", (None, None, None))[1]
        for name, value in cause.headers.items() if isinstance(cause, Refusal) else ():
            self.set_header(name, value)
        super().write_error(status_code, **kwargs)

    def options(self, *path: str) -> None:
        """Answer a browser's preflight (RFC 9725 section 4.2)."""
        self.set_header("Allow", self.methods)
        self.set_header("Access-Control-Allow-Methods", self.methods)
        self.set_header("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
        self.set_header("Accept-Post", SDP)
        self.set_status(HTTPStatus.OK)
        self.finish()

    def _refuse_method(self, *path: str) -> None:
        """All other methods are kept free for later versions of the RFC."""
        raise Refusal(405, "encoder_method", {"Allow": self.methods})

    get = head = put = _refuse_method

    async def _authenticated(self, slug: str) -> tuple[Encoder, Room]:
        """Return whose token came with the request. Raises the 401, or the 429 for who guesses."""
        pace, address, now_s = self._pace, address_key(self.ip), time.monotonic()
        if not pace.wrong_tokens.allows(address, now_s):
            raise Refusal(429, "too_many_requests", {"Retry-After": "60"})
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        found = None
        if scheme.lower() == "bearer" and 0 < len(token.strip()) <= TOKEN_MAX_CHARACTERS:
            found = await self.parts.database.read(encoders.find, token.strip(), slug)
        if found is None:
            pace.wrong_tokens.count(address, now_s)
            raise Refusal(401, "encoder_token", {"WWW-Authenticate": "Bearer"})
        return found

    @property
    def _pace(self) -> WhipPace:
        pace: WhipPace = self.application.settings["whip_pace"]
        return pace

    def _body_of(self, media_type: str) -> str:
        """Return the body. Raises the 415, 413 or 400."""
        given = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if given != media_type:
            raise Problem(415, "encoder_type", type=media_type)
        if len(self.request.body) > BODY_MAX_BYTES:
            raise Problem(413, "encoder_sdp")
        try:
            return self.request.body.decode()
        except UnicodeDecodeError:
            raise Problem(400, "encoder_sdp") from None


class WhipEndpoint(_WhipHandler):
    """Takes an encoder's offer. The token is looked at first: to who has none the answers tell nothing."""

    methods = "POST, OPTIONS"
    delete = patch = _WhipHandler._refuse_method

    async def post(self, slug: str) -> None:
        encoder, room = await self._authenticated(slug)
        offer = self._offer()
        now_s = time.monotonic()
        if not self._pace.beginnings.allows(encoder.id, now_s):
            raise Refusal(429, "too_many_requests", SOON)
        self._pace.beginnings.count(encoder.id, now_s)
        person = Person(id=PersonId(encoder.id), role="encoder", name=encoder.name)
        accepted = await encoders_live.present(self.parts.hub, RoomId(room.id), person, offer)
        if isinstance(accepted, Denied):
            raise _refusal(accepted)
        await self.parts.database.run(encoder_rows.used, encoder_id=encoder.id, now=self.parts.clock())
        self.parts.hub.publish(RecordsNotice("encoder", (encoder.id,), RoomId(room.id)))
        self.set_status(HTTPStatus.CREATED)
        self.set_header("Content-Type", SDP)
        self.set_header("Location", f"/whip/{slug}/{accepted.transport}")
        self.set_header("ETag", tag_of(accepted.transport))
        self.finish(accepted.sdp)

    def _offer(self) -> str:
        """Return an offer that can be used. Raises the 400, 406, 413 or 415."""
        offer = self._body_of(SDP)
        try:
            parse_ingest_offer(offer)
        except NotAcceptable:
            raise Problem(406, "encoder_media") from None  # RFC 9725 sections 4.4.2 and 4.4.3
        except BadDescription:
            raise Problem(400, "encoder_sdp") from None
        return offer


class WhipSession(_WhipHandler):
    """One encoder's session. To a token of another one it does not exist."""

    methods = "DELETE, PATCH, OPTIONS"
    post = _WhipHandler._refuse_method

    async def delete(self, slug: str, transport: str) -> None:
        """End it; entity tags do not matter here (RFC 9725 section 4.3.1)."""
        session = await self._session(slug, transport)
        await session.detach("closed")
        self.finish()

    async def patch(self, slug: str, transport: str) -> None:
        """Take candidates, of which none is needed: the server learns addresses from checks. It makes no ICE restarts."""
        await self._session(slug, transport)
        fragment = self._body_of(FRAGMENT)
        wanted = self.request.headers.get("If-Match", "")
        if not wanted:
            raise Problem(428, "encoder_precondition")
        if wanted.strip() == "*":  # section 4.3.3
            raise Problem(422, "encoder_restart")
        if tag_of(TransportId(transport)) not in [tag.strip() for tag in wanted.split(",")]:
            raise Problem(412, "encoder_changed")
        if not fragment.startswith("a=") and "\na=" not in fragment:
            raise Problem(400, "encoder_sdp")
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()

    async def _session(self, slug: str, transport: str) -> encoders_live.Encoder:
        encoder, room = await self._authenticated(slug)
        found = encoders_live.find(self.parts.hub, RoomId(room.id), PersonId(encoder.id), TransportId(transport))
        if found is None:
            raise Problem(404, "not_found")
        return found


def _refusal(denied: Denied) -> Problem:
    if denied.code == "removed":
        return Problem(403, "removed")
    if denied.code == "session_not_open":
        return Refusal(409, "session_not_open", SOON)
    return Refusal(503, "unavailable", SOON)


def tag_of(transport: TransportId) -> str:
    """Return the entity tag of an ICE session: a transport has one as long as it lives."""
    return f'"{transport}"'

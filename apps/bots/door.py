"""Coming in by a personal link, as a browser without scripts does it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

TIMEOUT_S = 30.0

_TOKEN = re.compile(r'name="_xsrf" value="([^"]+)"')
_ROOM_PATH = re.compile(r"/r/([a-z0-9-]+)")


class NotLetIn(Exception):
    """The link opens nothing; ``status`` is that of the page which says so."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the link does not open a room (HTTP status {status})")
        self.status = status


@dataclass(frozen=True, slots=True)
class Seat:
    """What a link gave: where the room's socket is, and the headers that open it."""

    slug: str
    socket_url: str
    headers: dict[str, str]


async def enter(join_url: str) -> Seat:
    """
    Open a personal link and press *Enter*.

    Raises:
        NotLetIn: If the link is unknown, expired or revoked, or the person was removed.
    """
    parts = urlsplit(join_url)
    origin = f"{parts.scheme}://{parts.netloc}"
    cookies: dict[str, str] = {}
    page = await _fetch(join_url, cookies)
    token = _TOKEN.search(page.body.decode())
    if page.code != 200 or token is None:
        raise NotLetIn(page.code)
    entered = await _fetch(f"{join_url.rstrip('/')}/enter", cookies, form={"_xsrf": token[1]}, origin=origin)
    path = _ROOM_PATH.search(entered.headers.get("Location", ""))
    if path is None:
        raise NotLetIn(entered.code)
    socket_origin = origin.replace("http", "ws", 1)
    return Seat(path[1], f"{socket_origin}/ws/room/{path[1]}", {"Cookie": _header(cookies), "Origin": origin})


async def _fetch(
    url: str, cookies: dict[str, str], *, form: dict[str, str] | None = None, origin: str | None = None
) -> HTTPResponse:
    headers = {"Cookie": _header(cookies)} if cookies else {}
    if origin is not None:
        headers["Origin"] = origin
    request = HTTPRequest(
        url,
        method="GET" if form is None else "POST",
        body=None if form is None else urlencode(form),
        headers=headers,
        follow_redirects=False,
        request_timeout=TIMEOUT_S,
    )
    answer = await AsyncHTTPClient().fetch(request, raise_error=False)
    if answer.code == 599:  # Tornado's own: nobody answered
        raise ConnectionError(str(answer.error))
    for value in answer.headers.get_list("Set-Cookie"):
        cookies.update({name: morsel.value for name, morsel in SimpleCookie(value).items()})
    return answer


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())

"""The addresses of presentations."""

from __future__ import annotations

from tornado.web import RequestHandler

from apps.documents.film import Film
from apps.documents.receive import Receive
from apps.documents.requests import Delete, OnePresentation, Order, Page, Remove, Reuse, YouTube

ROOM = r"/r/([a-z0-9-]{1,100})/presentations"
ONE = rf"{ROOM}/(pn_[0-9a-f]{{24}})"


def routes() -> list[tuple[str, type[RequestHandler]]]:
    return [
        (ROOM, Receive),
        (rf"{ROOM}/youtube", YouTube),
        (rf"{ROOM}/order", Order),
        (ONE, OnePresentation),
        (rf"{ONE}/reuse", Reuse),
        (rf"{ONE}/remove", Remove),
        (rf"{ONE}/delete", Delete),
        (rf"{ONE}/pages/([1-9][0-9]{{0,3}})-(large|small)\.webp", Page),
        (rf"{ONE}/film", Film),
    ]

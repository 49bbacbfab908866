"""Opening a WebSocket to a Sala, for those who may be told to stop meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect


async def dial(request: HTTPRequest, **options: Any) -> WebSocketClientConnection:
    """
    Open a WebSocket; whoever is cancelled meanwhile leaves none open, also if it was only being opened.

    Args:
        options: What ``tornado.websocket.websocket_connect`` takes.

    Raises:
        OSError: If nobody answers.
        tornado.httpclient.HTTPClientError: If the answer is a refusal.
    """
    opening: asyncio.Future[WebSocketClientConnection] = asyncio.ensure_future(websocket_connect(request, **options))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:  # Tornado goes on opening it
        opening.add_done_callback(_close)
        raise


def _close(opening: asyncio.Future[WebSocketClientConnection]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()

"""A raw client that comes by TCP: its own framing (RFC 4571), so that the server's is not tested against itself."""

from __future__ import annotations

import asyncio
import struct
from typing import Self

from tests.media_core.raw_client import RawClient

GOODBYE_WITHIN_S = 5.0
"""A server that reads nothing any more is not waited for."""


class StreamClient(RawClient):
    """``RawClient`` over the offer's first passive TCP candidate."""

    candidate = r"a=candidate:\d+ 1 tcp (?=\d+ \S+ \d+ typ host tcptype passive)\d+ "

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self.writer: asyncio.StreamWriter | None = None
        self.reading = asyncio.Event()
        """Cleared, the client reads nothing more: a slow receiver."""
        self.reading.set()
        self.ended = asyncio.Event()
        """The server closed the connection."""

    async def __aenter__(self) -> Self:
        return self

    async def rebind(self) -> None:
        """Connect anew, as a browser does on another network."""
        if self.writer is not None:
            self.writer.close()
        host, port = self._remote["host"], int(self._remote["port"])
        reader, self.writer = await asyncio.open_connection(host, port, limit=4096)
        self.ended = asyncio.Event()
        self._tasks.append(asyncio.create_task(self._read(reader, self.ended), name="stream-client-reads"))

    async def _read(self, reader: asyncio.StreamReader, ended: asyncio.Event) -> None:
        try:
            while True:
                await self.reading.wait()
                (length,) = struct.unpack("!H", await reader.readexactly(2))
                self.datagram_received(await reader.readexactly(length), None)
        except (asyncio.IncompleteReadError, OSError):
            ended.set()

    def send_datagram(self, data: bytes) -> None:
        if self.writer is not None and not self.writer.is_closing():
            self.writer.write(struct.pack("!H", len(data)) + data)

    async def vanish(self) -> None:
        self.reading.set()
        if self.writer is not None:
            self.writer.close()
        await super().vanish()
        if self.writer is not None:
            try:
                async with asyncio.timeout(GOODBYE_WITHIN_S):
                    await self.writer.wait_closed()
            except (OSError, TimeoutError):
                self.writer.transport.abort()

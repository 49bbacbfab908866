"""A proxy that ends TLS in front of Sala, as Caddy or nginx does: it passes on what it gets, and says who asked and that it was https."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass

HEAD_MAX_BYTES = 64 * 1024


@dataclass(slots=True)
class TlsProxy:
    """``target_port`` may be set later than the proxy's own ``port`` is known: Sala is told its public address at the start."""

    port: int = 0
    target_port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection on; each carries one request, or a socket."""
        async with contextlib.AsyncExitStack() as ends:
            ends.callback(writer.close)
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
                head = await reader.readuntil(b"\r\n\r\n")
                answers, there = await asyncio.open_connection("127.0.0.1", self.target_port)
                ends.callback(there.close)
                there.write(_told(head, str(writer.get_extra_info("peername")[0])))
                await asyncio.gather(_pump(reader, there), _pump(answers, writer))


def _told(head: bytes, address: str) -> bytes:
    """Return a request's head with what a proxy tells; a browser's own claims are dropped."""
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    socket = any(line.lower().startswith("upgrade:") for line in lines)
    dropped = ("x-forwarded-",) if socket else ("x-forwarded-", "connection:")
    kept = [line for line in lines if not line.lower().startswith(dropped)]
    told = [f"X-Forwarded-For: {address}", "X-Forwarded-Proto: https", *([] if socket else ["Connection: close"])]
    return "\r\n".join([first, *kept, *told, "", ""]).encode("latin-1")


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, ssl.SSLError):
        while part := await source.read(HEAD_MAX_BYTES):
            sink.write(part)
            await sink.drain()
    with contextlib.suppress(OSError, RuntimeError):
        sink.close()


@contextlib.asynccontextmanager
async def tls_proxy(context: ssl.SSLContext) -> AsyncIterator[TlsProxy]:
    """Run a proxy on a free port inside the block."""
    proxy, tasks = TlsProxy(), set[asyncio.Task[None]]()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with contextlib.suppress(asyncio.CancelledError):  # by the end of the block alone
                await proxy.serve(reader, writer)
        finally:
            tasks.discard(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context, limit=HEAD_MAX_BYTES)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in set(tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

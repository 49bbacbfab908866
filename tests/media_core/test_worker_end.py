"""The end of a media worker: what its rooms tell then is told to nobody, and is no error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uvloop

from media_core.engine import MediaEvent, TransportClosed
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.remote import read_message
from media_core.worker import Service


class Engine:
    """Has no rooms, and tells what a test has it tell."""

    def listen(self, tell: Callable[[MediaEvent], None]) -> None:
        self.tell = tell

    async def rooms(self) -> dict[str, Any]:
        return {}


async def end(folder: Path) -> list[str]:
    """Let a client go, on the loop of a worker, while things go on happening; return what failed."""
    failed: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failed.append(str(context["exception"])))
    gone = TransportClosed(MediaRoomId("room"), MemberId("ana"), TransportId("tr_1"), "closed")
    engine = Engine()
    service = Service(engine)  # type: ignore[arg-type]
    server = await asyncio.start_unix_server(service.serve, str(folder / "socket"))
    reader, writer = await asyncio.open_unix_connection(str(folder / "socket"))
    assert "hello" in await read_message(reader)
    service.close()
    for _ in range(50):
        engine.tell(gone)
        await asyncio.sleep(0)
    writer.close()
    server.close()
    return failed


def test_who_was_let_go_is_told_nothing_more(tmp_path: Path) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(end(tmp_path)) == []

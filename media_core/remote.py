"""The client of a media worker: a ``MediaEngine`` whose rooms live in another process."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from media_core.engine import Accepted, EngineLost, EngineReady, Listener, MediaEvent, MemberMedia, Offer, Source, View
from media_core.errors import EngineUnavailable
from media_core.figures import Figures
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.listeners import Listeners
from media_core.signaling import messages

log = logging.getLogger(__name__)

RETRY_DELAYS_S: tuple[float, ...] = (0.02, 0.05, 0.1, 0.2, 0.5)
"""Waits between attempts to link; the last repeats. A worker starts in about a second, and people wait for it."""
CALL_LIMIT_S = 10.0
"""A worker that does not answer for so long hangs. Callers wait less long, and try again: this is for those who set themselves no limit."""
DISK_LIMIT_S = 30.0
"""Where it must wait for a disk first: segments are read through to take them up, and are not closed before they are on it."""


async def read_message(reader: asyncio.StreamReader) -> dict[str, Any]:
    """Read one message; raises ``EOFError``, ``OSError`` or ``ValueError`` when the link is of no more use."""
    (length,) = messages.LENGTH.unpack(await reader.readexactly(messages.LENGTH.size))
    if length > messages.MAX_MESSAGE_BYTES:
        raise ValueError(f"a message of {length} bytes")
    return messages.unframe(await reader.readexactly(length))


class WorkerEngine:
    """
    Links to the worker at ``path``, and again whenever the link breaks. Make it on the running loop; ``close`` ends it.

    Every call raises ``EngineUnavailable`` while there is no link.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        retry_delays_s: tuple[float, ...] = RETRY_DELAYS_S,
        call_limit_s: float = CALL_LIMIT_S,
    ) -> None:
        self._path = str(path)
        self._retry_delays_s = retry_delays_s
        self._call_limit_s = call_limit_s
        self._listeners = Listeners()
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self._task = asyncio.get_running_loop().create_task(self._stay_linked(), name="media-link")

    # --- MediaEngine --------------------------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> Callable[[], None]:
        return self._listeners.add(listener)

    async def rooms(self) -> Mapping[MediaRoomId, tuple[MemberMedia, ...]]:
        return messages.rooms_from_wire(await self._call("rooms"))

    async def metrics(self) -> Figures:
        """Return what ``/metrics`` tells of this worker."""
        found: Figures = await self._call("metrics")
        return found

    async def open_room(self, room: MediaRoomId) -> None:
        await self._call("open_room", room=room)

    async def close_room(self, room: MediaRoomId) -> None:
        await self._call("close_room", room=room)

    async def connect(self, room: MediaRoomId, member: MemberId, *, sends: bool = True) -> Offer:
        return messages.offer_from_wire(await self._call("connect", room=room, member=member, sends=sends))

    async def accept(self, room: MediaRoomId, member: MemberId, sdp: str) -> Accepted:
        return messages.accepted_from_wire(await self._call("accept", room=room, member=member, sdp=sdp))

    async def answer(self, transport: TransportId, sdp: str) -> None:
        await self._call("answer", transport=transport, sdp=sdp)

    async def set_gates(self, room: MediaRoomId, member: MemberId, gates: frozenset[Source]) -> None:
        await self._call("set_gates", room=room, member=member, gates=sorted(gates))

    async def set_view(self, transport: TransportId, view: View) -> None:
        await self._call("set_view", transport=transport, view=messages.view_to_wire(view))

    async def set_downlink(self, transport: TransportId, bps: int) -> None:
        await self._call("set_downlink", transport=transport, bps=bps)

    async def disconnect(self, room: MediaRoomId, member: MemberId) -> None:
        await self._call("disconnect", room=room, member=member)

    async def start_tape(self, room: MediaRoomId, folder: str) -> None:
        await self._call("start_tape", room=room, folder=folder, within_s=DISK_LIMIT_S)

    async def set_tape(self, room: MediaRoomId, member: MemberId, sources: frozenset[Source]) -> None:
        await self._call("set_tape", room=room, member=member, sources=sorted(sources))

    async def stop_tape(self, room: MediaRoomId) -> None:
        await self._call("stop_tape", room=room, within_s=DISK_LIMIT_S)

    async def close(self) -> None:
        """End the link; the worker goes on with its rooms."""
        self._task.cancel()
        await asyncio.wait([self._task])
        self._unlink("closed")

    # --- link ---------------------------------------------------------------------------------------------------------

    async def _call(self, method: str, *, within_s: float = 0.0, **arguments: Any) -> Any:
        writer, limit_s = self._writer, max(within_s, self._call_limit_s)
        if writer is None:
            raise EngineUnavailable("there is no link to it")
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            writer.write(messages.frame({"call": number, "method": method, "arguments": arguments}))
            async with asyncio.timeout(limit_s):
                return await answer
        except TimeoutError:
            raise EngineUnavailable(f"it did not answer within {limit_s:g} s") from None
        finally:
            self._waiting.pop(number, None)

    async def _stay_linked(self) -> None:
        failures = 0
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path)
            except OSError:
                await asyncio.sleep(self._retry_delays_s[min(failures, len(self._retry_delays_s) - 1)])
                failures += 1
                continue
            failures = 0
            reason = "closed"
            try:
                hello = await read_message(reader)
                self._writer = writer
                self._listeners.ready(fresh=bool(hello["hello"]["fresh"]))
                while True:
                    self._receive(await read_message(reader))
            except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
                reason = f"the link broke: {type(error).__name__}"
            finally:
                writer.close()
                self._unlink(reason)
            await asyncio.sleep(self._retry_delays_s[0])

    def _unlink(self, reason: str) -> None:
        linked, self._writer = self._writer is not None, None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(EngineUnavailable(reason))
        if linked:
            log.warning("engine_lost", extra={"fields": {"reason": reason}})
            self._listeners.lost(reason)

    def _receive(self, message: Mapping[str, Any]) -> None:
        if "events" in message:
            for each in message["events"]:
                event: MediaEvent = messages.event_from_wire(each)
                if not isinstance(event, EngineReady | EngineLost):  # the link's own matter
                    self._listeners.tell(event)
            return
        answer = self._waiting.get(message["result"])
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(messages.error_from_wire(message))
        else:
            answer.set_result(message["value"])

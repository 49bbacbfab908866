"""
``/ws/check/<slug>``: the check of a computer before a session (docs/tenders.md, "Check").

The same people may open it as the room itself, whether or not a session goes on; they take no seat and see nobody.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ValidationError

from apps.api.socket import RoomSocket
from apps.readiness.check import Check
from apps.readiness.verdict import Findings, lines_of, verdict_of
from apps.service import RecordsNotice
from data import readiness
from data.ids import RoomId
from media_core.engine import Source
from media_core.errors import MediaError


class CheckSocket(RoomSocket):
    """One check. Messages: ``hello``, ``answer``, ``pad``, ``ping``, ``found``."""

    check: Check | None = None
    pads_bytes = 0
    PADS_MOST_BYTES = 8 * 1024 * 1024

    async def _take(self, values: dict[str, Any]) -> None:
        match values.get("type"):
            case "hello" if self.check is None:
                self._hello_timer.cancel()
                await self._begin()
            case "answer" if self.check is not None:
                await self._answer(str(values.get("sdp", "")))
            case "pad" if self.pads_bytes < self.PADS_MOST_BYTES:
                size_bytes = len(str(values.get("data", "")))
                self.pads_bytes += size_bytes
                self.send({"type": "got", "bytes": size_bytes})
            case "ping":
                self.send({"type": "pong", "at": values.get("at") if isinstance(values.get("at"), int) else None})
            case "found" if self.check is not None:
                await self._verdict(self.check, values)
            case _:
                self._refuse_message("bad_message")

    async def _begin(self) -> None:
        self.check = check = Check(self.parts.engine, self._changed)
        offer = await check.begin()
        if self.ended:
            await check.end()
        elif offer is None:
            self.send({"type": "no_media"})
        else:
            servers = self.parts.hub.ice_servers.of(check.member)
            self.send({"type": "offer", "transport": offer.transport, "sdp": offer.sdp, "ice_servers": servers})

    def _changed(self) -> None:
        """Tell what the server sees of the browser's media."""
        if self.check is not None and not self.ended:
            heard = Source.MICROPHONE in self.check.heard
            self.send({"type": "seen", "connected": self.check.connected, "microphone": heard})

    async def _answer(self, sdp: str) -> None:
        assert self.check is not None
        try:
            await self.check.answer(sdp)
        except MediaError:
            self._error("bad_description")

    async def _verdict(self, check: Check, values: dict[str, Any]) -> None:
        try:
            findings = Findings.model_validate(values)
        except ValidationError:
            return self._refuse_message("bad_message")
        if not check.connected:  # whatever the browser believes: nothing came through
            findings = findings.model_copy(update={"path": "none"})
        verdict, room = verdict_of(findings), RoomId(self.right.room.id)
        await self.parts.database.run(
            readiness.save,
            room_id=room,
            person_id=self.person,
            verdict=verdict,
            now=self.parts.clock(),
            **findings.model_dump(),
        )
        self.parts.hub.publish(RecordsNotice("readiness", (self.person,), room))
        lines = [{"tone": line.tone, "text": self.sentence(line.code)} for line in lines_of(findings)]
        self.send({"type": "verdict", "verdict": verdict, "title": self.sentence(f"check_{verdict}"), "lines": lines})
        await check.end()
        return None

    def _end(self, reason: Literal["closed", "lost"]) -> None:
        if not self.ended and self.check is not None:
            self.parts.sockets.spawn(self.check.end(), "check-end")
        super()._end(reason)

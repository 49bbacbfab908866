"""
``/api/v1/recordings…`` and ``/api/v1/sessions/<id>/archive``: recordings for programs, with how far they are (docs/recording.md).

Moderators reach those of their own rooms, administrators all; whatever is not theirs is the 404 of what does not exist.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import ValidationError

from apps.handlers import ApiHandler, Problem
from apps.live.state import Denied
from apps.live.wire import moment
from apps.planning.errors import Refused
from apps.recording import commands as cmd
from apps.recording.registrar import LEADERS, archive_seen, recording_seen, recordings_seen
from data.models import Account, Archive, Recording

Value = TypeVar("Value")

STATUS = {"forbidden": 403, "recording_unknown": 404, "session_still_open": 409, "cut_outside": 409}


class _Recordings(ApiHandler):
    VALUES_MAX_BYTES = 16 * 1024

    def require_leader(self) -> Account:
        account = self.require_account()
        if account.role not in LEADERS:
            raise Problem(403, "forbidden")
        return account

    async def carry_out(self, type_: str, **values: Any) -> dict[str, Any]:
        """Carry out a command for whoever asks. Raises ``Problem`` with the code of the refusal."""
        account = self.require_leader()
        try:
            command = cmd.archive_command_from({**values, "type": type_})
        except ValidationError as error:
            raise Problem(400, "bad_request") from error
        done = await self.parts.registrar.execute(account, command)
        if isinstance(done, Denied):
            raise Problem(STATUS.get(done.code, 409), done.code, **done.values)
        return dict(done.values)

    async def look(self, function: Callable[..., Value], *args: Any, **values: Any) -> Value:
        """Read something for whoever asks. Raises the 404 for what is not theirs."""
        try:
            return await self.parts.database.read(function, self.require_leader(), *args, **values)
        except Refused as refusal:
            raise Problem(STATUS.get(refusal.code, 409), refusal.code) from None

    async def answer_with(self, recording: str, *, status: int = 200) -> None:
        row, archive = await self.look(recording_seen, recording)
        self.json(self.line(row, archive), status=status)

    def line(self, row: Recording, archive: Archive) -> dict[str, Any]:
        """Return what a program is told of a recording."""
        return {
            "id": row.id,
            "session": row.session_id,
            "room": row.room_id,
            "number": row.number,
            "name": row.name,
            "takes": row.takes,
            "origin": row.origin,
            "begins_at": moment(row.begins_at),
            "ends_at": row.ends_at and moment(row.ends_at),
            "state": row.state,
            "progress": 1.0 if row.state == "ready" else round(row.progress, 3),
            "remaining_s": row.remaining_s if row.state == "processing" else None,
            "code": row.code,
            "duration_ms": row.duration_ms,
            "bytes": row.bytes,
            "sha256": row.sha256,
            "gaps_ms": row.gaps,
            "shared": row.shared,
            "released": row.released,
            "kept": archive.keep,
            "deleted_after": self.deleted_after(archive),
            "page": f"/recordings/{row.id}" if row.state == "ready" else None,
            "file": f"/recordings/{row.id}/file" if row.state == "ready" else None,
        }

    def deleted_after(self, archive: Archive) -> str | None:
        """Return from when on the sweep deletes it; ``None`` while the session is open, and for what is kept."""
        if archive.keep or archive.closed_at is None:
            return None
        return moment(archive.closed_at + timedelta(days=self.parts.settings.recording_days))


class RecordingList(_Recordings):
    """``?room=`` and ``?session=`` narrow it; the newest come first."""

    async def get(self) -> None:
        room, session = (self.get_query_argument(name, "") for name in ("room", "session"))
        rows = await self.look(recordings_seen, room_id=room, session_id=session)
        self.json({"recordings": [self.line(row, archive) for row, archive in rows]})


class RecordingItem(_Recordings):
    async def get(self, recording: str) -> None:
        await self.answer_with(recording)

    async def patch(self, recording: str) -> None:
        """``name`` and ``shared`` may be changed, and ``released`` (to the suppliers of the tender)."""
        values = self.values()
        if not values or values.keys() - {"name", "shared", "released"}:
            raise Problem(400, "bad_request")
        if "name" in values:
            await self.carry_out("name_recording", recording=recording, name=values["name"])
        if "shared" in values:
            await self.carry_out("share_recording", recording=recording, shared=values["shared"])
        if "released" in values:
            await self.carry_out("release_recording", recording=recording, released=values["released"])
        await self.answer_with(recording)

    async def delete(self, recording: str) -> None:
        await self.carry_out("delete_recording", recording=recording)
        self.set_status(204)


class RecordingRetry(_Recordings):
    async def post(self, recording: str) -> None:
        await self.carry_out("retry_recording", recording=recording)
        await self.answer_with(recording)


class ArchiveItem(_Recordings):
    """All that was recorded of a session."""

    async def get(self, session: str) -> None:
        archive = await self.look(archive_seen, session)
        self.json(
            {
                "session": archive.session_id,
                "room": archive.room_id,
                "state": archive.state,
                "begun_at": moment(archive.begun_at),
                "closed_at": archive.closed_at and moment(archive.closed_at),
                "files": archive.files,
                "bytes": archive.bytes,
                "kept": archive.keep,
                "deleted_after": self.deleted_after(archive),
            }
        )

    async def patch(self, session: str) -> None:
        """``kept`` may be changed."""
        values = self.values()
        if values.keys() != {"kept"}:
            raise Problem(400, "bad_request")
        await self.carry_out("keep_archive", session=session, keep=values["kept"])
        await self.get(session)

    async def delete(self, session: str) -> None:
        await self.carry_out("delete_archive", session=session)
        self.set_status(204)


class ArchiveCut(_Recordings):
    async def post(self, session: str) -> None:
        """Cut a new recording: ``from_ms`` and ``to_ms`` since the opening of the session, ``name``, ``takes``."""
        values = self.values()
        wanted = {key: values[key] for key in ("name", "takes", "from_ms", "to_ms") if key in values}
        made = await self.carry_out("cut_recording", session=session, **wanted)
        await self.answer_with(made["recording"], status=201)


def routes() -> list[tuple[str, type[ApiHandler]]]:
    """Return the addresses with their handlers; each handler takes ``parts``."""
    recording, session = "/api/v1/recordings/(rc_[0-9a-f]{1,40})", "/api/v1/sessions/(se_[0-9a-f]{1,40})"
    return [
        ("/api/v1/recordings", RecordingList),
        (recording, RecordingItem),
        (f"{recording}/retry", RecordingRetry),
        (f"{session}/archive", ArchiveItem),
        (f"{session}/recordings", ArchiveCut),
    ]

"""``/recordings/<id>``: a recording in the browser, for those who may watch it. Its file comes in byte ranges, checked at each request."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from apps.byte_ranges import RangedFile
from apps.handlers import Handler, PageHandler, Problem
from apps.i18n import translate
from apps.live.commands_recording import NAME_MAX_CHARACTERS
from apps.portal.room_texts import moment_text
from apps.recording.places import recording_file
from apps.recording.watching import Seen, find_seen, missed, room_slug, transcript
from data.models import Recording

TYPES = {".mp4": "video/mp4", ".m4a": "audio/mp4"}
_UNSAFE = re.compile(r"[^\w .-]+")


class _Watching(Handler):
    async def seen(self, recording: str) -> Seen:
        """Return the recording that this browser may watch; else the one 404 that an unknown id gets too."""
        slug = await self.parts.database.read(room_slug, recording_id=recording)
        held = [self.room_secret(slug) if slug else "", self.account_secret]
        found = await self.parts.database.read(find_seen, recording_id=recording, secrets=held, now=self.parts.clock())
        if found is None:
            raise Problem(404, "not_found")
        self.prefer_language(found.language)
        return found


class RecordingPage(PageHandler, _Watching):
    async def get(self, recording: str) -> None:
        found = await self.seen(recording)
        row = found.recording
        say = partial(translate, self.language)
        entries = await self.parts.database.read(transcript, row, say=say, leads=found.leads)
        gone = await self.parts.database.read(missed, row, found.seat) if found.seat else []
        closed_at = found.archive.closed_at or row.begins_at
        days = timedelta(days=self.parts.settings.recording_days)
        self.page(
            "recording.html",
            recording=row,
            room=found.room,
            name=name_of(row, say),
            begins_text=moment_text(row.begins_at, found.room.zone, self.language),
            ends_text="" if found.archive.keep else moment_text(closed_at + days, found.room.zone, self.language),
            gaps=[tuple(clock(moment) for moment in gap) for gap in row.gaps],
            missed=[(begin, end, clock(begin), clock(end)) for begin, end in gone],
            size_mb=max(1, round(row.bytes / 1e6)),
            values={"entries": entries},
            leads=found.leads,
            tender=found.tender,
            name_max=NAME_MAX_CHARACTERS,
        )


class RecordingName(_Watching):
    """A moderator gives the recording a name; an empty one is shown as a number."""

    async def post(self, recording: str) -> None:
        found = await self.seen(recording)
        if not found.leads:
            raise Problem(404, "not_found")
        await self.parts.registrar.rename(
            found.recording.id, self.text("name")[:NAME_MAX_CHARACTERS], actor=found.actor
        )
        self.redirect(f"/recordings/{found.recording.id}", status=303)


class RecordingFile(RangedFile, _Watching):
    """With ``?download`` the browser saves it."""

    async def get(self, recording: str) -> None:
        found = await self.seen(recording)
        row = found.recording
        file = recording_file(self.parts.settings.home, row.session_id, row.file)
        saved = self.get_query_argument("download", None) is not None
        try:
            if saved and not await self.parts.archivist.is_unchanged(row):
                raise Problem(409, "recording_changed")
            await self._send_file(found, file, saved=saved)
        except OSError:
            raise Problem(404, "not_found") from None

    async def _send_file(self, found: Seen, file: Path, *, saved: bool) -> None:
        row = found.recording
        self.set_header("Content-Type", TYPES[file.suffix])
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        self.set_header("ETag", f'"{row.sha256}"')
        if saved:
            name = _UNSAFE.sub("_", f"{found.room.title} {row.name or row.number}").strip()[:100]
            ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
            self.set_header("Content-Disposition", f'attachment; filename="{ascii_name}{file.suffix}"')
        await self.send_ranged(file)


def name_of(row: Recording, _: Any) -> str:
    return row.name or str(_("Recording {number}", number=row.number))


def clock(moment_ms: int) -> str:
    seconds = moment_ms // 1000
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

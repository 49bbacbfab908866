"""
``Archivist``: looks after what was recorded, in the web process.

It settles archives whose session has ended, has recordings put together, deletes what is past its days, and watches the disk. Each step can be cut
off anywhere and is done again at the next look; nothing here waits for a person or another machine.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from apps.live.events_recording import Segment
from apps.live.hub import Hub
from apps.live.room_tape import segments_of
from apps.recording import bookkeeping, erasing, places
from apps.recording.spool import Spool
from apps.service import RecordsNotice
from apps.settings import Settings
from data import recordings
from data.database import Database
from data.ids import RoomId
from data.models import Archive, Recording
from media_core.tape.files import recover, sha256_of

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
SWEEP_EVERY_S = 600.0
DISK_EVERY_S = 10.0
ATTEMPTS = 3


class Archivist:
    """Use it as ``async with``; ``clock`` returns the present moment, aware."""

    def __init__(self, database: Database, hub: Hub, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._database, self._hub, self._settings, self._clock = database, hub, settings, clock
        self._home = settings.home
        self._spool = Spool.of(settings.home)
        self._told: dict[str, tuple[float, int | None]] = {}
        self._checked: dict[Path, tuple[int, int, str]] = {}
        self._one_at_a_time = asyncio.Lock()
        """What a person deletes is not put together again by a look that began before."""
        self._one_look_at_the_disk = asyncio.Lock()
        """What was measured is done before it is measured again: an older answer that comes late stops no tape."""
        self.disk_pct = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Archivist:
        self._task = asyncio.create_task(self._run(), name="archivist")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        swept_s = watched_s = -1e9
        loop = asyncio.get_running_loop()
        while True:
            for due, work in (
                (True, self.look),
                (loop.time() - watched_s >= DISK_EVERY_S, self.watch_disk),
                (loop.time() - swept_s >= SWEEP_EVERY_S, self.sweep),
            ):
                if not due:
                    continue
                watched_s = loop.time() if work == self.watch_disk else watched_s
                swept_s = loop.time() if work == self.sweep else swept_s
                try:
                    await work()
                except Exception:
                    log.exception("archivist_failed", extra={"fields": {"work": work.__name__}})
            await asyncio.sleep(LOOK_EVERY_S)

    # --- settling and composing ---------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Settle what ended, hand over what is due, take what is done."""
        live = {line["session"] for line in self._hub.live_rooms()}
        for archive in await self._database.read(recordings.archives, states=("capturing",), closed=True):
            if archive.session_id not in live:
                async with self._one_at_a_time:
                    await self._settle(archive)
        for recording in await self._database.read(recordings.due):
            async with self._one_at_a_time:
                still = await self._database.read(recordings.due, recording_id=recording.id)
                for each in still:
                    await self._attend(each)

    async def _settle(self, archive: Archive) -> None:
        """Close what a dead worker left open, and see that every segment's hash is in the log."""
        kept = await self._hub.engine_rooms()
        if kept is None or archive.session_id in kept:
            return  # its tape may still be written
        folder = places.tape_folder(self._home, archive.session_id)

        def work() -> list[Segment]:
            if folder.is_dir():
                recover(folder)
            return segments_of(folder)

        found = await asyncio.to_thread(work)
        await self._database.run(bookkeeping.settle, archive.session_id, found=found, now=self._clock())
        self._tell(archive.session_id, archive.room_id)

    async def _attend(self, recording: Recording) -> None:
        if recording.state == "captured":
            await self._hand_over(recording)
            return
        result = self._spool.result(recording.id)
        if result is not None:
            await self._take(recording, result)
        elif self._spool.job(recording.id) is None:
            await self._hand_over(recording)
        else:
            await self._tell_progress(recording)

    async def _hand_over(self, recording: Recording) -> None:
        values = await self._database.read(bookkeeping.job_of, recording, self._home)
        await asyncio.to_thread(self._spool.put, recording.id, values)
        await self._change(recording, state="processing", progress=0.0, remaining_s=None)

    async def _tell_progress(self, recording: Recording) -> None:
        found = self._spool.progress(recording.id) or {}
        values = (float(found.get("progress") or 0.0), found.get("remaining_s"))
        if values != self._told.get(recording.id):
            self._told[recording.id] = values
            await self._change(recording, progress=values[0], remaining_s=values[1])

    async def _take(self, recording: Recording, result: dict[str, Any]) -> None:
        """Take a finished job: the file is checked before anybody is told."""
        file = places.recording_file(self._home, recording.session_id, str(result.get("file", "")))
        whole = "sha256" in result and await asyncio.to_thread(is_whole, file, str(result["sha256"]))
        if whole:
            await self._database.run(bookkeeping.make_ready, recording, result, now=self._clock())
            await asyncio.to_thread(
                shutil.rmtree, places.work_folder(self._home, recording.session_id, recording.id), ignore_errors=True
            )
        elif recording.attempts + 1 < ATTEMPTS:
            await self._database.run(
                recordings.change, recording_id=recording.id, state="captured", attempts=recording.attempts + 1
            )
        else:
            code = str(result.get("code") or "failed")
            await self._database.run(recordings.change, recording_id=recording.id, state="failed", code=code)
        await asyncio.to_thread(self._spool.take_back, recording.id)
        self._told.pop(recording.id, None)
        self._tell(recording.session_id, recording.room_id)

    async def _change(self, recording: Recording, **values: object) -> None:
        await self._database.run(recordings.change, recording_id=recording.id, **values)
        self._tell(recording.session_id, recording.room_id)

    async def is_unchanged(self, recording: Recording) -> bool:
        """Tell whether a file is still what was made (AB-53); each version of it on the disk is read once."""
        file = places.recording_file(self._home, recording.session_id, recording.file)

        def look() -> bool:
            found = file.stat()
            version = found.st_mtime_ns, found.st_size, recording.sha256
            if self._checked.get(file) != version and not is_whole(file, recording.sha256):
                return False
            self._checked[file] = version
            return True

        if await asyncio.to_thread(look):
            return True
        log.error("recording_changed", extra={"fields": {"recording": recording.id}})
        return False

    # --- deleting -----------------------------------------------------------------------------------------------------

    async def sweep(self) -> None:
        """Delete the archives that are past their days, and those whose deletion was cut off."""
        days = self._settings.recording_days
        for archive in await self._database.read(recordings.expired, now=self._clock(), days=days):
            await self.delete(archive.session_id, archive.room_id, "expired")
        for archive, members in await self._database.read(recordings.with_erased_people):
            async with self._one_at_a_time:
                await self._erase(archive, members)
        await asyncio.to_thread(self._clear_leftovers, set(await self._database.read(bookkeeping.buried_sessions)))

    async def delete(self, session: str, room: str, reason: str) -> None:
        """Delete every trace of a session's recording: first the mark, then the files, then the tombstone."""
        async with self._one_at_a_time:
            await self._delete(session, room, reason)

    async def _delete(self, session: str, room: str, reason: str) -> None:
        await self._database.run(recordings.expire_archive, session_id=session, reason=reason)
        of_it = await self._database.read(recordings.of_session, session_id=session)
        folder = places.session_folder(self._home, session)
        bytes_ = await asyncio.to_thread(delete_folder, folder, [self._spool.folder / each.id for each in of_it])
        await self._database.run(bookkeeping.bury, session, bytes_=bytes_, now=self._clock())
        log.info("archive_deleted", extra={"fields": {"session": session, "reason": reason}})
        self._tell(session, room)

    async def delete_recording(self, recording: Recording) -> None:
        """Delete one file; the archive it was made from stays until its own end."""
        async with self._one_at_a_time:
            await self._delete_recording(recording)

    async def _delete_recording(self, recording: Recording) -> None:
        await asyncio.to_thread(
            erasing.delete_traces, self._home, recording.session_id, [recording.id], (), self._spool
        )
        await self._database.run(bookkeeping.bury_recording, recording.id, now=self._clock())
        self._tell(recording.session_id, recording.room_id)

    async def _erase(self, archive: Archive, members: list[str]) -> None:
        """Take people who were erased out of a session's recordings; nothing to do where that was done before."""
        session = archive.session_id
        tape = places.tape_folder(self._home, session)
        files = await asyncio.to_thread(erasing.segments_of_members, tape, members)
        if not files:
            return
        again = await self._database.run(erasing.note_erased, session, members=members, files=files, now=self._clock())
        made = [row.id for row in again]
        await asyncio.to_thread(erasing.delete_traces, self._home, session, made, files, self._spool)
        log.info("people_erased", extra={"fields": {"session": session, "people": len(members), "files": len(files)}})
        self._tell(session, archive.room_id)

    def _clear_leftovers(self, buried: set[str]) -> None:
        """Remove folders of sessions whose tombstone stands: a work that was running may have made them again."""
        root = self._home / places.FOLDER
        for folder in root.glob("se_*") if root.is_dir() else ():
            if folder.name in buried:
                shutil.rmtree(folder, ignore_errors=True)

    # --- the disk -----------------------------------------------------------------------------------------------------

    async def watch_disk(self) -> None:
        """Close the tapes before the disk is full, and open them again when there is space."""
        async with self._one_look_at_the_disk:
            await self._watch_disk()

    async def _watch_disk(self) -> None:
        usage = await asyncio.to_thread(shutil.disk_usage, self._home)
        before, self.disk_pct = self.disk_pct, 100 * (1 - usage.free / usage.total)
        if self.disk_pct >= self._settings.disk_warn_pct > before:
            log.error("disk_almost_full", extra={"fields": {"used_pct": round(self.disk_pct, 1)}})
        await self._hub.hold_tapes(self.disk_pct >= self._settings.disk_stop_pct)

    def _tell(self, session: str, room: str) -> None:
        self._hub.publish(RecordsNotice("recording", (session,), RoomId(room)))


# --- files ----------------------------------------------------------------------------------------------------------------


def is_whole(file: Path, sha256: str) -> bool:
    """Tell whether a finished file is there and is what it was made as."""
    try:
        return file.stat().st_size > 0 and sha256_of(file) == sha256
    except OSError:
        return False


def delete_folder(folder: Path, others: Sequence[Path]) -> int:
    """Delete folders with all that is in them; return how many bytes the first held."""
    bytes_ = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else 0
    for each in (*others, folder):
        if each.exists():
            shutil.rmtree(each)
    return bytes_

"""``Registrar``: carries out the commands about recordings. Moderators reach those of their own rooms, administrators all; the rest does not exist."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apps.live.events import LiveEvent, payload_of
from apps.live.events_archive import RecordingNamed, RecordingReleased
from apps.live.events_recording import ArchiveKept, RecordingCut
from apps.live.state import Denied
from apps.live.wire import moment
from apps.planning.errors import Refused
from apps.recording import commands as cmd
from apps.recording.archivist import Archivist
from apps.service import Done, RecordsNotice
from data import event_log, recordings, rooms, sessions
from data.database import Database
from data.errors import NotFound
from data.ids import RecordingId, RoomId, SessionId, new_id
from data.models import Account, Archive, Recording

if TYPE_CHECKING:
    from sqlmodel import Session as Transaction

LEAST_MS = 1000
LEADERS = ("administrator", "moderator")


class Registrar:
    def __init__(
        self,
        database: Database,
        archivist: Archivist,
        clock: Callable[[], datetime],
        publish: Callable[[RecordsNotice], None],
    ) -> None:
        self._database, self._archivist, self._clock, self._publish = database, archivist, clock, publish

    async def execute(self, account: Account, command: cmd.ArchiveCommand) -> Done | Denied:
        """Carry out a command for an account that was just looked up; a refusal is a value, and has changed nothing."""
        if account.disabled_at is not None or account.role not in LEADERS:
            return Denied("forbidden")
        try:
            return await self._execute(account, command)
        except Refused as refusal:
            return refusal.denied

    async def _execute(self, account: Account, command: cmd.ArchiveCommand) -> Done:
        now = self._clock()
        match command:
            case cmd.KeepArchive():
                archive = await self._database.run(keep, account, command, now=now)
                self._tell(archive.session_id, archive.room_id)
            case cmd.CutRecording():
                made = await self._database.run(cut, account, command, now=now)
                self._tell(made.session_id, made.room_id)
                return Done({"recording": made.id})
            case cmd.DeleteArchive():
                archive = await self._database.read(archive_of, account, command.session)
                await self._archivist.delete(archive.session_id, archive.room_id, "moderator")
            case cmd.DeleteRecording():
                row = await self._database.read(recording_of, account, command.recording)
                await self._archivist.delete_recording(row)
            case cmd.NameRecording() | cmd.ReleaseRecording() | cmd.ShareRecording() | cmd.RetryRecording():
                row = await self._database.run(change, account, command, now=now)
                self._tell(row.session_id, row.room_id)
        return Done()

    async def rename(self, recording: str, name: str, *, actor: str) -> None:
        """Name a recording for somebody who leads its room, as the log calls them; the caller has made sure of that."""
        row = await self._database.run(named, recording, name, actor=actor, now=self._clock())
        self._tell(row.session_id, row.room_id)

    def _tell(self, session: str, room: str) -> None:
        self._publish(RecordsNotice("recording", (session,), RoomId(room)))


def reaches(session: Transaction, account: Account, room_id: str) -> bool:
    room = rooms.get(session, room_id=room_id)
    return room is not None and (account.role == "administrator" or room.owner_id == account.id)


def archive_seen(session: Transaction, account: Account, session_id: str) -> Archive:
    """Return the archive of a session that an account may see, open or closed. Raises ``Refused``."""
    found = recordings.archive(session, session_id=session_id)
    if found is None or found.state in ("expiring", "deleted") or not reaches(session, account, found.room_id):
        raise Refused("recording_unknown")
    return found


def archive_of(session: Transaction, account: Account, session_id: str) -> Archive:
    """Return the archive of a closed session. Raises ``Refused``."""
    found = archive_seen(session, account, session_id)
    if found.state != "captured":
        raise Refused("session_still_open")
    return found


def recording_seen(session: Transaction, account: Account, recording_id: str) -> tuple[Recording, Archive]:
    """Return a recording that an account may see, and the archive that it is made from. Raises ``Refused``."""
    try:
        found = recordings.get(session, recording_id=recording_id)
    except NotFound:
        raise Refused("recording_unknown") from None
    if found.state == "deleted":
        raise Refused("recording_unknown")
    return found, archive_seen(session, account, found.session_id)


def recording_of(session: Transaction, account: Account, recording_id: str) -> Recording:
    """Return a recording of a closed session. Raises ``Refused``."""
    found, archive = recording_seen(session, account, recording_id)
    if archive.state != "captured":
        raise Refused("session_still_open")
    return found


def recordings_seen(
    session: Transaction, account: Account, *, room_id: str = "", session_id: str = ""
) -> list[tuple[Recording, Archive]]:
    """Return the recordings that an account may see with their archives, the newest first; of one room or session if it is given."""
    owner_id = None if account.role == "administrator" else account.id
    own = [
        room.id for archived in (False, True) for room in rooms.list_for(session, owner_id=owner_id, archived=archived)
    ]
    rows = recordings.of_rooms(session, room_ids=[room for room in own if room_id in ("", room)])
    archives = {one.session_id: one for one in recordings.archives(session, states=("capturing", "captured"))}
    return [
        (row, archives[row.session_id])
        for row in rows
        if row.session_id in archives and session_id in ("", row.session_id)
    ]


def keep(session: Transaction, account: Account, command: cmd.KeepArchive, *, now: datetime) -> Archive:
    archive = archive_of(session, account, command.session)
    if recordings.keep_archive(session, session_id=archive.session_id, keep=command.keep):
        _log(session, archive.session_id, account, now, ArchiveKept(kept=command.keep))
    return archive


def cut(session: Transaction, account: Account, command: cmd.CutRecording, *, now: datetime) -> Recording:
    """Add a recording of a part; the archivist has it put together."""
    archive = archive_of(session, account, command.session)
    opened_at = sessions.get(session, session_id=SessionId(archive.session_id)).opened_at
    begins_at = opened_at + timedelta(milliseconds=command.from_ms)
    ends_at = opened_at + timedelta(milliseconds=command.to_ms)
    closed_at = archive.closed_at or now
    if command.to_ms - command.from_ms < LEAST_MS or ends_at > closed_at + timedelta(seconds=1):
        raise Refused("cut_outside")
    recording = RecordingId(new_id("rc"))
    made = recordings.add(
        session,
        recording_id=recording,
        session_id=archive.session_id,
        room_id=archive.room_id,
        name=command.name,
        takes=command.takes,
        origin="cut",
        begins_at=begins_at,
        ends_at=min(ends_at, closed_at),
        now=now,
    )
    event = RecordingCut(
        recording=recording,
        name=command.name,
        takes=command.takes,
        begins_at=moment(made.begins_at),
        ends_at=moment(made.ends_at or ends_at),
    )
    _log(session, archive.session_id, account, now, event)
    return made


Change = cmd.NameRecording | cmd.ReleaseRecording | cmd.ShareRecording | cmd.RetryRecording


def change(session: Transaction, account: Account, command: Change, *, now: datetime) -> Recording:
    found = recording_of(session, account, command.recording)
    match command:
        case cmd.NameRecording():
            return named(session, found.id, command.name, actor=f"account:{account.id}", now=now)
        case cmd.ReleaseRecording():
            return release(session, found, account, released=command.released, now=now)
        case cmd.ShareRecording():
            return recordings.change(session, recording_id=found.id, shared=command.shared)
    if found.state != "failed":
        return found
    return recordings.change(session, recording_id=found.id, state="captured", attempts=0, code="")


def named(session: Transaction, recording_id: str, name: str, *, actor: str, now: datetime) -> Recording:
    """Give a recording another name, which is an event of its session."""
    found = recordings.get(session, recording_id=recording_id)
    if found.name != name:
        event = RecordingNamed(recording=RecordingId(found.id), name=name)
        _append(session, found.session_id, actor, now, event)
    return recordings.change(session, recording_id=found.id, name=name)


def release(session: Transaction, found: Recording, account: Account, *, released: bool, now: datetime) -> Recording:
    """Let a tender's suppliers watch a recording, or no longer; never one of a reserved part. Raises ``Refused``."""
    room = rooms.get(session, room_id=found.room_id)
    if room is None or room.kind != "tender":
        raise Refused("not_a_tender")
    if found.reserved:
        raise Refused("recording_reserved")
    if found.released is not released:
        _log(
            session,
            found.session_id,
            account,
            now,
            RecordingReleased(recording=RecordingId(found.id), released=released),
        )
    return recordings.change(session, recording_id=found.id, released=released)


def _log(session: Transaction, session_id: str, account: Account, now: datetime, event: LiveEvent) -> None:
    _append(session, session_id, f"account:{account.id}", now, event)


def _append(session: Transaction, session_id: str, actor: str, now: datetime, event: LiveEvent) -> None:
    event_log.append(session, SessionId(session_id), now, [event_log.NewEvent(event.type, actor, payload_of(event))])

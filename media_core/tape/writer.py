"""
Writing the tape: packets are noted on the loop, and written by a thread.

A publisher holds a ``TapeTrack`` and appends to its ``pending`` list: that is all a packet costs on its way. Each ``FLUSH_S`` the lists are
taken and handed to one thread, which packs, writes and syncs them. A disk that is slow or full is nobody's problem but the tape's.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from media_core.engine import MediaEvent, SegmentClosed, Source, TapeLight, TapeState, TrackRef
from media_core.ids import MediaRoomId, MemberId
from media_core.publisher import Packet, Publisher, SenderClock
from media_core.tape import format as fmt
from media_core.tape.files import ClosedSegment, SegmentFile, recover

log = logging.getLogger(__name__)

FLUSH_S = 0.5
"""How often packets go to the files: what a killed process loses at most."""
SYNC_S = 1.0
"""How often files go to the disk; with the flush below the 2 s that a power cut may cost."""
SEGMENT_S = 60.0
MAX_PENDING_PACKETS = 100_000
"""About half a minute of twenty pictures while the disk does not answer; what comes on top is lost, and said so."""
LAYER_GONE_S = 1.0
"""A simulcast layer without packets for this long is not sent at the moment."""
FRESH_S = 1.5
"""A track's light is on while its newest packet was written no longer ago than this, less the flush."""


@dataclass(slots=True, eq=False)
class TapeTrack:
    """One publisher on the tape. ``pending`` is filled on the loop and taken as a whole; the rest is the thread's."""

    ref: TrackRef
    stream: str
    clock_rate_hz: int
    pending: list[tuple[float, Packet | SenderClock]] = field(default_factory=list)
    written_s: float = -1e9
    """Arrival of the newest packet that is in the file."""
    ended: bool = False
    lit: bool | None = None
    file: SegmentFile | None = None
    anchor_s: float = 0.0

    def clock(self, clock: SenderClock, now_s: float) -> None:
        self.pending.append((now_s, clock))


@dataclass(frozen=True, slots=True)
class _Outcome:
    closed: list[ClosedSegment]
    written: dict[TapeTrack, float]
    problem: str


class RoomTape:
    """The tape of one room. ``start`` and ``stop`` are the engine's; ``follow`` is called by the room whenever its tracks change."""

    def __init__(
        self,
        room: MediaRoomId,
        folder: Path,
        *,
        writer: ThreadPoolExecutor,
        emit: Callable[[MediaEvent], None],
        now: Callable[[], float],
    ) -> None:
        self.room, self.folder = room, folder
        self.allowed: dict[MemberId, frozenset[Source]] = {}
        self._writer, self._emit, self._now = writer, emit, now
        self._loop = asyncio.get_running_loop()
        self._tracks: dict[Publisher, TapeTrack] = {}
        self._ending: list[TapeTrack] = []
        self._busy: Future[_Outcome] | None = None
        self._flushed_s = self._rotated_s = self._synced_s = now()
        self._wall_offset_ns = time.time_ns() - int(now() * 1e9)
        self._problem: str | None = None
        self._closing = False

    # --- on the loop --------------------------------------------------------------------------------------------------

    def allow(self, member: MemberId, sources: frozenset[Source]) -> None:
        """Let these sources of somebody onto the tape; the room calls ``follow`` after it."""
        self.allowed[member] = sources

    def follow(self, publishers: Mapping[TrackRef, Publisher]) -> None:
        """Write the open tracks that may be written, and no others."""
        now_s = self._now()
        allowed = [each for ref, each in publishers.items() if ref.source in self.allowed.get(ref.member, frozenset())]
        wanted = {_best_layer(lead, now_s): lead for lead in allowed}
        for publisher in self._tracks.keys() - wanted.keys():
            self._end(publisher)
        for publisher in wanted:
            if publisher not in self._tracks:
                self._tracks[publisher] = TapeTrack(publisher.track, secrets.token_hex(6), publisher.clock_rate_hz)
                if not publisher.audio:
                    publisher.want_keyframe(now_s)  # what comes before one shows nothing
            publisher.tape = self._tracks[publisher]

    def _end(self, publisher: Publisher) -> None:
        track = self._tracks.pop(publisher)
        publisher.tape = None
        track.ended = True
        self._ending.append(track)

    def tick(self, now_s: float, publishers: Mapping[TrackRef, Publisher]) -> None:
        """Hand over what has come; call it a few times a second."""
        if any(_best_layer(each.lead, now_s) is not each for each in self._tracks):
            self.follow(publishers)
        if now_s - self._flushed_s >= FLUSH_S - 0.05:
            self._flush(now_s)
        self._tell_lights(now_s, publishers)

    def _flush(self, now_s: float) -> None:
        if self._busy is not None and not self._busy.done():
            self._shed()
            return
        rotate = now_s - self._rotated_s >= SEGMENT_S
        sync = now_s - self._synced_s >= SYNC_S - 0.05
        self._flushed_s = now_s
        if rotate:
            self._rotated_s, self._wall_offset_ns = now_s, time.time_ns() - int(now_s * 1e9)
            for publisher in self._tracks:
                if not publisher.audio:
                    publisher.want_keyframe(now_s)  # each segment can be shown from its beginning
        self._synced_s = now_s if sync else self._synced_s
        self._busy = self._writer.submit(self._write, self._take(), rotate, sync)
        self._busy.add_done_callback(self._hand_back)

    def _take(self) -> list[tuple[TapeTrack, list[tuple[float, Packet | SenderClock]]]]:
        taken = []
        for track in [*self._tracks.values(), *self._ending]:
            pending, track.pending = track.pending, []
            taken.append((track, pending))
        self._ending.clear()
        return taken

    def _shed(self) -> None:
        """Lose the oldest packets of a disk that has not answered for very long."""
        for track in self._tracks.values():
            if len(track.pending) > MAX_PENDING_PACKETS:
                log.error("tape_overrun", extra={"fields": {"room": self.room, "track": asdict(track.ref)}})
                del track.pending[: MAX_PENDING_PACKETS // 2]

    def _hand_back(self, future: Future[_Outcome]) -> None:
        """Called in the thread: the loop is told."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._written, future)

    def _written(self, future: Future[_Outcome]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            log.error("tape_failed", exc_info=error)
            self._tell_state("failed")
            return
        outcome = future.result()
        for track, newest_s in outcome.written.items():
            track.written_s = max(track.written_s, newest_s)
        for closed in outcome.closed:
            self._emit(told(self.room, closed))
        self._tell_state(outcome.problem)

    def _tell_state(self, problem: str) -> None:
        if problem != self._problem and not (self._closing and not problem):
            self._problem = problem
            self._emit(TapeState(self.room, not problem, problem))

    def _tell_lights(self, now_s: float, publishers: Mapping[TrackRef, Publisher]) -> None:
        """Say of each track that flows whether it reaches the tape."""
        for publisher in publishers.values():
            if not publisher.flowing:
                publisher.tape_lit = None
                continue
            track = _best_layer(publisher, now_s).tape
            begun = track is not None and track.written_s < 0 and publisher.tape_lit is None
            lit = track is not None and publisher.newest_packet_s - track.written_s < FRESH_S
            if lit is not publisher.tape_lit and not begun:
                publisher.tape_lit = lit
                self._emit(TapeLight(self.room, publisher.track, lit))

    async def recover(self) -> list[ClosedSegment]:
        """Take up what a dead process left here; call it before anything is written."""

        def work() -> list[ClosedSegment]:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return recover(self.folder)

        return await asyncio.wrap_future(self._writer.submit(work))

    async def stop(self) -> None:
        """Write what is left and close every segment; when this returns they are on the disk, and told."""
        self._closing = True
        for publisher in tuple(self._tracks):
            self._end(publisher)
        all_told = asyncio.Event()

        def hand_back(future: Future[_Outcome]) -> None:
            self._hand_back(future)
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(all_told.set)

        self._writer.submit(self._write, self._take(), True, True).add_done_callback(hand_back)
        await all_told.wait()

    # --- in the thread ------------------------------------------------------------------------------------------------

    def _write(
        self, taken: list[tuple[TapeTrack, list[tuple[float, Packet | SenderClock]]]], rotate: bool, sync: bool
    ) -> _Outcome:
        closed: list[ClosedSegment] = []
        written: dict[TapeTrack, float] = {}
        problem = ""
        for track, pending in taken:
            for work in (
                partial(self._note_written, track, pending, written),
                partial(self._end_block, track, closed, rotate, sync),
            ):
                try:
                    work()  # what cannot be written on a full disk can still be closed there
                except OSError as error:
                    problem = (
                        "disk_full" if error.errno in (28, 122) else os.strerror(error.errno or 5)
                    )  # ENOSPC, EDQUOT
                    log.error("tape_write_failed", extra={"fields": {"room": self.room, "error": problem}})
        return _Outcome(closed, written, problem)

    def _note_written(
        self, track: TapeTrack, pending: list[tuple[float, Packet | SenderClock]], written: dict[TapeTrack, float]
    ) -> None:
        if pending:
            written[track] = self._write_track(track, pending)

    def _end_block(self, track: TapeTrack, closed: list[ClosedSegment], rotate: bool, sync: bool) -> None:
        if track.file is None:
            return
        if rotate or track.ended:
            closed.append(track.file.close())
            track.file = None
        elif sync:
            track.file.sync()

    def _write_track(self, track: TapeTrack, pending: list[tuple[float, Packet | SenderClock]]) -> float:
        if track.file is None:
            track.anchor_s = pending[0][0]
            track.file = self._new_file(track)
        anchor_s, parts, packets = track.anchor_s, [], 0
        first_s = last_s = None
        for at_s, item in pending:
            if isinstance(item, SenderClock):
                parts.append(fmt.clock_record(at_s - anchor_s, item.ntp_s, item.rtp_timestamp))
                continue
            parts += fmt.packet_record(
                at_s - anchor_s, item.second_byte, item.sequence_number, item.timestamp, item.payload
            )
            packets += 1
            first_s, last_s = (at_s if first_s is None else first_s), at_s
        last = pending[-1][0] if last_s is None else last_s
        track.file.write(
            b"".join(parts),
            packets=packets,
            first_s=(pending[0][0] if first_s is None else first_s) - anchor_s,
            last_s=last - anchor_s,
        )
        return last

    def _new_file(self, track: TapeTrack) -> SegmentFile:
        wall_ns = self._wall_offset_ns + int(track.anchor_s * 1e9)
        head = fmt.SegmentHead(
            self.room, track.ref.member, track.ref.source, track.stream, track.clock_rate_hz, wall_ns
        )
        name = f"{wall_ns // 1_000_000}-{secrets.token_hex(6)}"
        return SegmentFile(self.folder, name, head)


def _best_layer(lead: Publisher, now_s: float) -> Publisher:
    """Return the best simulcast layer that flows: a browser short of bandwidth ceases to send the best one."""
    for layer in reversed(lead.layers.values()):
        if now_s - layer.last_packet_s < LAYER_GONE_S:
            return layer
    return lead


def told(room: MediaRoomId, closed: ClosedSegment) -> SegmentClosed:
    """Return the event of a closed segment."""
    return SegmentClosed(
        room,
        TrackRef(MemberId(closed.member), Source(closed.source)),
        closed.file,
        closed.start_ns,
        closed.end_ns,
        closed.packets,
        closed.bytes,
        closed.sha256,
        closed.recovered,
    )

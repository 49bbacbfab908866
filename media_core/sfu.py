"""All rooms of one process: one media port, one certificate, one forwarder, and the timers."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from media_core.engine import Accepted, MediaConfig, MediaEvent, MemberMedia, Offer, Source, View
from media_core.errors import TapeUnavailable, UnknownMediaRoom, UnknownTransport
from media_core.figures import Ended, Figures, LoopLag, figures_of
from media_core.forwarding import Forwarder
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.limits import DEFAULT_LIMITS, Limits
from media_core.reports import NtpClock, Reports
from media_core.room import Room
from media_core.roster import Roster
from media_core.rtp.window import Window
from media_core.tape.writer import RoomTape, told
from media_core.transport import Parts, Transport
from media_core.webrtc.binding import bind_ports, local_addresses
from media_core.webrtc.dtls import fingerprint_of, make_certificate
from media_core.webrtc.ingest import make_ingest_answer, parse_ingest_offer
from media_core.webrtc.mux import Mux
from media_core.webrtc.sdp import make_offer
from media_core.webrtc.sockets import UdpPort
from media_core.webrtc.streams import StreamPort

log = logging.getLogger(__name__)

REPAIR_INTERVAL_S = 0.01
"""How often missing packets and unanswered requests are looked at; below the 20 ms between packets of sound."""
TICK_S = 0.1
STOOD_STILL_S = 1.0
"""A tick that is so late, after one that was not, was not held up by work: the machine, or this process, was stopped."""
TICKS_PER_REPORT = 10
"""A transport sends its reports each second; they are spread over the ticks so that no tick is long."""
TICKS_PER_SAMPLE = 20
TICKS_PER_LOOK = 5
"""Downlinks are looked at twice a second, and at once when one became narrower."""
SPEAKER_TICKS = 2
"""Speakers are told at most 5 times a second."""


class Sfu:
    """Rooms and transports of one process. Use ``Sfu.start``; ``close`` ends everything."""

    def __init__(
        self, config: MediaConfig, emit: Callable[[MediaEvent], None], *, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._emit = emit
        self.rooms: dict[MediaRoomId, Room] = {}
        self.transports: dict[TransportId, Transport] = {}
        self._reports: dict[str, Reports] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._roster = Roster()
        self._floods: Counter[TransportId] = Counter()
        self._counted: dict[TransportId, tuple[int, int]] = {}
        self._ticks = 0
        self._stood_still = False
        hosts = config.announced or local_addresses(config.host)
        (udp, *others), tcp = bind_ports(config.host, config.port, hosts, tcp=config.tcp)
        batched = config.extra.get("batched", "yes") != "no"
        self.port = UdpPort(udp, batched=batched)
        self.port.beside = [UdpPort(other, batched=batched, arena=self.port.arena) for other in others]
        self.mux = Mux(self.port)
        self.forwarder = Forwarder(self.port)
        self._window = Window()
        self.ended = Ended()
        self._lag = LoopLag()
        self.clock = NtpClock(self._loop.time())
        certificate = make_certificate()
        self._fingerprint = fingerprint_of(certificate)
        port = config.announced_port or self.port.address[1]
        self._addresses = [(host, port) for host in hosts]
        self._parts = Parts(self.mux, self.forwarder, certificate, limits, self._roster, self._loop.time, self._spawn)
        self.port.start(self.mux.receive, self._batch_ended)
        for other in self.port.beside:
            other.start(partial(self.mux.receive, way=other), self._batch_ended)
        self.streams: StreamPort | None = None
        """For browsers that come by TCP."""
        if tcp is not None:
            self.streams = StreamPort(tcp, mux=self.mux, arena=self.port.arena, batch_ended=self._stream_read)
        self._flush_timer: asyncio.TimerHandle | None = None
        self._tick_due_s = self._loop.time() + TICK_S
        self._timer = self._loop.call_at(self._tick_due_s, self._tick)
        self._repair_timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._tape_writer = ThreadPoolExecutor(1, thread_name_prefix="tape")

    async def close(self) -> None:
        """End all transports with a goodbye, then the port."""
        if self._closed:
            return
        self._closed = True
        self._timer.cancel()
        for timer in (self._repair_timer, self._flush_timer):
            if timer is not None:
                timer.cancel()
        for room_id in tuple(self.rooms):
            self.close_room(room_id)
        while self._tasks:
            await asyncio.wait(self._tasks)
        self._tape_writer.shutdown(wait=True)
        if self.streams is not None:
            self.streams.close()
        for port in (self.port, *self.port.beside):
            port.close()

    # --- rooms --------------------------------------------------------------------------------------------------------

    def media(self) -> Mapping[MediaRoomId, tuple[MemberMedia, ...]]:
        return {room_id: room.media() for room_id, room in self.rooms.items()}

    def metrics(self) -> Figures:
        return figures_of(self, self._lag)

    def open_room(self, room_id: MediaRoomId) -> None:
        if room_id not in self.rooms:
            self.rooms[room_id] = Room(room_id, parts=self._parts, emit=self._emit, rtcp_received=self._rtcp_received)

    def close_room(self, room_id: MediaRoomId) -> None:
        room = self.rooms.pop(room_id, None)
        if room is not None:
            if room.tape is not None:
                self._spawn(room.tape.stop())
                room.tape = None
            room.close()
            self._forget_closed()

    def accept(self, room_id: MediaRoomId, member_id: MemberId, sdp: str) -> Accepted:
        offer = parse_ingest_offer(sdp)
        transport = self._new_transport(room_id, member_id)
        transport.accept(offer)
        answer = make_ingest_answer(
            offer,
            ice=transport.ice.credentials,
            fingerprint=self._fingerprint,
            addresses=self._addresses,
            session_number=secrets.randbits(62) | 1,
            tcp=self.streams is not None,
        )
        return Accepted(transport.id, answer)

    def _new_transport(self, room_id: MediaRoomId, member_id: MemberId) -> Transport:
        transport_id = TransportId(f"tr_{secrets.token_hex(12)}")
        transport = self._room(room_id).connect(transport_id, member_id)
        self.transports[transport_id] = transport
        self._reports[transport_id] = Reports(transport, self.clock)
        self._forget_closed()
        return transport

    def connect(self, room_id: MediaRoomId, member_id: MemberId, *, sends: bool = True) -> Offer:
        transport = self._new_transport(room_id, member_id)
        transport.sends = sends
        sdp = make_offer(
            ice=transport.ice.credentials,
            fingerprint=self._fingerprint,
            addresses=self._addresses,
            session_number=secrets.randbits(62) | 1,
            tcp=self.streams is not None,
            sends=sends,
        )
        return Offer(transport.id, sdp)

    def answer(self, transport_id: TransportId, sdp: str) -> None:
        self._transport(transport_id).answer(sdp)

    def set_gates(self, room_id: MediaRoomId, member_id: MemberId, gates: frozenset[Source]) -> None:
        self._room(room_id).set_gates(member_id, gates)

    def set_view(self, transport_id: TransportId, view: View) -> None:
        transport = self._transport(transport_id)
        transport.view = view
        if transport.connected:
            transport.room.route_view(transport)

    def set_downlink(self, transport_id: TransportId, bps: int) -> None:
        downlink = self._transport(transport_id).downlink
        downlink.narrowed(downlink.estimate.remb(bps, self._loop.time()))

    def disconnect(self, room_id: MediaRoomId, member_id: MemberId) -> None:
        room = self.rooms.get(room_id)
        if room is not None:
            room.disconnect(member_id)
            self._forget_closed()

    # --- tape ---------------------------------------------------------------------------------------------------------

    async def start_tape(self, room_id: MediaRoomId, folder: Path) -> None:
        room = self._room(room_id)
        if room.tape is not None:
            for publisher in room.available().values():
                publisher.tape_lit = None  # whoever asks again has forgotten the lights
            return
        tape = room.tape = RoomTape(room_id, folder, writer=self._tape_writer, emit=self._emit, now=self._parts.now)
        try:
            for closed in await tape.recover():
                self._emit(told(room_id, closed))
        except OSError as error:
            if room.tape is tape:
                room.tape = None
            raise TapeUnavailable(error.strerror or "it failed") from error

    def set_tape(self, room_id: MediaRoomId, member: MemberId, sources: frozenset[Source]) -> None:
        room = self._room(room_id)
        if room.tape is not None:
            room.tape.allow(member, sources)
            room.tape.follow(room.available())

    async def stop_tape(self, room_id: MediaRoomId) -> None:
        room = self.rooms.get(room_id)
        if room is not None and room.tape is not None:
            tape, room.tape = room.tape, None
            await tape.stop()

    def _room(self, room_id: MediaRoomId) -> Room:
        try:
            return self.rooms[room_id]
        except KeyError:
            raise UnknownMediaRoom(room_id) from None

    def _transport(self, transport_id: TransportId) -> Transport:
        transport = self.transports.get(transport_id)
        if transport is None or transport.closed:
            raise UnknownTransport(transport_id)
        return transport

    def _forget_closed(self) -> None:
        for transport in self._roster.closed:
            self.ended.add(transport)
            for kept in (self.transports, self._reports, self._counted, self._floods):
                kept.pop(transport.id, None)
        self._roster.closed.clear()

    # --- packets and time ---------------------------------------------------------------------------------------------

    def _batch_ended(self) -> float:
        began_s, now_s = time.perf_counter(), self._loop.time()
        forwarded = self.forwarder.flush(now_s)
        flush_s = time.perf_counter() - began_s
        if self._roster.attention and self._repair_timer is None:
            self._repair_timer = self._loop.call_later(REPAIR_INTERVAL_S, self._repair)
        if not forwarded:
            return 0.0
        if self._tick_due_s - now_s < self._window.wait_s:  # now, while all is awake, instead of waking up for it
            self._tick()
        return self._window.after(flush_s, time.perf_counter() - began_s)

    def _stream_read(self) -> None:
        """After a TCP connection was read: the next flush is soon, in the rhythm of the UDP port."""
        if self._flush_timer is None:
            self._flush_timer = self._loop.call_later(self._window.wait_s, self._flush_streams)

    def _flush_streams(self) -> None:
        self._flush_timer = None
        self._batch_ended()

    def _repair(self) -> None:
        self._repair_timer = None
        now_s = self._loop.time()
        for publisher in tuple(self._roster.attention):
            publisher.serve(now_s)
        if self._roster.attention:
            self._repair_timer = self._loop.call_later(REPAIR_INTERVAL_S, self._repair)

    def _rtcp_received(self, transport: Transport, plain: bytes, now_s: float) -> None:
        reports = self._reports.get(transport.id)
        if reports is not None:
            reports.receive(plain, now_s)

    def _tick(self) -> None:
        now_s = self._loop.time()
        late_s = now_s - self._tick_due_s
        self._lag.ticked(self._tick_due_s, now_s)
        self._tick_due_s = max(self._tick_due_s + TICK_S, now_s + TICK_S / 2)
        self._timer.cancel()
        self._timer = self._loop.call_at(self._tick_due_s, self._tick)
        self._stood_still = late_s > STOOD_STILL_S and not self._stood_still
        if self._stood_still:  # nothing that came meanwhile was read yet: nobody is gone, nothing has stopped
            for transport in self._roster.connected:
                transport.last_check_s += late_s
            return
        self._ticks += 1
        self._window.update(len(self.transports), self.forwarder.forwarded_packets, now_s)
        try:
            self._do_tick(now_s)
        except Exception:  # one bad report must not stop the timers of everybody
            log.exception("tick_failed")

    def _do_tick(self, now_s: float) -> None:
        for transport in tuple(self._roster.senders):
            transport.send_feedback()
        for transport in tuple(self._roster.hurried):
            transport.downlink.share_out(now_s)
        connected = tuple(self._roster.connected)
        for transport in self._turn(connected, TICKS_PER_LOOK):
            transport.downlink.look(now_s)
        for transport in self._turn(connected, TICKS_PER_REPORT):
            self._look_after(transport, now_s)
        for transport in self._turn(connected, TICKS_PER_SAMPLE):
            if transport.connected:
                self._emit(self._reports[transport.id].sample(transport.room.id, now_s))
        if self._ticks % SPEAKER_TICKS == 0:
            for room in self.rooms.values():
                room.update_speakers(now_s)
                room.update_layers(now_s)
                room.update_flowing(now_s)
        self._forget_closed()

    def _turn(self, transports: Sequence[Transport], ticks: int) -> Sequence[Transport]:
        """Return those whose turn it is, of which each comes once in so many ticks."""
        return transports[self._ticks % ticks :: ticks]

    def _look_after(self, transport: Transport, now_s: float) -> None:
        """Once a second: consent, budget, reports."""
        limits = self._parts.limits
        transport.check_consent(now_s)
        before = self._counted.get(transport.id, (0, 0))
        counted = transport.received_packets, transport.received_bytes
        self._counted[transport.id] = counted
        most_bps = limits.bps if transport.slots else limits.encoder_bps  # encoders receive nothing
        if counted[0] - before[0] > limits.packets_per_s or (counted[1] - before[1]) * 8 > most_bps:
            self._floods[transport.id] += 1
        else:
            self._floods.pop(transport.id, None)
        if self._floods.get(transport.id, 0) >= limits.flood_s:
            transport.close("flood")
        if transport.connected:
            self._reports[transport.id].send(now_s, self._reports)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

"""The media of one open session: its members, their transports, and who receives what."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from media_core.downlink import is_live
from media_core.engine import (
    AUDIO_SLOT_MIDS,
    CodecWanted,
    LayersWanted,
    MediaEvent,
    MemberMedia,
    SlotsChanged,
    SoundHeard,
    Source,
    SpeakersChanged,
    TrackFlowing,
    TrackRef,
    TransportClosed,
    TransportConnected,
)
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.publisher import FLOWING_S, Publisher
from media_core.router import rank_sound, video_slots
from media_core.rtp.sound_meter import SoundMeter
from media_core.rtp.speaker import AudioSlots, LoudestSpeakers
from media_core.screen_codec import ScreenCodec
from media_core.signaling.numbers import VIDEO_SLOT_MIDS
from media_core.tape.writer import RoomTape
from media_core.transport import Parts, Transport

log = logging.getLogger(__name__)

MAX_SPEAKERS = 8
"""Speakers told apart at a time; more voices at once are noise to a listener."""


@dataclass(slots=True)
class Member:
    """A person in the room. ``transports`` are open ones, newest last."""

    id: MemberId
    gates: frozenset[Source] = frozenset()
    transports: list[Transport] = field(default_factory=list)

    @property
    def current(self) -> Transport | None:
        """The newest connected transport: the one whose tracks are forwarded."""
        return next((transport for transport in reversed(self.transports) if transport.connected), None)


@dataclass(frozen=True, slots=True)
class _Sound:
    """Open tracks of sound: those heard now, best first, and the silent ones."""

    urgent: list[TrackRef]
    others: list[TrackRef]


class Room:
    """Routes tracks of a room's members into the slots of their transports."""

    def __init__(
        self,
        room_id: MediaRoomId,
        *,
        parts: Parts,
        emit: Callable[[MediaEvent], None],
        rtcp_received: Callable[[Transport, bytes, float], None],
    ) -> None:
        self._id = room_id
        self.members: dict[MemberId, Member] = {}
        self._parts = parts
        self._emit = emit
        self._rtcp_received = rtcp_received
        self._voices: LoudestSpeakers[TrackRef] = LoudestSpeakers()
        self._speaking: list[TrackRef] = []
        self._meters: dict[MemberId, SoundMeter] = {}
        self._told_ms: dict[MemberId, int] = {}
        self._screen_codec = ScreenCodec()
        self._audio_slots: dict[TransportId, AudioSlots[TrackRef]] = {}
        self._routed: dict[TrackRef, Publisher] = {}
        """The tracks that can be forwarded, as ``available`` told when everybody was routed last: what changes them is followed by that."""
        self._senders: dict[Transport, None] = {}
        """The connected transports that may send something."""
        self._told_slots: dict[TransportId, dict[str, TrackRef | None]] = {}
        self.tape: RoomTape | None = None

    @property
    def id(self) -> MediaRoomId:
        return self._id

    # --- members ------------------------------------------------------------------------------------------------------

    def media(self) -> tuple[MemberMedia, ...]:
        return tuple(
            MemberMedia(
                member.id,
                member.gates,
                tuple(transport.id for transport in member.transports),
                None if self.tape is None else self.tape.allowed.get(member.id, frozenset()),
            )
            for member in self.members.values()
        )

    def connect(self, transport_id: TransportId, member_id: MemberId) -> Transport:
        """Make a transport; an older one that never got connected gives way at once."""
        member = self.members.setdefault(member_id, Member(member_id))
        for older in [older for older in member.transports if not older.connected]:
            older.close("replaced")
        transport = Transport(transport_id, member_id, self, self._parts)
        member.transports.append(transport)
        self._prepare_pictures()
        return transport

    def _prepare_pictures(self) -> None:
        """Ask for keyframes while a newcomer still shakes hands, so that their first picture needs not be waited for."""
        pictures = [each for each in self.available().values() if each.track.source in (Source.CAMERA, Source.SCREEN)]
        if len(pictures) <= len(VIDEO_SLOT_MIDS):  # in a larger room it is not known yet which of them will be seen
            for publisher in pictures:
                publisher.want_keyframe(self._parts.now())

    def set_gates(self, member_id: MemberId, gates: frozenset[Source]) -> None:
        member = self.members.setdefault(member_id, Member(member_id))
        if gates == member.gates:
            return
        member.gates = gates
        for transport in member.transports:
            for source, publisher in transport.publishers.items():
                self._set_open(publisher, open_=transport is member.current and source in gates)
        self.route()

    def disconnect(self, member_id: MemberId) -> None:
        member = self.members.pop(member_id, None)
        if member is None:
            return
        for transport in tuple(member.transports):
            transport.close("closed")

    def close(self) -> None:
        for member_id in tuple(self.members):
            self.disconnect(member_id)

    def transports(self) -> list[Transport]:
        """Return the connected transports."""
        return [transport for member in self.members.values() for transport in member.transports if transport.connected]

    # --- what transports tell -----------------------------------------------------------------------------------------

    def transport_connected(self, transport: Transport) -> None:
        member = self.members.get(transport.member)
        if member is None:
            return
        for source, publisher in transport.publishers.items():
            self._set_open(publisher, open_=source in member.gates)
        self._audio_slots[transport.id] = AudioSlots(
            len(AUDIO_SLOT_MIDS), TrackRef(transport.member, Source.MICROPHONE)
        )
        if transport.publishers:
            self._senders[transport] = None
        self._emit(TransportConnected(self.id, transport.member, transport.id))
        log.info("transport_connected", extra={"fields": {"member": transport.member, "transport": transport.id}})
        for older in [older for older in member.transports if older is not transport and older.connected]:
            older.close("replaced")
        self._route_after(transport)

    def transport_closed(self, transport: Transport, reason: str) -> None:
        member = self.members.get(transport.member)
        if member is not None and transport in member.transports:
            member.transports.remove(transport)
        self._senders.pop(transport, None)
        self._audio_slots.pop(transport.id, None)
        self._told_slots.pop(transport.id, None)
        for publisher in transport.publishers.values():
            self._stopped(publisher)
        self._emit(TransportClosed(self.id, transport.member, transport.id, reason))
        fields = {"member": transport.member, "transport": transport.id, "reason": reason}
        log.info("transport_closed", extra={"fields": fields})
        self._route_after(None)

    def heard(self, publisher: Publisher, level_dbov: int, voice: bool, now_s: float) -> None:
        if publisher.track.source is Source.MICROPHONE:
            self._voices.heard(publisher.track, level_dbov, voice, now_s)
            meter = self._meters.get(publisher.track.member)
            if meter is None:
                meter = self._meters[publisher.track.member] = SoundMeter()
            meter.packet(level_dbov, voice, publisher.newest_timestamp)

    def rtcp_received(self, transport: Transport, plain: bytes, now_s: float) -> None:
        self._rtcp_received(transport, plain, now_s)

    # --- routing ------------------------------------------------------------------------------------------------------

    def available(self) -> dict[TrackRef, Publisher]:
        """Return the tracks that can be forwarded now: connected, offered by the browser, gate open."""
        found: dict[TrackRef, Publisher] = {}
        for member in self.members.values():
            current = member.current
            if current is not None:
                found.update({each.track: each for each in current.publishers.values() if each.open})
        return found

    def route(self) -> None:
        """Fill the slots of every transport anew; does nothing where nothing changed."""
        available = self._routed = self.available()
        if self.tape is not None:
            self.tape.follow(available)
        sound = self._rank(available)
        for transport in self.transports():
            self._route_one(transport, sound, available)

    def _route_after(self, joined: Transport | None) -> None:
        """Route after a transport came or went: all, if there are other tracks now; a listener among hundreds concerns nobody else."""
        available = self.available()
        if available != self._routed:
            self.route()
        elif joined is not None:
            self._route_one(joined, self._rank(available), available)

    def _route_one(self, transport: Transport, sound: _Sound, available: dict[TrackRef, Publisher]) -> None:
        self._route_sound(transport, sound, available)
        self._route_pictures(transport, available)
        self._tell_slots(transport)

    def route_view(self, transport: Transport) -> None:
        """Fill the picture slots of one transport after its view came, and tell them in any case."""
        self._told_slots.pop(transport.id, None)
        self._route_pictures(transport, self.available())
        self._tell_slots(transport)

    def update_speakers(self, now_s: float) -> None:
        """Find out who speaks, tell it if it changed, and let them be heard; call it at most 5 times a second."""
        self._tell_heard()
        speaking = self._voices.top(MAX_SPEAKERS, now_s)
        if speaking == self._speaking:
            return
        self._speaking = speaking
        self._emit(SpeakersChanged(self.id, tuple(track.member for track in speaking)))
        available = self._routed
        sound = self._rank(available)
        if len(sound.urgent) + len(sound.others) <= len(AUDIO_SLOT_MIDS):
            return  # everybody is heard already
        for transport in self.transports():
            self._route_sound(transport, sound, available)
            self._tell_slots(transport)

    def _tell_heard(self) -> None:
        """Tell who was heard for how long, where that changed."""
        heard = {member: meter.heard_ms for member, meter in self._meters.items()}
        changed = {member: ms for member, ms in heard.items() if ms != self._told_ms.get(member, 0)}
        if changed:
            self._told_ms |= changed
            self._emit(SoundHeard(self.id, changed))

    def update_layers(self, now_s: float) -> None:
        """Measure the tracks, and tell browsers which layers somebody wants, and in which codec; call it a few times a second."""
        for screen, codec in self._screen_codec.wishes(self._senders, self.transports, now_s):
            self._emit(CodecWanted(self.id, screen.track.member, screen.transport.id, screen.track, codec))
        for transport in tuple(self._senders):
            for lead in transport.publishers.values():
                if not lead.audio:
                    self._update_layers_of(lead, transport, now_s)

    def _update_layers_of(self, lead: Publisher, transport: Transport, now_s: float) -> None:
        pictures = max(layer.frames for layer in lead.layers.values())
        for layer in lead.layers.values():
            layer.rate.update(layer.received_bytes, now_s)
            layer.cost.update(layer.received_bytes, now_s)
            layer.silence.update(layer.frames, pictures, now_s)
        live = frozenset(rid for rid, layer in lead.layers.items() if is_live(layer))
        if live != lead.live:
            lead.live = live
            for other in self.transports():
                if any(slot.lead is lead for slot in other.carrying):
                    other.downlink.hurry()
        if lead.demand is None or not lead.open:
            return
        wanted = {rid for rid, subscribers in lead.wants.items() if subscribers}
        if any(layer.tape is not None for layer in lead.layers.values()):
            wanted.add(lead.rid)
        wanted |= {below for rid in wanted if (below := _instead_of(lead, rid)) is not None}
        if lead.demand.update(frozenset(wanted), now_s):
            rids = tuple(rid for rid in lead.layers if rid in lead.demand.active)
            self._emit(LayersWanted(self.id, transport.member, transport.id, lead.track, rids))

    def update_flowing(self, now_s: float) -> None:
        """Tell which open tracks began or stopped to flow, and move the tape on; call it a few times a second."""
        if self.tape is not None:
            self.tape.tick(now_s, self._routed)
        for publisher in self._routed.values():
            flowing = now_s - publisher.newest_packet_s < FLOWING_S
            if flowing is not publisher.flowing:
                publisher.flowing = flowing
                self._emit(TrackFlowing(self.id, publisher.track, flowing))

    def _rank(self, available: dict[TrackRef, Publisher]) -> _Sound:
        screens = [track for track in available if track.source is Source.SCREEN_AUDIO]
        urgent = [*screens, *(track for track in self._speaking if track in available)]
        others = [track for track in available if track.source is Source.MICROPHONE and track not in self._speaking]
        return _Sound(urgent, others)

    def _route_sound(self, transport: Transport, sound: _Sound, available: dict[TrackRef, Publisher]) -> None:
        slots = self._audio_slots[transport.id]
        for gone in [held for held in slots.slots if held is not None and held not in available]:
            slots.release(gone)
        ranked = rank_sound(sound.urgent, sound.others, slots.slots)
        slots.assign([track for track in ranked if track.member != transport.member])
        for mid, track in zip(AUDIO_SLOT_MIDS, slots.slots, strict=True):
            slot = transport.slots.get(mid)
            if slot is not None:
                slot.feed_from(None if track is None else available.get(track))

    def _route_pictures(self, transport: Transport, available: dict[TrackRef, Publisher]) -> None:
        held = {
            mid: None if slot.lead is None else slot.lead.track
            for mid, slot in transport.slots.items()
            if mid in VIDEO_SLOT_MIDS
        }
        for mid, track in video_slots(held, transport.view, available).items():
            slot = transport.slots.get(mid)
            lead = None if track is None else available[track]
            if slot is not None and lead is not slot.lead:
                slot.feed_from(None)
                slot.lead = lead
        transport.downlink.share_out(self._parts.now())

    def _tell_slots(self, transport: Transport) -> None:
        slots = {mid: None if slot.lead is None else slot.lead.track for mid, slot in transport.slots.items()}
        before = self._told_slots.get(transport.id)
        if slots == before:
            return
        self._told_slots[transport.id] = slots
        self._emit(SlotsChanged(self.id, transport.member, transport.id, slots))

    def _set_open(self, publisher: Publisher, *, open_: bool) -> None:
        publisher.set_open(open_)
        if not open_:
            self._voices.remove(publisher.track)
            self._stopped(publisher)

    def _stopped(self, publisher: Publisher) -> None:
        if publisher.flowing:
            publisher.flowing = False
            self._emit(TrackFlowing(self.id, publisher.track, False))


def _instead_of(lead: Publisher, rid: str) -> str | None:
    """Return the layer below one that its browser should send but cannot: its uplink has no room for it."""
    rids = list(lead.layers)
    place = rids.index(rid)
    if place == 0 or lead.demand is None or rid not in lead.demand.active or is_live(lead.layers[rid]):
        return None
    return rids[place - 1]

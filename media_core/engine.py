"""
What the apps hold of the media core: one interface, implemented in process (``local``) and in a worker (``worker``).

Everything that crosses it is a frozen dataclass of plain values, so that it can go over a socket as JSON.
A *member* is a person in a media room; a member has at most one open *transport* (peer connection) in use, and a
second one only while the first is being replaced. Gates belong to the member, not to the transport.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from media_core.ids import MediaRoomId, MemberId, TransportId


class Source(StrEnum):
    """What a track shows or plays. Each is one send line of the browser's only peer connection."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN = "screen"
    SCREEN_AUDIO = "screen_audio"


SEND_MIDS: Mapping[str, Source] = {
    "mic": Source.MICROPHONE,
    "cam": Source.CAMERA,
    "scr": Source.SCREEN,
    "sca": Source.SCREEN_AUDIO,
}
"""``a=mid`` of the browser's send lines. They come first in the offer, in this order: mic is m-line 0."""

AUDIO_SLOT_MIDS: tuple[str, ...] = ("a0", "a1", "a2", "a3")
"""Receive slots for sound: the loudest speakers, and a shared screen's sound."""

STAGE_MID = "v0"
"""Receive slot for the large picture."""

THUMBNAIL_MIDS: tuple[str, ...] = ("v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8")
"""Receive slots for the small pictures."""


@dataclass(frozen=True, slots=True)
class TrackRef:
    """A track by its owner and source: there is at most one of each."""

    member: MemberId
    source: Source


@dataclass(frozen=True, slots=True)
class View:
    """
    What a browser shows now; the SFU sends nothing else.

    ``stage`` fills the stage slot, ``thumbnails`` (best first, at most ``len(THUMBNAIL_MIDS)`` are served) the small
    ones. Heights are in CSS pixels times device pixel ratio; 0 means unknown. A track that does not exist or has a closed gate is
    simply not shown until it exists: a view may name it ahead of time.
    """

    stage: TrackRef | None = None
    thumbnails: tuple[TrackRef, ...] = ()
    stage_height_px: int = 0
    thumbnail_height_px: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """The server's one offer for a new transport."""

    transport: TransportId
    sdp: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server's answer to an encoder's offer."""

    transport: TransportId
    sdp: str


@dataclass(frozen=True, slots=True)
class MemberMedia:
    """How a member's media stands in the engine, for a web process that has just restarted."""

    member: MemberId
    gates: frozenset[Source]
    transports: tuple[TransportId, ...]
    """Open transports, newest last, whether or not they are connected yet."""
    taped: frozenset[Source] | None = None
    """Sources that may be written to the room's tape; ``None`` where no tape runs."""


# --- what the engine tells --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransportConnected:
    """ICE and DTLS are done; media flows from now on."""

    room: MediaRoomId
    member: MemberId
    transport: TransportId


@dataclass(frozen=True, slots=True)
class TransportClosed:
    """The transport is gone; ``reason`` is ``closed``, ``replaced``, ``timeout``, ``dtls_failed`` or ``flood``."""

    room: MediaRoomId
    member: MemberId
    transport: TransportId
    reason: str


@dataclass(frozen=True, slots=True)
class SlotsChanged:
    """Which track each receive slot of one transport carries from now on; ``None`` is an empty slot."""

    room: MediaRoomId
    member: MemberId
    transport: TransportId
    slots: Mapping[str, TrackRef | None]


@dataclass(frozen=True, slots=True)
class SpeakersChanged:
    """Who is heard speaking in a room, loudest first; sent when it changes, at most 5 times a second."""

    room: MediaRoomId
    speakers: tuple[MemberId, ...]


@dataclass(frozen=True, slots=True)
class SoundHeard:
    """
    How long members were heard through their microphones since the room was opened, in ms; those that changed, at most 5 times a second.

    Counted by packets that their sound levels (RFC 6464) say are not silent.
    """

    room: MediaRoomId
    heard_ms: Mapping[MemberId, int]


@dataclass(frozen=True, slots=True)
class TrackFlowing:
    """Packets of a track with an open gate began (``flowing``) or stopped for 2 s."""

    room: MediaRoomId
    track: TrackRef
    flowing: bool


@dataclass(frozen=True, slots=True)
class LayersWanted:
    """Which simulcast layers of a track its browser is to send from now on; the others need not be encoded. It begins with all."""

    room: MediaRoomId
    member: MemberId
    transport: TransportId
    track: TrackRef
    rids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodecWanted:
    """In which codec, ``av1`` or ``vp8``, a screen's browser is to send it from now on. It begins with VP8."""

    room: MediaRoomId
    member: MemberId
    transport: TransportId
    track: TrackRef
    codec: str


@dataclass(frozen=True, slots=True)
class QualitySample:
    """
    A member's media over the last ``interval_s`` seconds, every 2 s while a transport is connected.

    ``None`` where nothing was measured. Loss is in percent of packets expected; ``up`` is from the member, ``down`` to it.
    """

    room: MediaRoomId
    member: MemberId
    transport: TransportId
    interval_s: float
    up_bps: int = 0
    down_bps: int = 0
    up_loss_pct: float | None = None
    down_loss_pct: float | None = None
    round_trip_ms: float | None = None
    jitter_ms: float | None = None
    up_layer: str | None = None
    """The best simulcast layer that arrives from the member's camera; empty for one that comes alone."""
    down_layer: str | None = None
    """The layer of the picture on the member's stage."""


@dataclass(frozen=True, slots=True)
class EngineLost:
    """The worker died or the link to it broke: every room and transport it had is gone. ``rooms`` are those; ``None`` means all."""

    reason: str
    rooms: tuple[MediaRoomId, ...] | None = None


@dataclass(frozen=True, slots=True)
class EngineReady:
    """A worker answers; ``fresh`` if it has no rooms (a new process), else what it kept is in ``rooms()``."""

    fresh: bool


@dataclass(frozen=True, slots=True)
class SegmentClosed:
    """
    A segment of the tape is closed and on the disk. ``recovered``: it was left by a worker that died.

    ``start_ns`` and ``end_ns`` are the arrivals of its first and last packet, in ns of UTC since 1970.
    """

    room: MediaRoomId
    track: TrackRef
    file: str
    start_ns: int
    end_ns: int
    packets: int
    bytes: int
    sha256: str
    recovered: bool = False


@dataclass(frozen=True, slots=True)
class TapeLight:
    """Whether a track that flows reaches the tape; sent when it changes, for tracks of rooms with a tape."""

    room: MediaRoomId
    track: TrackRef
    on: bool


@dataclass(frozen=True, slots=True)
class TapeState:
    """Whether a room's tape can write. ``reason`` is empty, ``disk_full``, ``failed`` or the system's own words."""

    room: MediaRoomId
    writing: bool
    reason: str = ""


MediaEvent = (
    TransportConnected
    | TransportClosed
    | SlotsChanged
    | SpeakersChanged
    | SoundHeard
    | TrackFlowing
    | LayersWanted
    | CodecWanted
    | QualitySample
    | SegmentClosed
    | TapeLight
    | TapeState
    | EngineLost
    | EngineReady
)

Listener = Callable[[MediaEvent], None]
"""Called on the owner's event loop; must not block."""


@dataclass(frozen=True, slots=True)
class MediaConfig:
    """Where an engine listens and what it announces."""

    host: str = "127.0.0.1"
    port: int = 0
    """UDP port, and TCP port with ``tcp``; 0 lets the system choose."""
    announced: tuple[str, ...] = ()
    """Addresses put into candidates; empty means the ones bound."""
    announced_port: int = 0
    """Port put into candidates, where a router or a relay passes another one on; 0 means the one bound."""
    tcp: bool = True
    """Listen on the TCP port of the same number too, for browsers whose network lets no UDP through."""
    extra: Mapping[str, str] = field(default_factory=dict)


class MediaEngine(Protocol):
    """
    The media core as the apps see it. All methods are called on one event loop.

    Errors: ``UnknownMediaRoom``, ``UnknownTransport``, ``BadDescription``, ``EngineUnavailable``.
    """

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called with each event; the returned function ends that."""

    async def rooms(self) -> Mapping[MediaRoomId, tuple[MemberMedia, ...]]:
        """Return the rooms that are open, with their members."""

    async def open_room(self, room: MediaRoomId) -> None:
        """Open a room; does nothing if it is open."""

    async def close_room(self, room: MediaRoomId) -> None:
        """Close a room and every transport in it; does nothing if it is not open."""

    async def connect(self, room: MediaRoomId, member: MemberId, *, sends: bool = True) -> Offer:
        """
        Make a transport for a member and return the offer for its browser. Without ``sends`` its send lines are inactive: whatever comes on
        that transport is dropped, whichever gates are open, and logged once.

        An older transport of the member goes on until the new one is connected, and is then closed with reason
        ``replaced``. A transport that is not connected within 30 s is closed with reason ``timeout``.
        """

    async def accept(self, room: MediaRoomId, member: MemberId, sdp: str) -> Accepted:
        """
        Make a transport from the offer of an encoder (WHIP) and return the answer. It sends ``SCREEN`` and ``SCREEN_AUDIO``, and receives nothing.

        Older transports and time-outs are as for ``connect``. An offer that cannot be used raises ``BadDescription`` and changes nothing.
        """

    async def answer(self, transport: TransportId, sdp: str) -> None:
        """Take the browser's answer. An answer that cannot be used raises ``BadDescription`` and changes nothing."""

    async def set_gates(self, room: MediaRoomId, member: MemberId, gates: frozenset[Source]) -> None:
        """
        Let exactly these sources of a member through; everything else it sends is dropped and counted.

        A member starts with no gate open. Once this returns, no further packet of a closed source is forwarded.
        Gates may be set before the member has a transport, and outlive transports.
        """

    async def set_view(self, transport: TransportId, view: View) -> None:
        """
        Send a transport what its browser shows; answered by ``SlotsChanged`` once it is connected.

        It is answered even if nothing changes, so that a browser which missed a change is in step again.
        """

    async def set_downlink(self, transport: TransportId, bps: int) -> None:
        """
        Say what a browser thinks its downlink carries, in bits per second, where RTCP does not tell it.

        Chromium sends no REMB while its send lines are open but carry nothing (tried with 156); its page knows the same figure.
        """

    async def disconnect(self, room: MediaRoomId, member: MemberId) -> None:
        """Close all transports of a member and forget its gates; does nothing for an unknown member."""

    async def start_tape(self, room: MediaRoomId, folder: str) -> None:
        """
        Write the room's tape below ``folder`` from now on (docs/tape.md); does nothing if it runs already.

        What a dead worker left open there is closed first and told as ``SegmentClosed``. Nobody is written until ``set_tape`` allows it.
        """

    async def set_tape(self, room: MediaRoomId, member: MemberId, sources: frozenset[Source]) -> None:
        """Let exactly these sources of a member onto the tape, as far as their gates are open; nothing if no tape runs."""

    async def stop_tape(self, room: MediaRoomId) -> None:
        """End the room's tape; when this returns every segment is closed and on the disk. ``close_room`` does the same."""

    async def close(self) -> None:
        """End everything. Closed is final."""

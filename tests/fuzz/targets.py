"""
What strangers and members can send, and the code that meets it first.

A target takes any bytes. It may refuse them in the way it documents; any other exception is a fault.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast

from media_core.engine import Source, TrackRef
from media_core.errors import BadDescription
from media_core.forwarding import Forwarder
from media_core.ids import MemberId
from media_core.publisher import Publisher
from media_core.rtp import av1, h264, rtcp
from media_core.rtp.framing import BadFrame, FrameReader
from media_core.rtp.packet import audio_level, find_extension, parse_header, read_text, unwrap_rtx
from media_core.rtp.vp8 import Vp8Munger, frame_size, parse_descriptor
from media_core.signaling import messages, numbers
from media_core.subscriber import Slot
from media_core.transport import Transport
from media_core.webrtc.ingest import parse_ingest_offer
from media_core.webrtc.mux import IceEnd, Mux
from media_core.webrtc.sdp import parse_answer
from media_core.webrtc.sockets import MAX_DATAGRAM_BYTES, UdpPort

ADDRESS = ("192.0.2.7", 4000)


class Nobody:
    """A transport that does nothing with what the mux finds for it."""

    def ice_checked(self) -> None: ...

    def path_changed(self) -> None: ...

    def dtls_received(self, datagram: bytes) -> None: ...

    def media_received(self, datagram: bytes) -> None: ...


class _Sink:
    """Takes the place of the port: what is written into it goes nowhere."""

    def __init__(self) -> None:
        self.arena = bytearray(1 << 18)

    def room(self, length: int) -> int:
        assert length < len(self.arena)
        return 0

    def send(self, *_: object) -> None: ...

    def add_all(self, *_: object) -> None: ...

    def send_added(self) -> None: ...


_mux = Mux(_Sink())
_mux.add(IceEnd(Nobody()))


def stun(data: bytes) -> None:
    _mux.receive(data, ADDRESS)


class _Member(SimpleNamespace):
    """What the way of a packet needs of a transport."""

    def __hash__(self) -> int:  # type: ignore[override]  # equal only to itself
        return id(self)


def _scene() -> tuple[Forwarder, Any, Publisher]:
    forwarder = Forwarder(cast(UdpPort, _Sink()))
    transport: Any = _Member(
        publishers_by_ssrc={},
        arrivals=None,
        newest_ssrc=0,
        outgoing=[],
        srtp=None,
        ice=SimpleNamespace(address=None, way=None),
        heard=lambda *_: None,
        send_rtcp=lambda _: None,
        learn_ssrc=lambda *_, **__: None,
        sends=True,
        unasked_packets=0,
        slots={},
        carrying={},
        cohort=None,
    )
    transport.scatter = lambda: forwarder.cohorts.scatter(transport)
    for source, ssrc in ((Source.MICROPHONE, 0x41414141), (Source.CAMERA, 0x42424242)):
        track = TrackRef(MemberId("m"), source)
        publisher = Publisher(track, transport, ssrc=ssrc, rtx_ssrc=ssrc + 1, attention=set())
        publisher.open = True
        transport.publishers_by_ssrc.update({ssrc: publisher, ssrc + 1: publisher})
        for _ in range(2):
            Slot(cast(Transport, transport), "a0" if publisher.audio else "v0").feed_from(publisher)
    return forwarder, transport, publisher


_forwarder, _transport, _ = _scene()
_now_s = [0.0]


def rtp(data: bytes) -> None:
    """The whole way of a packet that a member sends: header, extensions, repair, slots."""
    header = parse_header(data)
    if header is not None:
        for extension in range(1, 15):
            find_extension(data, header, extension)
        audio_level(data, header, numbers.AUDIO_LEVEL_ID)
        read_text(data, header, numbers.MID_ID)
        unwrap_rtx(data, header, payload_type=numbers.VP8, ssrc=1)
    _now_s[0] += 0.001
    _forwarder.receive(_transport, data, _now_s[0])
    _forwarder.flush(_now_s[0])


def rtcp_packets(data: bytes) -> None:
    rtcp.build(rtcp.parse(data))


_munger = Vp8Munger()


def vp8(data: bytes) -> None:
    descriptor = parse_descriptor(data)
    if descriptor is None:
        return
    frame_size(data, descriptor)
    _munger.switch(descriptor)
    _munger.write(bytearray(data), 0, descriptor)
    _munger.run(descriptor, descriptor)


def h264_payload(data: bytes) -> None:
    h264.is_keyframe(data)


def av1_payloads(data: bytes) -> None:
    """A picture in payloads, as ``rtp.framing`` frames them."""
    with suppress(BadFrame):
        payloads = FrameReader().feed(data, most_bytes=MAX_DATAGRAM_BYTES)
        av1.temporal_unit(payloads)
        for payload in payloads:
            av1.frame_size(payload)


def framing(data: bytes) -> None:
    """A TCP stream, read in pieces."""
    reader = FrameReader()
    with suppress(BadFrame):
        for at in range(0, len(data), 700):
            for datagram in reader.feed(data[at : at + 700], most_bytes=MAX_DATAGRAM_BYTES):
                _mux.receive(datagram, ADDRESS)


def sdp(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    for read in (parse_answer, parse_ingest_offer):
        with suppress(BadDescription):
            read(text)


def signalling(data: bytes) -> None:
    with suppress(ValueError, KeyError, TypeError):
        message = messages.unframe(data)
        for event in message.get("events", ()):
            json.dumps(messages.event_to_wire(messages.event_from_wire(event)))
        messages.view_from_wire(message.get("view", {}))


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "stun": stun,
    "rtp": rtp,
    "rtcp": rtcp_packets,
    "vp8": vp8,
    "h264": h264_payload,
    "av1": av1_payloads,
    "framing": framing,
    "sdp": sdp,
    "signalling": signalling,
}

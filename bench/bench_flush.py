"""
What the way out costs in CPU time, without network behind it: ``python -m bench.bench_flush [RECEIVERS] [PACKETS_PER_FLUSH]``.

Real slots, SRTP sessions and sockets; the receivers' sockets are full, so that the kernel drops what reaches them. Prints microseconds for each
forwarded packet, and what they consist of.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

from pylibsrtp import Policy, Session

from media_core.burst import Copy
from media_core.engine import Source, TrackRef
from media_core.forwarding import Forwarder
from media_core.ids import MemberId
from media_core.lanes import Cohort
from media_core.publisher import Packet, Publisher
from media_core.rtp.vp8 import parse_descriptor
from media_core.subscriber import Slot
from media_core.transport import Transport
from media_core.webrtc.binding import bind_udp
from media_core.webrtc.dtls import SENT_WINDOW_PACKETS
from media_core.webrtc.sockets import UdpPort
from media_core.webrtc.srtp import GCM_TAG_BYTES, Scratch, Srtp

PACKETS = 40_000
PAYLOAD_BYTES = 1080
HEAD = bytes.fromhex("9080 8001") + b"\x10\x00\x00\x9d\x01\x2a\x80\x02\x68\x01"


def session() -> Session:
    policy = Policy(
        key=os.urandom(28), ssrc_type=Policy.SSRC_ANY_OUTBOUND, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM
    )
    policy.allow_repeat_tx, policy.window_size = True, SENT_WINDOW_PACKETS
    return Session(policy)


class Receiver:
    """What the way out knows of a transport."""

    def __init__(self, ice: object, srtp: Srtp, forwarder: Forwarder) -> None:
        self.ice, self.srtp, self._forwarder = ice, srtp, forwarder
        self.slots: dict[str, Slot] = {}
        self.carrying: dict[Slot, None] = {}
        self.outgoing: list[Copy] = []
        self.cohort: Cohort | None = None
        self.sent_alone_bytes = 0

    def scatter(self) -> None:
        self._forwarder.cohorts.scatter(cast(Transport, self))


class Scene:
    """One publisher, and slots of receivers that nobody reads for."""

    def __init__(self, receivers: int) -> None:
        self.port = UdpPort(bind_udp("127.0.0.1", 0))
        self.forwarder = Forwarder(self.port)
        self.scratch = Scratch()
        self.kept: list[socket.socket] = []
        owner = cast(Transport, SimpleNamespace(send_rtcp=lambda _: None))
        self.publisher = Publisher(
            TrackRef(MemberId("m"), Source.CAMERA), owner, ssrc=1, rtx_ssrc=None, attention=set()
        )
        self.publisher.open = True
        for _ in range(receivers):
            self._add()
        self.number = 0

    def _add(self) -> None:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        udp.bind(("127.0.0.1", 0))
        self.kept.append(udp)
        ice = SimpleNamespace(address=udp.getsockname(), way=self.port)
        srtp = Srtp(session(), session(), tag_bytes=GCM_TAG_BYTES, scratch=self.scratch)
        receiver = Receiver(ice, srtp, self.forwarder)
        slot = receiver.slots["v0"] = Slot(cast(Transport, receiver), "v0")
        slot.feed_from(self.publisher)

    def packets(self, count: int) -> list[Packet]:
        made: list[Packet] = []
        for _ in range(count):
            self.number += 1
            payload = bytes([0x90, 0x80, 0x80 | self.number >> 8 & 0x7F, self.number & 0xFF]) + HEAD[4:]
            payload = payload.ljust(PAYLOAD_BYTES, b"\x5a")
            descriptor = parse_descriptor(payload)
            made.append(Packet(self.number & 0xFFFF, self.number * 3000, 0x80 | 96, payload, descriptor, True))
        return made

    def flush(self, packets: list[Packet]) -> None:
        self.publisher.pending = packets
        self.forwarder._pending.append(self.publisher)
        self.forwarder.flush(time.monotonic())

    def close(self) -> None:
        self.port.close()
        for udp in self.kept:
            udp.close()


def cpu_us(work: Callable[[list[Packet]], object], bursts: list[list[Packet]]) -> float:
    began_s = time.process_time()
    for packets in bursts:
        work(packets)
    return (time.process_time() - began_s) * 1e6


async def main(receivers: int, per_flush: int) -> None:
    scene = Scene(receivers)
    scene.flush(scene.packets(1))
    count = max(1, PACKETS // receivers // per_flush)
    best = min(
        cpu_us(scene.flush, [scene.packets(per_flush) for _ in range(count)]) / (count * per_flush * receivers)
        for _ in range(5)
    )
    print(f"flush: {receivers} receivers, {per_flush} packets together: {best:.2f} us/packet")
    scene.close()


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    asyncio.run(main(*(given + [100, 2][len(given) :])))

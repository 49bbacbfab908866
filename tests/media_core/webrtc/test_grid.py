"""The same for many: each receiver can read what it would have been sent alone, whatever the system takes."""

from __future__ import annotations

import errno
import os
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from pylibsrtp import Policy, Session

from media_core.burst import Copy, Train
from media_core.webrtc import batching
from media_core.webrtc.batching import SENT_AT_ONCE, Address, load_calls
from media_core.webrtc.binding import bind_udp
from media_core.webrtc.grid import CELL_BYTES, KNOWN_SHAPES, Load, Party
from media_core.webrtc.sockets import UdpPort
from media_core.webrtc.srtp import GCM_TAG_BYTES, Scratch, Srtp
from tests.waiting import until

pytestmark = pytest.mark.skipif(load_calls() is None, reason="the system lacks the calls")


@dataclass(slots=True)
class Receiver:
    """A browser's end: reads its datagrams and decrypts them."""

    udp: socket.socket = field(default_factory=lambda: bind_udp("127.0.0.1", 0))
    key: bytes = field(default_factory=lambda: os.urandom(28))

    @property
    def address(self) -> Address:
        name = self.udp.getsockname()
        return name[0], name[1]

    def sending(self) -> Srtp:
        """Return the server's end."""
        inbound, outbound = self._session(Policy.SSRC_ANY_INBOUND), self._session(Policy.SSRC_ANY_OUTBOUND)
        return Srtp(inbound, outbound, tag_bytes=GCM_TAG_BYTES, scratch=Scratch())

    def _session(self, kind: int) -> Session:
        return Session(Policy(key=self.key, ssrc_type=kind, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM))

    async def get(self, count: int) -> list[bytes]:
        """Return what came since the last call, once it is so many packets."""
        session, found = self._session(Policy.SSRC_ANY_INBOUND), list[bytes]()

        def came() -> bool:
            with suppress(BlockingIOError):
                while True:
                    found.append(session.unprotect(self.udp.recv(4096)))
            return len(found) >= count

        await until(came)
        return found


@pytest.fixture
def receivers() -> Iterator[list[Receiver]]:
    found = [Receiver() for _ in range(100)]
    yield found
    for each in found:
        each.udp.close()


@pytest.fixture
async def port() -> Any:
    made = UdpPort(bind_udp("127.0.0.1", 0))
    made.start(lambda *_: None, lambda: 0.0)
    yield made
    made.close()


def packets(*payload_bytes: int, first: int = 1) -> list[bytes]:
    """Return RTP packets of which each can be told from any other."""
    return [
        bytes([0x80, 96]) + (first + place).to_bytes(2, "big") + bytes(8) + bytes([place & 255]).ljust(size, b"x")
        for place, size in enumerate(payload_bytes)
    ]


def load(made: list[bytes]) -> Load:
    return Train([Copy(made, 0)], GCM_TAG_BYTES).load()


def party(port: UdpPort, receivers: list[Receiver]) -> Party:
    return port.party([(each.sending(), each.address) for each in receivers])


@pytest.mark.parametrize("sizes", [(50,), (1000, 1000, 1000, 200, 90), (1100, 1100, 50, 60, 1000), (1200,) * 30])
async def test_everybody_gets_the_same(port: UdpPort, receivers: list[Receiver], sizes: tuple[int, ...]) -> None:
    assert 2 * len(receivers) > SENT_AT_ONCE
    many, few, sent = party(port, receivers), party(port, receivers[:1]), list[bytes]()
    for first in (1, 101, 201):
        made = packets(*sizes, first=first)
        assert port.takes_same(load(made))
        assert port.send_same(load(made), many) == 0
        assert port.send_same(load(packets(70, first=first)), few) == 0  # in another shape, to others, between
        sent += made
    assert [await each.get(len(sent)) for each in receivers[1:]] == [sent] * (len(receivers) - 1)
    assert not port.counters


async def test_shapes_may_come_in_any_order(port: UdpPort, receivers: list[Receiver]) -> None:
    """What is known of one shape says nothing of another, to however many the load before went."""
    choice, parties = random.Random(7), [party(port, receivers[:count]) for count in (1, 3, 20)]
    shapes = [packets(*choice.choices((40, 500, 900), k=choice.randint(1, 7))) for _ in range(KNOWN_SHAPES * 3)]
    assert len({load(made).runs for made in shapes}) > KNOWN_SHAPES
    for step, shape in enumerate(shapes * 2):
        made = [packet[:2] + (8 * step + place).to_bytes(2, "big") + packet[4:] for place, packet in enumerate(shape)]
        those = choice.choice(parties)
        assert port.send_same(load(made), those) == 0
        if those is parties[2]:
            assert [await each.get(len(made)) for each in receivers[3:20]] == [made] * 17
    assert not port.counters


async def test_what_is_too_large_for_a_cell_is_not_taken(port: UdpPort) -> None:
    assert not port.takes_same(load(packets(CELL_BYTES)))
    assert not port.takes_same(load(packets(*[100] * 2000)))


async def test_who_is_refused_by_libsrtp_gets_nothing_and_others_all(port: UdpPort, receivers: list[Receiver]) -> None:
    those = party(port, receivers[:3])
    assert port.send_same(load(packets(50, first=4_000)), port.party([(those.srtps[1], receivers[1].address)])) == 0
    made = packets(300, 300, 40)
    assert port.send_same(load(made), those) == 1  # far behind what it has sent: no repetition of it is safe
    assert await receivers[0].get(len(made)) == await receivers[2].get(len(made)) == made
    assert await receivers[1].get(1) == packets(50, first=4_000)


def replace_call(port: UdpPort, make: Callable[[Any], Any]) -> None:
    assert port._grid is not None
    port._grid._call = make(port._grid._call)


async def test_what_one_call_did_not_take_goes_with_the_next(port: UdpPort, receivers: list[Receiver]) -> None:
    replace_call(port, lambda call: lambda fd, first, count, flags: call(fd, first, min(count, 3), flags))
    made = packets(300, 300, 40, 300)
    port.send_same(load(made), party(port, receivers[:9]))
    assert [await each.get(len(made)) for each in receivers[:9]] == [made] * 9


@pytest.mark.parametrize("error", [errno.EAGAIN, errno.EIO])
async def test_what_the_system_does_not_take_goes_in_another_way(
    port: UdpPort, receivers: list[Receiver], error: int
) -> None:
    calls = 0

    def full_after_three(call: Any) -> Any:
        def sendmmsg(fd: int, first: Any, count: int, flags: int) -> int:
            nonlocal calls
            calls += 1
            if calls == 1:
                return int(call(fd, first, min(count, 3), flags))
            batching._ffi.errno = error
            return -1

        return sendmmsg

    replace_call(port, full_after_three)
    made = packets(300, 300, 40, 300)
    port.send_same(load(made), party(port, receivers[:4]))
    assert [await each.get(len(made)) for each in receivers[:4]] == [made] * 4
    assert port.takes_same(load(made)) is (error == errno.EAGAIN)

"""Datagrams in batches, and what happens where the system takes less than was given."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from media_core.webrtc import batching
from media_core.webrtc.batching import SENT_AT_ONCE, Address, Names, Receiver, load_calls
from media_core.webrtc.binding import bind_udp
from media_core.webrtc.sockets import ARENA_BYTES, UdpPort
from tests.waiting import until

pytestmark = pytest.mark.skipif(load_calls() is None, reason="the system lacks the calls")


@pytest.fixture
def receivers() -> Iterator[list[socket.socket]]:
    found = [bind_udp("127.0.0.1", 0) for _ in range(3)]
    yield found
    for each in found:
        each.close()


@pytest.fixture(params=[True, False], ids=["batched", "plain"])
async def port(request: pytest.FixtureRequest) -> AsyncIterator[UdpPort]:
    made = UdpPort(bind_udp("127.0.0.1", 0), batched=request.param)
    yield made
    made.close()


@pytest.fixture
async def batched() -> AsyncIterator[UdpPort]:
    made = UdpPort(bind_udp("127.0.0.1", 0))
    made.start(lambda *_: None, lambda: 0.0)
    yield made
    made.close()


def write(port: UdpPort, address: Address, *sizes: int, mark: int = 0) -> list[bytes]:
    """Write one message of datagrams of these sizes, each marked by its place."""
    datagrams = [bytes([mark, place]).ljust(size, b"x") for place, size in enumerate(sizes)]
    together = b"".join(datagrams)
    start = port.room(len(together))
    port.arena[start : start + len(together)] = together
    port.add_all(address, start, [(0, len(together), sizes[0])])
    return datagrams


def read(receiver: socket.socket) -> list[bytes]:
    found: list[bytes] = []
    while True:
        try:
            found.append(receiver.recv(4096))
        except BlockingIOError:
            return found


async def get(receiver: socket.socket, count: int) -> list[bytes]:
    """Return what came, once it is so many datagrams: on a busy system they are on their way for a moment, on loopback too."""
    found: list[bytes] = []

    def came() -> bool:
        found.extend(read(receiver))
        return len(found) >= count

    await until(came)
    return found


async def test_the_same_datagrams_arrive_with_and_without_batching(
    port: UdpPort, receivers: list[socket.socket]
) -> None:
    sent = {
        each: write(port, each.getsockname(), 1000, 1000, 1000, 60, mark=mark)
        + write(port, each.getsockname(), 70, mark=100 + mark)
        for mark, each in enumerate(receivers)
    }
    port.send_added()
    assert {each: await get(each, len(sent[each])) for each in receivers} == sent
    assert not port.counters


async def test_more_than_one_call_takes_and_more_than_the_arena_holds(
    port: UdpPort, receivers: list[socket.socket]
) -> None:
    """Each receiver gets its datagrams in the order in which they were written."""
    sent: dict[socket.socket, list[bytes]] = {each: [] for each in receivers}
    for mark in range(200):
        for each in receivers:
            sent[each] += write(port, each.getsockname(), 200 + mark, mark=mark)
    assert SENT_AT_ONCE < 3 * 200
    for mark in range(20):
        sent[receivers[0]] += write(port, receivers[0].getsockname(), *[1100] * 14, mark=mark)
    assert ARENA_BYTES < 20 * 14 * 1100
    port.send_added()
    assert {each: await get(each, len(sent[each])) for each in receivers} == sent


def replace_call(port: UdpPort, make: Callable[[Any], Any]) -> None:
    assert port._sender is not None
    port._sender._call = make(port._sender._call)


async def test_what_one_call_did_not_take_goes_with_the_next(batched: UdpPort, receivers: list[socket.socket]) -> None:
    replace_call(batched, lambda call: lambda fd, first, count, flags: call(fd, first, min(count, 2), flags))
    sent = [write(batched, receivers[0].getsockname(), 300, 300, mark=mark) for mark in range(7)]
    batched.send_added()
    together = [datagram for message in sent for datagram in message]
    assert await get(receivers[0], len(together)) == together


@pytest.mark.parametrize("error", [errno.EAGAIN, errno.ENOBUFS])
async def test_what_the_system_cannot_take_now_waits_in_order(
    batched: UdpPort, receivers: list[socket.socket], error: int
) -> None:
    calls = 0

    def full_after_two(call: Any) -> Any:
        def sendmmsg(fd: int, first: Any, count: int, flags: int) -> int:
            nonlocal calls
            calls += 1
            if calls == 1:
                return int(call(fd, first, min(count, 2), flags))
            batching._ffi.errno = error
            return -1

        return sendmmsg

    replace_call(batched, full_after_two)
    address = receivers[0].getsockname()
    sent = [datagram for mark in range(5) for datagram in write(batched, address, 300, 300, mark=mark)]
    batched.send_added()
    batched.send(b"later", address)
    sent.append(b"later")
    found: list[bytes] = []

    def came() -> bool:
        found.extend(read(receivers[0]))
        return len(found) == len(sent)

    await until(came)
    assert found == sent
    assert batched.counters["send_waited"] == 7


async def test_where_segments_are_refused_datagrams_go_one_by_one(
    batched: UdpPort, receivers: list[socket.socket]
) -> None:
    def no_segments(call: Any) -> Any:
        def sendmmsg(fd: int, first: Any, count: int, flags: int) -> int:
            if any(first[number].header.control_length for number in range(count)):
                batching._ffi.errno = errno.EIO
                return -1
            return int(call(fd, first, count, flags))

        return sendmmsg

    replace_call(batched, no_segments)
    sent = [datagram for mark in range(3) for datagram in write(batched, receivers[0].getsockname(), 300, 300, 20)]
    batched.send_added()
    assert await get(receivers[0], len(sent)) == sent
    assert not batched.segmented


async def test_one_bad_address_stops_no_other(batched: UdpPort, receivers: list[socket.socket]) -> None:
    write(batched, ("::1", 9), 100)
    sent = write(batched, receivers[0].getsockname(), 100)
    batched.send_added()
    assert await get(receivers[0], len(sent)) == sent
    assert batched.counters["send_dropped"] == 1


async def test_many_datagrams_are_read_at_once_with_their_addresses(port: UdpPort) -> None:
    came: list[tuple[bytes, Address]] = []
    ended: list[int] = []

    def batch_ended() -> float:
        ended.append(len(came))
        return 0.0

    with bind_udp("127.0.0.1", 0) as one, bind_udp("127.0.0.1", 0) as other:
        for number in range(100):
            (one, other)[number % 2].sendto(bytes([number]), port.address)
        one.sendto(b"", port.address)
        with bind_udp("127.0.0.1", 0) as after:  # what is sent last comes last
            one.sendto(b"all are there", after.getsockname())
            assert await get(after, 1) == [b"all are there"]
        port.start(lambda datagram, address: came.append((datagram, address)), batch_ended)
        await until(lambda: len(came) == 101)
        assert came[:100] == [(bytes([number]), (one, other)[number % 2].getsockname()) for number in range(100)]
        assert came[100] == (b"", one.getsockname())
    assert len(ended) <= 4


async def test_while_nobody_needs_to_look_what_comes_waits_together() -> None:
    port = UdpPort(bind_udp("127.0.0.1", 0))
    batches: list[int] = []
    came: list[bytes] = []

    def batch_ended() -> float:
        batches.append(len(came))
        return 0.1

    port.start(lambda datagram, _: came.append(datagram), batch_ended)
    with bind_udp("127.0.0.1", 0) as sender:
        for _ in range(10):
            sender.sendto(b"x", port.address)
            await asyncio.sleep(0.001)
        await until(lambda: len(came) == 10)
    assert len(batches) < 10
    port.close()


async def test_ipv6_addresses_in_both_forms() -> None:
    names = Names(socket.AF_INET6)
    assert names.read(names.raw(("2001:db8::7", 5000))) == ("2001:db8::7", 5000)
    with pytest.raises(OSError):
        names.raw(("nowhere", 5000))


def test_a_socket_for_both_families_tells_ipv4_addresses_in_their_own_form() -> None:
    names = Names(socket.AF_INET6)
    assert names.read(names.raw(("192.0.2.7", 5000))) == ("192.0.2.7", 5000)
    assert names.raw(("192.0.2.7", 5000)) == Names(socket.AF_INET6).raw(("::ffff:192.0.2.7", 5000))


@pytest.mark.parametrize("batched", [True, False], ids=["batched", "plain"])
async def test_one_port_serves_both_families(batched: bool) -> None:
    """Datagrams and segments, in and out, over 127.0.0.1 and ::1."""
    port = UdpPort(bind_udp("::", 0), batched=batched)
    came: list[tuple[bytes, Address]] = []
    port.start(lambda datagram, address: came.append((datagram, address)), lambda: 0.0)
    for host in ("127.0.0.1", "::1"):
        with bind_udp(host, 0) as browser:
            mine = browser.getsockname()[:2]
            browser.sendto(host.encode(), (host, port.address[1]))
            await until(lambda: came)
            assert came.pop() == (host.encode(), mine)
            port.send(b"one", mine)
            sent = write(port, mine, 900, 900, 300)
            port.send_added()
            await until(lambda browser=browser: read_one(browser) == b"one")  # type: ignore[misc]
            assert await get(browser, len(sent)) == sent
    port.close()


def read_one(receiver: socket.socket) -> bytes | None:
    try:
        return receiver.recv(2048)
    except BlockingIOError:
        return None


async def test_nothing_to_read_is_said_as_recvfrom_says_it() -> None:
    with bind_udp("127.0.0.1", 0) as udp, pytest.raises(BlockingIOError):
        Receiver(load_calls(), udp, Names(udp.family)).receive()

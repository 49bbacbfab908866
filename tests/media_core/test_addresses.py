"""Several addresses of one server, IPv4 and IPv6: each answers as itself, and what is announced stands in the offer."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator

import pytest

from media_core.engine import MediaConfig, Source, TrackRef, View
from media_core.ids import MemberId
from media_core.local import LocalEngine
from tests.media_core.engines import ROOM
from tests.media_core.raw_client import RawClient
from tests.media_core.stream_client import StreamClient
from tests.media_core.test_streams import talk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 as its own")

ADDRESSES = ("127.0.0.2", "127.0.0.3", "::1", "127.0.0.1")
ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")


@pytest.fixture(params=["batched", "plain"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[LocalEngine]:
    """Listens on everything and announces four addresses."""
    batched = "yes" if request.param == "batched" else "no"
    made = await LocalEngine.start(MediaConfig("::", announced=ADDRESSES, extra={"batched": batched}))
    await made.open_room(ROOM)
    yield made
    await made.close()


def to(host: str, kind: type[RawClient]) -> type[RawClient]:
    """Return a client that goes to this address of the offer."""
    protocol = "tcp" if kind is StreamClient else "udp"

    class Directed(kind):  # type: ignore[valid-type,misc]
        candidate = rf"a=candidate:\d+ 1 {protocol} \d+ (?={re.escape(host)} )"

    return Directed


@pytest.mark.parametrize("kind", [RawClient, StreamClient])
async def test_media_flows_by_each_address(engine: LocalEngine, kind: type[RawClient]) -> None:
    """The clients' sockets are connected: what came from another address than they sent to would not reach them."""
    await engine.set_gates(ROOM, ANNA, frozenset({Source.MICROPHONE, Source.CAMERA}))
    async with await to(ADDRESSES[0], kind).join(engine, ROOM, ANNA) as anna:
        for host in ADDRESSES:
            async with await to(host, kind).join(engine, ROOM, BOB) as bob:
                await engine.set_view(bob.transport, View(TrackRef(ANNA, Source.CAMERA)))
                await talk(anna, bob, host.encode())


async def test_every_address_has_a_candidate_of_each_kind_with_the_announced_port() -> None:
    engine = await LocalEngine.start(MediaConfig(announced=("203.0.113.7", "2001:db8::7"), announced_port=17_000))
    try:
        await engine.open_room(ROOM)
        sdp = (await engine.connect(ROOM, ANNA)).sdp
        lines = re.findall(
            r"^a=candidate:(\d+) 1 (udp|tcp) (\d+) (\S+) (\d+) typ host( tcptype passive)?\r$", sdp, re.M
        )
        first = lines[:4]
        assert [(protocol, host, port) for _, protocol, _, host, port, _ in first] == [
            ("udp", "203.0.113.7", "17000"),
            ("udp", "2001:db8::7", "17000"),
            ("tcp", "203.0.113.7", "17000"),
            ("tcp", "2001:db8::7", "17000"),
        ]
        assert all((protocol == "tcp") is bool(passive) for _, protocol, _, _, _, passive in first)
        priorities = [int(priority) for _, _, priority, _, _, _ in first]
        assert priorities == sorted(priorities, reverse=True)
        assert len({foundation for foundation, *_ in first}) == 4
    finally:
        await engine.close()


async def test_one_port_is_one_sala() -> None:
    """Addresses share a number only among themselves."""
    first = await LocalEngine.start(MediaConfig("0.0.0.0", announced=("127.0.0.2",)))
    try:
        for host in ("0.0.0.0", "127.0.0.2"):
            with pytest.raises(OSError, match="in use"):
                await LocalEngine.start(MediaConfig(host, port=first.address[1]))
    finally:
        await first.close()

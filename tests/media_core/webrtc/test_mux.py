"""Which datagrams reach a transport, and which are dropped and counted."""

from __future__ import annotations

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from media_core.webrtc.mux import MAX_ADDRESSES, IceEnd, Mux, Place, StreamAddress
from media_core.webrtc.sockets import Address

HOME, AWAY, STRANGER = ("192.0.2.1", 1), ("192.0.2.2", 2), ("198.51.100.9", 9)
DTLS, RTP = bytes([22]) + bytes(20), bytes([0x80]) + bytes(20)


class Recorder:
    """Keeps what reached it."""

    def __init__(self) -> None:
        self.checks = 0
        self.dtls: list[bytes] = []
        self.media: list[bytes] = []
        self.moves = 0

    def path_changed(self) -> None:
        self.moves += 1

    def ice_checked(self) -> None:
        self.checks += 1

    def dtls_received(self, datagram: bytes) -> None:
        self.dtls.append(datagram)

    def media_received(self, datagram: bytes) -> None:
        self.media.append(datagram)


class Net:
    """A mux with one transport."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, Place]] = []
        self.mux = Mux(self)
        self.owner = Recorder()
        self.end = IceEnd(self.owner)
        self.mux.add(self.end)

    def send(self, datagram: bytes, address: Place, /) -> None:
        self.sent.append((datagram, address))

    def add_all(self, *_: object) -> None:
        raise AssertionError("the mux sends one at a time")

    def check(self, address: Address, *, password: str = "", ufrag: str = "", nominate: bool = False) -> None:
        self.mux.receive(check(self.end, password=password, ufrag=ufrag, nominate=nominate), address)


def check(end: IceEnd, *, password: str = "", ufrag: str = "", nominate: bool = False) -> bytes:
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes["USERNAME"] = f"{ufrag or end.credentials.ufrag}:browser"
    if nominate:
        request.attributes["USE-CANDIDATE"] = None
    request.add_message_integrity((password or end.credentials.password).encode())
    return bytes(request)


def test_a_check_is_answered_and_makes_its_address_known() -> None:
    net = Net()
    net.check(HOME)
    response, address = net.sent[0]
    assert address == HOME
    assert stun.parse_message(response).attributes["XOR-MAPPED-ADDRESS"] == HOME
    assert stun.parse_message(response).check_message_integrity(net.end.credentials.password.encode())
    net.mux.receive(DTLS, HOME)
    net.mux.receive(RTP, HOME)
    assert (net.owner.checks, net.owner.dtls, net.owner.media) == (1, [DTLS], [RTP])


@pytest.mark.parametrize("datagram", [DTLS, RTP])
def test_strangers_reach_nobody(datagram: bytes) -> None:
    net = Net()
    net.mux.receive(datagram, STRANGER)
    net.check(HOME)
    net.mux.receive(datagram, STRANGER)
    assert not net.owner.dtls
    assert not net.owner.media
    assert net.mux.dropped["foreign"] == 2


def test_a_check_with_a_wrong_password_or_name_gets_no_answer() -> None:
    net = Net()
    net.check(STRANGER, password="x" * 32)
    net.check(STRANGER, ufrag="nobody")
    assert not net.sent
    assert net.end.address is None
    assert net.mux.dropped == {"stun_bad_integrity": 1, "stun_unknown_ufrag": 1}


def test_the_server_follows_to_a_nominated_address_only() -> None:
    net = Net()
    net.check(HOME)
    net.check(AWAY)
    net.mux.send(net.end, b"to the first")
    net.check(AWAY, nominate=True)
    net.mux.send(net.end, b"to the new one")
    assert [sent for sent in net.sent if sent[0].startswith(b"to")] == [
        (b"to the first", HOME),
        (b"to the new one", AWAY),
    ]
    net.mux.receive(RTP, HOME)
    net.mux.receive(RTP, AWAY)
    assert len(net.owner.media) == 2


def test_until_an_address_is_nominated_the_handshake_is_answered_where_it_came_from() -> None:
    """A check shows that the browser reaches the server; that it began a handshake, that it is reached itself."""
    net = Net()
    net.check(HOME)
    net.check(AWAY)
    net.mux.receive(DTLS, AWAY)
    net.mux.send(net.end, b"to the new one")
    net.check(HOME, nominate=True)
    net.mux.receive(DTLS, AWAY)
    net.mux.send(net.end, b"to the nominated one")
    assert net.sent[-1] == (b"to the nominated one", HOME)
    assert (b"to the new one", AWAY) in net.sent


def test_when_a_connection_closes_another_address_takes_over() -> None:
    net, stream = Net(), Net()
    address = StreamAddress("192.0.2.1", 1)
    net.check(HOME)
    net.mux.receive(check(net.end, nominate=True), address, stream)
    net.mux.send(net.end, b"by the connection")
    assert stream.sent[-1] == (b"by the connection", address)
    net.mux.gone(address)
    net.mux.send(net.end, b"by datagram")
    assert net.sent[-1] == (b"by datagram", HOME)


def test_a_removed_transport_hears_nothing_more() -> None:
    net = Net()
    net.check(HOME)
    net.mux.remove(net.end)
    net.mux.receive(RTP, HOME)
    net.check(HOME)
    net.mux.send(net.end, b"to nobody")
    assert not net.owner.media
    assert net.owner.checks == 1
    assert len(net.sent) == 1


def test_an_address_belongs_to_who_proved_it_last() -> None:
    net = Net()
    other = IceEnd(Recorder())
    net.mux.add(other)
    net.check(HOME)
    net.mux.receive(check(other), HOME)
    net.mux.remove(net.end)
    net.mux.receive(RTP, HOME)
    assert isinstance(other.owner, Recorder)
    assert other.owner.media == [RTP]
    assert not net.owner.media


def test_a_transport_has_few_addresses() -> None:
    net = Net()
    for port in range(1, 100):
        net.check(("192.0.2.1", port))
    assert len(net.end.addresses) == MAX_ADDRESSES
    assert net.end.address == ("192.0.2.1", 1)


def test_a_response_or_another_method_is_not_a_check() -> None:
    net = Net()
    for method, kind in ((stun.Method.BINDING, stun.Class.RESPONSE), (stun.Method.ALLOCATE, stun.Class.REQUEST)):
        message = stun.Message(method, kind)
        message.attributes["USERNAME"] = f"{net.end.credentials.ufrag}:x"
        message.add_message_integrity(net.end.credentials.password.encode())
        net.mux.receive(bytes(message), HOME)
    assert net.mux.dropped["stun_not_a_check"] == 2
    assert not net.sent


@given(st.binary(max_size=200))
def test_garbage_is_dropped(datagram: bytes) -> None:
    net = Net()
    net.mux.receive(datagram, STRANGER)
    assert not net.sent
    assert sum(net.mux.dropped.values()) == 1


@given(st.data())
def test_a_damaged_check_is_dropped_or_answered(data: st.DataObject) -> None:
    net = Net()
    whole = check(net.end)
    at = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:at] + data.draw(st.binary(max_size=4)) + whole[at + data.draw(st.integers(0, 8)) :]
    net.mux.receive(damaged, STRANGER)
    if not net.sent:
        assert net.end.address is None

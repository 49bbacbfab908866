"""Receivers in step get what each would get alone: the same datagrams, whatever happens between bursts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from media_core.burst import Burst, Train
from media_core.engine import Source, TrackRef
from media_core.forwarding import Forwarder
from media_core.ids import MemberId
from media_core.lanes import Cohort
from media_core.publisher import Packet, Publisher
from media_core.rtp.layers import ALL_TEMPORAL
from media_core.subscriber import Slot
from media_core.transport import Transport
from tests.media_core.test_burst import picture

TRACKS, RECEIVERS, MIDS = 2, 4, ("v0", "v1")


class Receiver:
    """What the way out knows of a transport; ``got`` are the packets that would be protected and sent to it."""

    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder
        self.carrying: dict[Slot, None] = {}
        self.slots = {mid: Slot(cast(Transport, self), mid) for mid in MIDS}
        self.srtp = SimpleNamespace(tag_bytes=16)
        self.outgoing: list[Any] = []
        self.cohort: Cohort | None = None
        self.sent_alone_bytes = 0
        self.got: list[bytes] = []

    def scatter(self) -> None:
        self._forwarder.cohorts.scatter(cast(Transport, self))


class Outbound:
    """Keeps what goes out, by receiver."""

    def to_one(self, train: Train, transport: Transport) -> int:
        cast(Receiver, transport).got += map(bytes, train.packets)
        transport.sent_alone_bytes += train.size
        return train.count

    def to_all(self, train: Train, cohort: Cohort) -> int:
        cohort.sent_bytes += train.size
        for transport in cohort.members:
            cast(Receiver, transport).got += map(bytes, train.packets)
        return train.count * len(cohort.members)


class Scene:
    """Two tracks, and receivers who show each of them. ``together`` false: nobody is ever in step."""

    def __init__(self, *, together: bool) -> None:
        port: Any = SimpleNamespace(arena=bytearray(8), send_added=lambda: None)
        self.forwarder = Forwarder(port)
        self.forwarder._outbound = cast(Any, Outbound())
        owner = cast(Transport, SimpleNamespace(send_rtcp=lambda _: None))
        self.tracks = [
            Publisher(
                TrackRef(MemberId(f"m{number}"), Source.CAMERA), owner, ssrc=number, rtx_ssrc=None, attention=set()
            )
            for number in range(TRACKS)
        ]
        self.receivers = [Receiver(self.forwarder) for _ in range(RECEIVERS)]
        self.together = together
        self.now_s = 1.0

    def flush(self, bursts: dict[int, list[Packet]]) -> None:
        if not self.together:
            for receiver in self.receivers:
                for slot in receiver.slots.values():
                    slot.leave()
        for number, packets in bursts.items():
            self.tracks[number].pending = packets
            self.forwarder._pending.append(self.tracks[number])
        self.forwarder.flush(self.now_s)
        self.now_s += 0.02

    def change(self, receiver: int, mid: str, what: str) -> None:
        slot = self.receivers[receiver].slots[mid]
        if what == "thin":
            slot.thin(0 if slot.thinning.idle else ALL_TEMPORAL)
        elif what == "drop":
            slot.feed_from(None)
        elif what == "first":
            slot.feed_from(self.tracks[0])
        else:
            slot.feed_from(self.tracks[1])

    def told(self) -> list[object]:
        found: list[object] = []
        for receiver in self.receivers:
            found.append(sorted(receiver.got))
            found.append(receiver.sent_alone_bytes + (0 if receiver.cohort is None else receiver.cohort.sent_bytes))
            for slot in receiver.slots.values():
                slot.catch_up()
                sources = [slot.munger.source_of(number) for number in (0, 40, 60)]
                found.append((slot.packets, slot.octets, slot.last_sent_s, sources))
        return found


@st.composite
def numbers_in_bursts(draw: st.DrawFn) -> list[list[int]]:
    numbers = [number for number in range(draw(st.integers(20, 120))) if number == 0 or draw(st.integers(0, 19))]
    bursts: list[list[int]] = []
    while numbers:
        count = draw(st.integers(1, 5))
        bursts.append(numbers[:count])
        numbers = numbers[count:]
    if len(bursts) > 3 and draw(st.booleans()):  # one that came late
        late = bursts.pop(2)
        bursts.insert(draw(st.integers(3, len(bursts))), late)
    return bursts


changes = st.lists(
    st.tuples(
        st.integers(0, 59),
        st.integers(0, RECEIVERS - 1),
        st.sampled_from(MIDS),
        st.sampled_from(("thin", "drop", "first", "second")),
    ),
    max_size=14,
)


@settings(max_examples=80, deadline=None)
@given(numbers_in_bursts(), numbers_in_bursts(), changes, st.booleans())
def test_together_or_alone_the_same_goes_out(
    first: list[list[int]], second: list[list[int]], what: list[tuple[int, int, str, str]], short_ids: bool
) -> None:
    scenes = [Scene(together=True), Scene(together=False)]
    for scene in scenes:
        for receiver in scene.receivers:
            for mid, track in zip(MIDS, scene.tracks, strict=True):
                receiver.slots[mid].feed_from(track)
        for step in range(max(len(first), len(second))):
            for at, receiver_number, mid, kind in what:
                if at == step:
                    scene.change(receiver_number, mid, kind)
            bursts = {
                number: [_key_at_times(picture(each, short_ids=short_ids)) for each in bursts[step]]
                for number, bursts in enumerate((first, second))
                if step < len(bursts)
            }
            scene.flush(bursts)
    assert scenes[0].told() == scenes[1].told()


def _key_at_times(packet: Packet) -> Packet:
    """Every tenth picture begins anew, so that slots which changed go on."""
    if packet.vp8 is None or not packet.vp8.starts_frame or (packet.vp8.picture_id or 0) % 10:
        return packet
    return Packet(packet.sequence_number, packet.timestamp, packet.second_byte, packet.payload, packet.vp8, True)


def test_a_room_that_sees_the_same_is_one_cohort() -> None:
    scene = Scene(together=True)
    for receiver in scene.receivers:
        receiver.slots["v0"].feed_from(scene.tracks[0])
    for number in range(4):
        scene.flush({0: [picture(number)]})
    cohort = scene.receivers[0].cohort
    assert cohort is not None
    assert {*map(id, cohort.members)} == {*map(id, scene.receivers)}
    assert len(scene.tracks[0].lanes) == 1
    assert not scene.tracks[0].loose


def test_who_leaves_out_packets_goes_alone_and_comes_back() -> None:
    scene = Scene(together=True)
    for receiver in scene.receivers:
        receiver.slots["v0"].feed_from(scene.tracks[0])
    for number in range(3):  # begin, be in step, go together
        scene.flush({0: [picture(number)]})
    slot = scene.receivers[0].slots["v0"]
    slot.thin(1)
    scene.flush({0: [picture(3)]})
    assert slot.lane is None
    assert scene.receivers[0].cohort is None
    assert scene.receivers[1].cohort is scene.receivers[2].cohort is not None


def test_nothing_is_kept_of_those_who_went() -> None:
    scene = Scene(together=True)
    for receiver in scene.receivers:
        receiver.slots["v0"].feed_from(scene.tracks[0])
    for number in range(4):
        scene.flush({0: [picture(number)]})
    assert scene.forwarder.cohorts._by_key
    for receiver in scene.receivers:
        receiver.slots["v0"].feed_from(None)
    scene.forwarder.cohorts.gather()
    assert not scene.tracks[0].lanes
    assert not scene.tracks[0].loose
    assert all(receiver.cohort is None for receiver in scene.receivers)
    assert not scene.forwarder.cohorts._by_key


def test_a_burst_follows_only_in_order() -> None:
    assert Burst([picture(1)]).follows(Burst([picture(0)]))
    assert not Burst([picture(0)]).follows(Burst([picture(1)]))

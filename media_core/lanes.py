"""
Slots in step: what is known of one of them is known of all, so that a burst costs one look instead of one a slot.

A slot's numbers differ from its track's by constants until it changes track or layer, or leaves packets out. Slots of a track for which
these constants agree share a ``Lane``. Receivers whose slots are in the same lanes are a ``Cohort``: whatever comes, they get the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from media_core.burst import Burst, Copy, Numbers

if TYPE_CHECKING:
    from media_core.subscriber import Slot
    from media_core.transport import Transport
    from media_core.webrtc.grid import Party
    from media_core.webrtc.sockets import UdpPort


class Lane:
    """
    Slots of one track whose numbers agree, with what was sent through each since they are in it.

    A lane takes each burst that follows on the one before; for any other all its slots leave it first.
    """

    __slots__ = ("cohorts", "copied", "last_sent_s", "numbers", "octets", "packets", "slots", "unseen")

    def __init__(self, copied: Copy) -> None:
        self.copied = copied
        """The last burst."""
        self.numbers: Numbers = copied.numbers
        self.slots: dict[Slot, None] = {}
        self.cohorts: dict[Cohort, None] = {}
        self.packets = 0
        self.octets = 0
        """Of payloads, as sender reports count them."""
        self.last_sent_s = 0.0
        self.unseen = 0

    def take(self, burst: Burst, send_time: int, now_s: float) -> Copy:
        """Write the next burst, once for all slots; there must be one at least."""
        copy = self.copied = next(iter(self.slots)).copy(burst, self.numbers, send_time)
        self.packets += copy.count
        self.octets += copy.octets
        self.last_sent_s = now_s
        self.unseen += 1
        if self.unseen >= burst.steps_unseen:  # before the short ones of their numbers wrap
            self.unseen = 0
            for slot in self.slots:
                slot.catch_up()
        return copy


class Cohort:
    """
    Receivers whose slots in step are in the same lanes.

    Who changes lanes leaves it, as does who is reached at another address: what is known of the members is found out once.
    """

    __slots__ = ("key", "lanes", "members", "outgoing", "parties", "sent_bytes", "single", "tag_bytes")

    def __init__(self, key: tuple[object, ...], lanes: tuple[Lane, ...], tag_bytes: int) -> None:
        self.key = key
        self.lanes = lanes
        self.tag_bytes = tag_bytes
        self.members: dict[Transport, None] = {}
        self.outgoing: list[Copy] = []
        """What all members get at the end of the flush."""
        self.parties: list[tuple[UdpPort, Party]] | None = None
        """The members by the port they are reached by, ``single`` those who are reached in another way; ``None`` until it is asked for."""
        self.single: list[Transport] = []
        self.sent_bytes = 0
        """To each member, ever."""

    def add(self, transport: Transport) -> None:
        self.members[transport] = None
        self.parties = None
        transport.cohort = self
        transport.sent_alone_bytes -= self.sent_bytes

    def remove(self, transport: Transport) -> None:
        del self.members[transport]
        self.parties = None
        transport.cohort = None
        transport.sent_alone_bytes += self.sent_bytes


class Cohorts:
    """Which receivers go together. Who changed lanes is ``scattered`` at once, and finds a new place at the next ``gather``."""

    def __init__(self) -> None:
        self._by_key: dict[tuple[object, ...], Cohort] = {}
        self._alone: dict[Transport, None] = {}

    def scatter(self, transport: Transport) -> None:
        """Take a receiver out of its cohort, because a slot of its came into a lane, or left it."""
        self._alone[transport] = None
        cohort = transport.cohort
        if cohort is None:
            return
        cohort.remove(transport)
        if not cohort.members:
            del self._by_key[cohort.key]
            for lane in cohort.lanes:
                del lane.cohorts[cohort]

    def gather(self) -> None:
        """Give everybody who has none a cohort."""
        alone, self._alone = self._alone, {}
        for transport in alone:
            lanes = tuple([slot.lane for slot in transport.slots.values() if slot.lane is not None])
            if not lanes or transport.srtp is None:
                continue
            key = (transport.srtp.tag_bytes, *lanes)
            cohort = self._by_key.get(key)
            if cohort is None:
                cohort = self._by_key[key] = Cohort(key, lanes, transport.srtp.tag_bytes)
                for lane in lanes:
                    lane.cohorts[cohort] = None
            cohort.add(transport)

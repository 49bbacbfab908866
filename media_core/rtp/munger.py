"""One outgoing slot as one unbroken RTP stream, whatever sources feed it one after another."""

from __future__ import annotations

from dataclasses import dataclass, field

from media_core.rtp.continuity import Continuity


@dataclass(slots=True)
class RtpMunger:
    """
    Rewrite sequence numbers and timestamps of an outgoing slot (RFC 3550 section 5.1).

    ``switch`` to a source first, then ``map`` each of its packets that is forwarded and ``drop`` each that is left out
    on purpose. Lost packets leave a gap, so that the receiver asks for them again.
    """

    clock_rate_hz: int
    next_timestamp: int = 0
    """The timestamp of the first packet; later, one more than the highest sent."""
    numbers: Continuity = field(default_factory=Continuity)
    _shift_ticks: int = 0

    def switch(self, sequence_number: int, timestamp: int, *, elapsed_s: float = 0.0) -> None:
        """
        Continue with another source, beginning with its packet of this number and timestamp.

        Args:
            sequence_number: Of the first packet to forward; the source's earlier packets are not.
            timestamp: Of the same packet.
            elapsed_s: Time since the last packet was sent through this slot; timestamps advance by as much.
        """
        self.numbers.switch(sequence_number)
        ticks = max(0, round(elapsed_s * self.clock_rate_hz) - 1)  # next_timestamp is one tick on already
        self._shift_ticks = (self.next_timestamp + ticks - timestamp) & 0xFFFFFFFF

    def pause(self) -> None:
        """Forward nothing until the next ``switch``."""
        self.numbers.close()

    def map(self, sequence_number: int, timestamp: int) -> tuple[int, int] | None:
        """
        Return the outgoing sequence number and timestamp of a packet of the present source.

        ``None`` where it must not be sent: it is from before the switch, was dropped, or is too old to be placed.
        """
        numbers = self.numbers
        before = numbers.next_out
        out = numbers.map(sequence_number)
        if out is None:
            return None
        out_timestamp = (timestamp + self._shift_ticks) & 0xFFFFFFFF
        if out >= before:
            self.next_timestamp = (out_timestamp + 1) & 0xFFFFFFFF
        return out & 0xFFFF, out_timestamp

    def adopt(self, sequence_number: int, timestamp: int) -> None:
        """
        Begin with the numbers of the first source, before the first ``switch``; receivers that share a source then share its packets.

        The upper bit of the sequence number goes: SRTP must not meet its first wrap before the receiver is there (RFC 3711 section 3.3.1).
        """
        self.numbers.next_out = sequence_number & 0x7FFF
        self.next_timestamp = timestamp

    def run(self, first: int, last: int, timestamp: int) -> tuple[int, int] | None:
        """
        Take packets of the present source that follow on all before in one step; ``timestamp`` is that of the last one.

        Returns:
            What to take off their sequence numbers and to add to their timestamps, or ``None`` if ``map`` must be asked for each.
        """
        before = self.numbers.next_out
        offset = self.numbers.run(first, last)
        if offset is None:
            return None
        if self.numbers.next_out > before:
            self.next_timestamp = (timestamp + self._shift_ticks + 1) & 0xFFFFFFFF
        return offset, self._shift_ticks

    def timestamp_of(self, timestamp: int) -> int:
        """Return the outgoing form of a timestamp of the present source, for sender reports."""
        return (timestamp + self._shift_ticks) & 0xFFFFFFFF

    def drop(self, sequence_number: int) -> None:
        """Leave a packet of the present source out; the receiver will see no gap."""
        self.numbers.drop(sequence_number)

    def source_of(self, sequence_number: int) -> int | None:
        """
        Return the source's sequence number of what went out with this one, to answer a NACK.

        ``None`` for what was sent before the last switch, or never.
        """
        extended = self.numbers.source_of(sequence_number)
        return None if extended is None else extended & 0xFFFF

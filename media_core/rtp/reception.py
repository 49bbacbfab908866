"""How well one RTP source arrives, for the receiver reports about it (RFC 3550 section 6.4 and appendix A)."""

from __future__ import annotations

from dataclasses import dataclass

from media_core.rtp.rtcp import ReportBlock

MAX_DROPOUT = 3000
MAX_MISORDER = 100
"""RFC 3550 appendix A.1: a greater jump of sequence numbers is a source that began anew, if the next packet follows on."""

_WRAP = float(1 << 32)
_RESTART = 0x10000  # no 16-bit number: nothing follows on it


@dataclass(slots=True)
class Reception:
    """Statistics of one source; ``received`` for each of its packets, ``report`` once per receiver report."""

    ssrc: int
    clock_rate_hz: int
    received_packets: int = 0
    jitter_ticks: float = 0.0
    _base: int = 0
    _highest: int = -1
    """Extended by the cycles; -1 before the first packet."""
    _restart_at: int = _RESTART
    _transit: float | None = None
    _expected_before: int = 0
    _received_before: int = 0
    _last_sr: int = 0
    _last_sr_s: float = 0.0

    @property
    def expected_packets(self) -> int:
        """Packets sent as far as the sequence numbers tell."""
        return self._highest - self._base + 1 if self._highest >= 0 else 0

    @property
    def lost_packets(self) -> int:
        """Expected less received, appendix A.3; negative where packets came twice."""
        return self.expected_packets - self.received_packets

    def received(self, sequence_number: int, timestamp: int, now_s: float) -> None:
        """Note one packet at its arrival; not the retransmissions, which would hide what was lost."""
        highest = self._highest
        if highest < 0:
            self._restart(sequence_number)
        else:
            ahead = (sequence_number - highest) & 0xFFFF
            if ahead < MAX_DROPOUT:
                self._highest = highest + ahead
            elif ahead <= 0x10000 - MAX_MISORDER and not self._began_anew(sequence_number):
                return
        self._restart_at = _RESTART
        self.received_packets += 1
        transit, before = now_s * self.clock_rate_hz - timestamp, self._transit
        self._transit = transit
        if before is not None:  # smooth the differences of transit times, appendix A.8
            difference = abs(transit - before)
            if difference > _WRAP / 2:  # the timestamps wrapped, however often
                difference = abs((transit - before + _WRAP / 2) % _WRAP - _WRAP / 2)
            self.jitter_ticks += (difference - self.jitter_ticks) / 16

    def sender_report(self, ntp_time: int, now_s: float) -> None:
        """Note the source's sender report: its 64-bit NTP time comes back to the source in ours."""
        self._last_sr = ntp_time >> 16 & 0xFFFFFFFF
        self._last_sr_s = now_s

    def report(self, now_s: float) -> ReportBlock:
        """Make the block about this source, and begin the next interval."""
        expected, received = self.expected_packets, self.received_packets
        expected_interval = expected - self._expected_before
        lost_interval = expected_interval - (received - self._received_before)
        self._expected_before, self._received_before = expected, received
        fraction = lost_interval * 256 // expected_interval if expected_interval > 0 and lost_interval > 0 else 0
        delay = min(int((now_s - self._last_sr_s) * 65536), 0xFFFFFFFF) if self._last_sr else 0
        return ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=min(fraction, 255),
            packets_lost=max(-0x800000, min(self.lost_packets, 0x7FFFFF)),
            highest_sequence_number=max(self._highest, 0) & 0xFFFFFFFF,
            jitter_ticks=int(self.jitter_ticks),
            last_sr=self._last_sr,
            delay_since_last_sr=max(delay, 0),
        )

    def _began_anew(self, sequence_number: int) -> bool:
        """Take the second of two packets in a row, both far from all before, as a source that began anew."""
        if sequence_number != self._restart_at:
            self._restart_at = (sequence_number + 1) & 0xFFFF
            return False
        self._restart(sequence_number)
        return True

    def _restart(self, sequence_number: int) -> None:
        self._base = self._highest = sequence_number
        self.received_packets = self._expected_before = self._received_before = 0
        self._transit = None


def round_trip_s(block: ReportBlock, ntp_time: int) -> float | None:
    """
    Return the round trip that a report block about our stream reveals (RFC 3550 section 6.4.1).

    Args:
        block: As it came.
        ntp_time: Our clock at its arrival, the one our sender reports were stamped with, as 64-bit NTP time.

    Returns:
        ``None`` where the other side has had no sender report yet, or its numbers cannot be.
    """
    if not block.last_sr:
        return None
    units = (ntp_time >> 16) - block.last_sr - block.delay_since_last_sr & 0xFFFFFFFF
    return units / 65536 if units < 0x80000000 else None

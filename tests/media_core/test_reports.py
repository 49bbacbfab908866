"""When a browser is told the clocks of what it hears and sees, and what is made of its own reports."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from media_core.reports import JUST_NOW_S, LISTENER_UNTOLD, NtpClock, Reports
from media_core.rtp.bandwidth import START_BPS, DownlinkEstimate
from media_core.rtp.rtcp import ReceiverReport, ReportBlock, build
from media_core.transport import Transport


class Listener(SimpleNamespace):
    """What reports need of a transport that sends nothing; ``told`` counts the reports it was sent."""

    def __init__(self) -> None:
        self.slot = SimpleNamespace(begun=True, publisher="anna", packets=0, last_sent_s=0.0)
        super().__init__(told=0, carrying=[self.slot])

    def encodings(self) -> tuple[()]:
        return ()

    def send_rtcp(self, _packets: object) -> None:
        self.told += 1


def seconds(listener: Listener, reports: Reports, count: int, *, comes: bool = True) -> list[int]:
    """Let seconds go by, in which sound comes or not; return how many reports each brought."""
    found = []
    for second in range(1, count + 1):
        before = listener.told
        if comes:
            listener.slot.last_sent_s = second - JUST_NOW_S / 2
        reports.send(float(second), {})
        found.append(listener.told - before)
    return found


def reports_to(listener: Any) -> Reports:
    return Reports(cast(Transport, listener), NtpClock(0.0))


def test_who_hears_the_same_as_before_is_told_less_often() -> None:
    listener = Listener()
    period = [1] + [0] * LISTENER_UNTOLD
    assert seconds(listener, reports_to(listener), 3 * len(period)) == 3 * period


def test_where_nothing_comes_reports_are_the_sign_of_life() -> None:
    listener = Listener()
    assert seconds(listener, reports_to(listener), 5, comes=False) == [1] * 5


def test_another_voice_is_told_of_at_once() -> None:
    listener = Listener()
    reports = reports_to(listener)
    seconds(listener, reports, 2)
    listener.slot.publisher = "bob"
    assert seconds(listener, reports, 2) == [1, 0]


def reported(*counts: tuple[int, int]) -> DownlinkEstimate:
    """Return the estimate after reports of so many packets expected and lost, both since the beginning."""
    estimate = DownlinkEstimate()
    slot = SimpleNamespace(munger=SimpleNamespace(clock_rate_hz=90_000))
    downlink = SimpleNamespace(estimate=estimate, narrowed=lambda _: None)
    reports = reports_to(SimpleNamespace(slots_by_ssrc={7: slot}, downlink=downlink))
    for second, (expected, lost) in enumerate(counts):
        block = ReportBlock(7, 0, lost, expected, 0, 0, 0)
        reports.receive(build([ReceiverReport(1, (block,))]), float(second))
    return estimate


def test_what_is_missing_for_good_narrows_a_downlink() -> None:
    assert reported((0, 0), (60, 10), (120, 20)).estimate_bps < START_BPS


def test_what_comes_late_was_not_lost() -> None:
    assert reported((0, 0), (60, 20), (120, 2)).estimate_bps == START_BPS


def test_of_a_few_packets_chance_tells_nothing() -> None:
    assert reported((0, 0), (25, 5), (50, 6), (75, 7)).estimate_bps == START_BPS

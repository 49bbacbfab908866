"""
What the pure parts of the media core cost per call, as ratios to a bare operation of the same run.

Run it with ``python -m bench.bench_rtp``. Nanoseconds differ between machines; the ratios hardly do.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable

from media_core.rtp.cache import PacketCache
from media_core.rtp.munger import RtpMunger
from media_core.rtp.nack import NackGenerator
from media_core.rtp.packet import audio_level, bare_packet, build_packet, parse_header, write_numbers
from media_core.rtp.reception import Reception
from media_core.rtp.rtcp import GenericNack, ReceiverReport, build, parse
from media_core.rtp.speaker import LoudestSpeakers
from media_core.rtp.vp8 import Vp8Munger, parse_descriptor

CALLS = 2_000
"""A run of a few milliseconds fits between the disturbances of a busy machine."""

VP8_START = bytes.fromhex("90e0 8123 4500 02") + bytes(1093)
AUDIO = build_packet(
    bytes(80), payload_type=111, sequence_number=1, timestamp=960, ssrc=1, extensions={4: b"a0", 3: b"\x9e"}
)
VIDEO = build_packet(VP8_START, payload_type=96, sequence_number=1, timestamp=960, ssrc=1, extensions={4: b"v0"})


def best_ns(work: Callable[[], object], *, runs: int = 60) -> float:
    """Return the fastest of several runs, in nanoseconds; the rest is noise."""
    timings = []
    for _ in range(runs):
        start = time.perf_counter_ns()
        work()
        timings.append(time.perf_counter_ns() - start)
    return min(timings)


def each(call: Callable[[int], object]) -> Callable[[], object]:
    """Call it with 0, 1, 2, …, ``CALLS`` times."""

    def run() -> None:
        for number in range(CALLS):
            call(number)

    return run


def subjects() -> dict[str, tuple[Callable[[int], object], float]]:
    """What is measured, and the most times the bare operation that it may cost."""
    header = parse_header(VIDEO)
    audio_header = parse_header(AUDIO)
    descriptor = parse_descriptor(VP8_START)
    assert header is not None
    assert audio_header is not None
    assert descriptor is not None
    munger = RtpMunger(clock_rate_hz=90_000)
    munger.switch(0, 0)
    pictures = Vp8Munger()
    pictures.switch(descriptor)
    packet = bytearray(VIDEO)
    bare = bare_packet(VIDEO, header)
    cache: PacketCache[bytes] = PacketCache()
    missing, reception, speakers = NackGenerator(), Reception(1, 90_000), LoudestSpeakers[int]()
    compound = build([ReceiverReport(1), GenericNack(1, 2, (5, 6, 9))])
    return {
        "parse_header": (lambda n: parse_header(VIDEO), 25),
        "audio_level": (lambda n: audio_level(AUDIO, audio_header, 3), 15),
        "bare_packet": (lambda n: bare_packet(VIDEO, header), 20),
        "write_numbers": (lambda n: write_numbers(bare, n & 0xFFFF, n, 1), 10),
        "RtpMunger.map": (lambda n: munger.map(n & 0xFFFF, n), 20),
        "parse_descriptor": (lambda n: parse_descriptor(VIDEO, header.payload_start), 35),
        "Vp8Munger.write": (lambda n: pictures.write(packet, header.payload_start, descriptor), 20),
        "PacketCache.put": (lambda n: cache.put(n & 0xFFFF, VIDEO, 0.0), 10),
        "NackGenerator.received": (lambda n: missing.received(n & 0xFFFF, 0.0), 15),
        "NackGenerator.due": (lambda n: missing.due(0.0), 10),
        "Reception.received": (lambda n: reception.received(n & 0xFFFF, n, 0.0), 20),
        "LoudestSpeakers.heard": (lambda n: speakers.heard(n & 7, 30, True, 0.0), 20),
        "rtcp.parse": (lambda n: parse(compound), 150),
    }


def main() -> None:
    pack = struct.Struct("!H").pack
    slow = []
    for name, (call, bar) in subjects().items():
        empty_ns = best_ns(each(lambda n: None)) / CALLS
        bare_ns = best_ns(each(lambda n: pack(n & 0xFFFF))) / CALLS - empty_ns
        cost_ns = best_ns(each(call)) / CALLS - empty_ns
        ratio = cost_ns / bare_ns
        slow += [name] * (ratio > bar)
        print(f"{name}: {cost_ns:.0f} ns/call, {ratio:.1f}x bare (bar {bar:.0f}x)")
    print(f"rtp: {len(slow)} above the bar{': ' if slow else ''}{', '.join(slow)}")
    raise SystemExit(bool(slow))


if __name__ == "__main__":
    main()

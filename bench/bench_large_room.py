"""
A large room: 4 cameras with sound, 300 listeners who get all of them, 60 s. ``make bench-room``; ends with 1 if the bars are missed.

The server is on core 0, the load on core 1. Everything is sent to everybody (stage and three small pictures in one layer): 348,000 packets a second
would be more than two cores can carry, so that each camera sends ``--frames`` small frames a second of two packets.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
from pathlib import Path

from bench.loadgen import run
from bench.loadgen.servers import LOAD_CORE

LOSS_BAR_PCT = 0.0
DELAY_BAR_MS = 20.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.bench_large_room")
    parser.add_argument("--folder", type=Path, default=Path("var/janus"))
    parser.add_argument("--receivers", type=int, default=300)
    parser.add_argument("--publishers", type=int, default=4)
    parser.add_argument("--frames", type=float, default=10.0)
    parser.add_argument("--measured", type=float, default=60.0, help="seconds")
    given = parser.parse_args()
    os.sched_setaffinity(0, {LOAD_CORE})
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    run.FRAMES_PER_S, run.PACKETS_PER_FRAME = given.frames, 2
    load = run.Load(given.receivers, given.publishers, 3.0, given.measured)
    found = asyncio.run(run.Run("sala", given.folder.absolute(), load).measure())
    p99_ms = found.delay_p99_ms if found.delay_p99_ms is not None else float("inf")
    print(
        f"room: {given.publishers} publishers, {found.receivers} listeners, {found.packets_per_s:.0f} packets/s, "
        f"{found.us_per_packet:.2f} us/packet, {found.cpu_pct:.0f} % of a core, {found.memory_mb:.0f} MB, "
        f"join {found.join_cpu_ms:.1f} ms CPU, others {found.foreign_cpu_pct:.0f} %"
    )
    print(
        f"room: loss {max(0.0, found.loss_pct):.3f} % (bar {LOSS_BAR_PCT:.0f}), "
        f"p99 delay {p99_ms:.1f} ms (bar {DELAY_BAR_MS:.0f})"
    )
    return 0 if round(found.loss_pct, 2) <= LOSS_BAR_PCT and p99_ms < DELAY_BAR_MS else 1


if __name__ == "__main__":
    sys.exit(main())

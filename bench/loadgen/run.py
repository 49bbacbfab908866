"""
One run: a server on one core, publishers and receivers on the other. Prints one JSON object.

    python -m bench.loadgen.run sala --folder var/janus --receivers 100
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.loadgen import procfs
from bench.loadgen.descriptions import read
from bench.loadgen.native import Engine, Stats
from bench.loadgen.peer import Peer
from bench.loadgen.servers import LOAD_CORE, SERVER_CORE, SERVERS, Server

SOUND_PER_S, SOUND_BYTES = 50.0, 120
FRAMES_PER_S, PACKETS_PER_FRAME, PICTURE_BYTES = 30.0, 8, 1100
VERIFIED = 4
"""Receivers that decrypt everything and measure delays; the others count."""
JOINS_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Load:
    receivers: int
    publishers: int = 1
    warm_up_s: float = 3.0
    measured_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run found. ``us_per_packet`` is CPU time of the server's processes for each packet that a receiver got."""

    server: str
    receivers: int
    profile: str
    us_per_packet: float
    ticks_us_per_packet: float
    """The same by the kernel's coarser count."""
    cpu_pct: float
    loss_pct: float
    delay_p50_ms: float | None
    delay_p99_ms: float | None
    memory_kb_per_receiver: float
    memory_mb: float
    join_cpu_ms: float
    packets_per_s: float
    failed: int
    refused: int
    """Packets that a verifying receiver could not decrypt or did not know."""
    nacks: int
    kernel_drops: int
    foreign_cpu_pct: float
    """What others did on the server's core meanwhile."""


@dataclass(frozen=True, slots=True)
class _Moment:
    stats: Stats
    cpu_s: float
    ticks_s: float
    core_s: float
    drops: int


class Run:
    def __init__(self, name: str, folder: Path, load: Load) -> None:
        self._name, self._load = name, load
        self._engine = Engine(folder)
        self._server: Server = SERVERS[name](folder)
        self._peers: list[Peer] = []
        self._pid = 0
        self._failed = 0

    async def measure(self) -> Figures:
        self._engine.start()
        self._pid = await self._server.start()
        try:
            return await self._measure()
        finally:
            self._engine.publish(False)
            await self._server.stop()
            self._engine.stop()

    async def _measure(self) -> Figures:
        load = self._load
        for number in range(load.publishers):
            await self._publish(number)
        await asyncio.sleep(0.5)
        pids = procfs.with_children(self._pid)
        before_kb, before_s = procfs.memory_kb(pids), procfs.cpu_s(pids)
        gate = asyncio.Semaphore(JOINS_AT_ONCE)
        await asyncio.gather(*(self._subscribe(number, gate) for number in range(load.receivers)))
        join_s = procfs.cpu_s(pids) - before_s
        self._engine.publish(True)
        await asyncio.sleep(load.warm_up_s)
        first = self._moment()
        await asyncio.sleep(load.measured_s)
        return self._figures(first, self._moment(), before_kb, join_s)

    async def _publish(self, number: int) -> None:
        peer = Peer(self._engine)
        ssrcs = {"0": 0xA0000000 + number, "1": 0xB0000000 + number}
        await peer.connect(read(await self._server.publish(number, peer.end, ssrcs)))
        sound, picture = self._server.mids
        self._engine.add_stream(
            peer.id, video=False, ssrc=ssrcs["0"], per_s=SOUND_PER_S, size=SOUND_BYTES, per_frame=1, mid=sound
        )
        per_s = FRAMES_PER_S * PACKETS_PER_FRAME
        self._engine.add_stream(
            peer.id,
            video=True,
            ssrc=ssrcs["1"],
            per_s=per_s,
            size=PICTURE_BYTES,
            per_frame=PACKETS_PER_FRAME,
            mid=picture,
        )
        self._peers.append(peer)

    async def _subscribe(self, number: int, gate: asyncio.Semaphore) -> None:
        async with gate:
            peer = Peer(self._engine)
            try:
                described = read(await self._server.subscribe(number, peer.end))
                await peer.connect(described, verify=number % max(1, self._load.receivers // VERIFIED) == 0)
            except (OSError, RuntimeError, TimeoutError):
                self._failed += 1
            else:
                self._peers.append(peer)

    def _moment(self) -> _Moment:
        pids = procfs.with_children(self._pid)
        stats = self._engine.stats()
        return _Moment(
            stats, procfs.cpu_s(pids), procfs.ticks_s(pids), procfs.core_busy_s(SERVER_CORE), procfs.receive_drops()
        )

    def _figures(self, first: _Moment, last: _Moment, before_kb: int, join_s: float) -> Figures:
        load, a, b = self._load, first.stats, last.stats
        elapsed_s, cpu_s = b.t_mono - a.t_mono, last.cpu_s - first.cpu_s
        received = b.rtp_pkts - a.rtp_pkts
        delays = self._engine.delays_us(a.lat_n, b.lat_n - a.lat_n)
        after_kb = procfs.memory_kb(procfs.with_children(self._pid))
        joined = max(1, load.receivers - self._failed)
        return Figures(
            server=self._name,
            receivers=load.receivers,
            profile=self._peers[-1].profile.decode(),
            us_per_packet=cpu_s * 1e6 / max(1, received),
            ticks_us_per_packet=(last.ticks_s - first.ticks_s) * 1e6 / max(1, received),
            cpu_pct=100 * cpu_s / elapsed_s,
            loss_pct=100 * (1 - received / max(1, b.expected - a.expected)),
            delay_p50_ms=_share(delays, 0.50),
            delay_p99_ms=_share(delays, 0.99),
            memory_kb_per_receiver=(after_kb - before_kb) / joined,
            memory_mb=after_kb / 1024,
            join_cpu_ms=join_s * 1000 / max(1, load.receivers),
            packets_per_s=received / elapsed_s,
            failed=self._failed,
            refused=b.unprot_fail + b.bad_payload,
            nacks=b.nack,
            kernel_drops=last.drops - first.drops,
            foreign_cpu_pct=100 * (last.core_s - first.core_s - cpu_s) / elapsed_s,
        )


def _share(delays_us: list[int], share: float) -> float | None:
    return delays_us[min(len(delays_us) - 1, int(share * len(delays_us)))] / 1000 if delays_us else None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.loadgen.run")
    parser.add_argument("server", choices=list(SERVERS))
    parser.add_argument("--folder", type=Path, required=True, help="what tools/janus.sh made")
    parser.add_argument("--receivers", type=int, default=100)
    parser.add_argument("--publishers", type=int, default=1)
    parser.add_argument("--warm-up", type=float, default=3.0)
    parser.add_argument("--measured", type=float, default=10.0)
    given = parser.parse_args()
    os.sched_setaffinity(0, {LOAD_CORE})
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < 8192:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    load = Load(given.receivers, given.publishers, given.warm_up, given.measured)
    figures = asyncio.run(Run(given.server, given.folder.absolute(), load).measure())
    print(json.dumps(asdict(figures)), flush=True)
    time.sleep(0.1)


if __name__ == "__main__":
    main()

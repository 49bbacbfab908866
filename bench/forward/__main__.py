"""
``make bench-forward``: interleaved rounds of the same load, server on core 0 and load on core 1.

One publisher (50 packets of sound of 120 bytes and 240 packets of picture of 1100 bytes a second) and N receivers with real DTLS-SRTP. Each
server chooses the SRTP profile as it does with a browser. Machines are noisy: rounds are interleaved, the number of receivers that is judged is
measured four times in each, beside Janus alone after the first, and the verdict is the median of the pairs' own ratios. Ends with 1 above the bar.

    python -m bench.forward --folder var/janus [--rounds 4] [--receivers 10 100 200] [--measured 8] [--results var/forward.jsonl]
"""

from __future__ import annotations

import argparse
import fcntl
import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.loadgen.servers import SERVER_CORE, Janus

BAR = 0.50
JUDGED_AT = 100
JUDGED_TIMES = 4
"""In each round: from one pair to the next the ratio varies by a fifth, so that the median of eight lay anywhere between 0.42 and 0.52."""
LIMIT_S = 120
Figures = Mapping[str, Any]


@contextmanager
def locked(path: Path | None) -> Iterator[None]:
    """Keep others who use the same file off the machine during one run."""
    if path is None:
        yield
        return
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(server: str, receivers: int, given: argparse.Namespace) -> Figures | None:
    command = [sys.executable, "-m", "bench.loadgen.run", server, "--folder", str(given.folder)]
    command += ["--receivers", str(receivers), "--measured", str(given.measured)]
    with locked(given.lock):
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S + given.measured, check=False)
    if done.returncode:
        print(f"{server}: no figures: {done.stderr.strip().splitlines()[-1:]}", flush=True)
        return None
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def floor_us(folder: Path, receivers: int, given: argparse.Namespace) -> float | None:
    """Copy, protect and send in C, one message a packet by ``sendmmsg``, AES-GCM: microseconds a packet."""
    command = ["taskset", "-c", str(SERVER_CORE), str(folder / "floor"), str(receivers)]
    with locked(given.lock):
        text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    found = re.search(r"GCM128 one socket sendmmsg.*med ([\d.]+)", text)
    return float(found[1]) if found else None


def line(figures: Figures) -> str:
    delays = "  -  /  -  "
    if figures["delay_p50_ms"] is not None:
        delays = f"{figures['delay_p50_ms']:5.2f}/{figures['delay_p99_ms']:5.1f}"
    profile = "GCM" if "GCM" in figures["profile"] else "CM"
    return (
        f"{figures['server']:>6} N={figures['receivers']:<4} {figures['us_per_packet']:6.2f} us/packet  "
        f"{figures['cpu_pct']:5.1f} % CPU  loss {figures['loss_pct']:6.3f} %  delay p50/p99 {delays} ms  "
        f"{figures['memory_kb_per_receiver']:4.0f} kB/receiver  join {figures['join_cpu_ms']:4.1f} ms CPU  {profile}  "
        f"others {figures['foreign_cpu_pct']:3.0f} %"
    )


def ratios(rounds: Sequence[Mapping[str, Figures]], other: str) -> list[float]:
    return [
        each["sala"]["us_per_packet"] / each[other]["us_per_packet"] for each in rounds if {"sala", other} <= set(each)
    ]


def measure(given: argparse.Namespace) -> dict[int, list[dict[str, Figures]]]:
    found: dict[int, list[dict[str, Figures]]] = defaultdict(list)
    for number in range(given.rounds):
        again = [count for count in given.receivers if count == JUDGED_AT] * (JUDGED_TIMES - 1)
        for turn, receivers in enumerate([*given.receivers, *again]):
            order = ["sala", "janus", "plain"] if turn < len(given.receivers) else ["sala", "janus"]
            if len(found[receivers]) % 2:
                order.reverse()
            figures = {server: taken for server in order if (taken := run(server, receivers, given)) is not None}
            found[receivers].append(figures)
            for taken in figures.values():
                print(f"round {number + 1}  {line(taken)}", flush=True)
                if given.results is not None:
                    with given.results.open("a") as file:
                        file.write(json.dumps({"round": number, **taken}) + "\n")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.forward")
    parser.add_argument("--folder", type=Path, default=Path("var/janus"), help="what tools/janus.sh made")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--receivers", type=int, nargs="+", default=[10, 100, 200])
    parser.add_argument("--measured", type=float, default=8.0, help="seconds of each run")
    parser.add_argument("--results", type=Path, help="a file to append each run's figures to, as JSON lines")
    parser.add_argument("--lock", type=Path, help="a file to lock during each run")
    given = parser.parse_args()
    tuned = Janus.tuned(given.folder)
    print(f"janus: {'tuned (event_loops = 1, libsrtp on OpenSSL)' if tuned else 'ONLY UNTUNED: no libsrtp on OpenSSL'}")
    found = measure(given)
    verdict = None
    for receivers, rounds in found.items():
        parts = []
        for other, name in (("janus", "tuned Janus" if tuned else "UNTUNED Janus"), ("plain", "plain aiortc")):
            taken = ratios(rounds, other)
            if taken:
                parts.append(f"{median(taken):.2f} of {name} [{min(taken):.2f}-{max(taken):.2f}]")
                if other == "janus" and receivers == JUDGED_AT:
                    verdict = median(taken)
        floor = floor_us(given.folder, receivers, given)
        if floor is not None and (sala := [each["sala"]["us_per_packet"] for each in rounds if "sala" in each]):
            parts.append(f"{median(sala) / floor:.1f} of the machine's floor ({floor:.2f} us)")
        print(f"N={receivers}: {', '.join(parts)}")
    if verdict is None:
        print(f"forward: not measured at N={JUDGED_AT} (bar {BAR:.2f})")
        return 1
    print(f"forward: {verdict:.2f} of {'tuned' if tuned else 'UNTUNED'} Janus at N={JUDGED_AT} (bar {BAR:.2f})")
    return 0 if verdict <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())

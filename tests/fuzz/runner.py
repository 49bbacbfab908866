"""Changes kept samples at random and feeds them to a target: ``python -m tests.fuzz [--seconds S] [--seed N] [TARGET …]``."""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
INTERESTING = (0, 1, 2, 0x0F, 0x10, 0x7F, 0x80, 0x90, 0xBE, 0xC8, 0xDE, 0xFE, 0xFF)
LONGEST_BYTES = 40_000


class Fault(Exception):
    """An input that broke a target; it was kept in the corpus, so that it is tried first from now on."""


def corpus(target: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / target).glob("*"))]


def mutate(sample: bytes, others: list[bytes], randomly: random.Random) -> bytes:
    """Return a sample with a few changes: bytes, runs, cuts, joins."""
    data = bytearray(sample)
    for _ in range(randomly.choice((1, 1, 2, 4, 8))):
        at = randomly.randrange(len(data) + 1)
        match randomly.randrange(7):
            case 0 if data:
                data[at % len(data)] = randomly.choice(INTERESTING)
            case 1 if data:
                data[at % len(data)] ^= 1 << randomly.randrange(8)
            case 2:
                del data[at : at + randomly.randrange(1, 9)]
            case 3:
                data[at:at] = randomly.randbytes(randomly.randrange(1, 9))
            case 4:
                del data[at:]
            case 5:
                data[at:] = randomly.choice(others)[at:]
            case _:
                data[at:at] = data[at : at + 32] * randomly.choice((1, 2, 30))
    return bytes(data[:LONGEST_BYTES])


def run(name: str, *, seconds: float, seed: int) -> int:
    """Feed a target; returns how many inputs it took. Raises ``Fault``."""
    target, samples, randomly = TARGETS[name], corpus(name), random.Random(seed)
    for sample in samples:
        _feed(name, target, sample)
    until_s, count = time.monotonic() + seconds, len(samples)
    while True:  # once at least, however the time went by
        for _ in range(100):
            _feed(name, target, mutate(randomly.choice(samples), samples, randomly))
        count += 100
        if time.monotonic() >= until_s:
            return count


def _feed(name: str, target: Callable[[bytes], None], data: bytes) -> None:
    try:
        target(data)
    except Exception as error:
        kept = CORPUS / name / f"fault-{hashlib.sha256(data).hexdigest()[:12]}"
        kept.write_bytes(data)
        raise Fault(f"{name}: {type(error).__name__} on {kept}") from error


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("targets", nargs="*", help=f"any of {', '.join(TARGETS)}; all, if none is named")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    given = parser.parse_args()
    for name in given.targets or TARGETS:
        count = run(name, seconds=given.seconds, seed=given.seed)
        print(f"{name}: {count} inputs in {given.seconds:g} s, seed {given.seed}, no fault", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

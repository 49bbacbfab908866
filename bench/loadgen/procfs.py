"""What the kernel says of processes and cores."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

CLOCK_TICKS = 100
PROC = Path("/proc")


def with_children(pid: int) -> set[int]:
    found, open_ = {pid}, [pid]
    while open_:
        for listed in (PROC / str(open_.pop()) / "task").glob("*/children"):
            children = {int(child) for child in listed.read_text().split()} - found
            found |= children
            open_ += children
    return found


def cpu_s(pids: Iterable[int]) -> float:
    """User and system time. Reads ``schedstat`` (nanoseconds) for threads that live; ticks would be as coarse as a short run."""
    total_ns = 0
    for pid in pids:
        for thread in (PROC / str(pid) / "task").iterdir():
            total_ns += int((thread / "schedstat").read_text().split()[0])
    return total_ns / 1e9


def ticks_s(pids: Iterable[int]) -> float:
    """The same as the kernel's sampling at each tick counted it."""
    total = 0
    for pid in pids:
        words = (PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
        total += int(words[11]) + int(words[12])
    return total / CLOCK_TICKS


def memory_kb(pids: Iterable[int]) -> int:
    total = 0
    for pid in pids:
        for line in (PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total


def core_busy_s(core: int) -> float:
    """Seconds in which a core did anything, for anybody."""
    for line in (PROC / "stat").read_text().splitlines():
        if line.startswith(f"cpu{core} "):
            user, nice, system, _, _, irq, softirq, *_ = (int(word) for word in line.split()[1:])
            return (user + nice + system + irq + softirq) / CLOCK_TICKS
    return 0.0


def receive_drops() -> int:
    """Datagrams that the kernel dropped because a socket's buffer was full, in the whole system."""
    lines = [line.split() for line in (PROC / "net" / "snmp").read_text().splitlines() if line.startswith("Udp:")]
    return int(dict(zip(lines[0], lines[1], strict=True))["RcvbufErrors"])

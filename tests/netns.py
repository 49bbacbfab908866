"""
Real networks on one machine: a network namespace for a client, with links that can be cut, UDP that can be blocked, and address translation.

Needs Linux, root and ``ip``; tests ask ``why_not`` and skip with its words elsewhere.
"""

from __future__ import annotations

import itertools
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_numbers = itertools.count(1)
_RUN = secrets.token_hex(3)
"""Tells this process's networks from those of any other, also of one that was killed and left its own behind."""


def why_not(*, nat: bool = False) -> str:
    """Return why there can be no namespaces here (with ``nat``: no address translation); empty if there can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("ip") is None:
        return "needs root and the ip command for a network namespace"
    if nat and shutil.which("nft") is None:
        return "needs nft for address translation"
    name = f"sala-try-{_RUN}"
    try:
        _run("ip", "netns", "add", name)
        if nat:
            _run(
                "ip",
                "netns",
                "exec",
                name,
                "nft",
                "add table ip try; add chain ip try out { type nat hook postrouting priority 100; }",
            )
    except subprocess.CalledProcessError as error:
        return f"this machine lets nobody make networks: {error.stderr.strip()}"
    finally:
        with suppress(subprocess.CalledProcessError):
            _run("ip", "netns", "del", name)
    return ""


def _run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, timeout=60).stdout


class Namespace:
    """A network of its own; its first process is what a test starts in it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def run(self, *words: str) -> str:
        """Run a command in it."""
        return _run("ip", "netns", "exec", self.name, *words)

    def ip(self, *words: str) -> str:
        return _run("ip", "-n", self.name, *words)

    def command(self, folder: Path, program: str) -> Path:
        """Write a script that starts a program in this namespace, for those who can only be given a path."""
        script = folder / f"{Path(program).name}-in-{self.name}"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} "{program}" "$@"\n')
        script.chmod(0o755)
        return script

    def block_udp(self) -> None:
        """Let no datagram out, silently, as strict firewalls do."""
        for family in ("-4", "-6"):
            self.ip(family, "rule", "add", "ipproto", "udp", "priority", "10", "blackhole")

    def translate(self, host: str, port: int, *, to: str, to_port: int) -> None:
        """Have what goes to an outside address and port arrive elsewhere, and the answers come from there (NAT)."""
        self.run("nft", "add table ip outside; add chain ip outside out { type nat hook output priority -100; }")
        for protocol in ("udp", "tcp"):
            rule = f"ip daddr {host} {protocol} dport {port} dnat to {to}:{to_port}"
            self.run("nft", f"add rule ip outside out {rule}")


@contextmanager
def namespace() -> Iterator[Namespace]:
    """Make a namespace with a loopback; what runs in it should have ended before this does."""
    made = Namespace(f"sala-{_RUN}-{next(_numbers)}")
    _run("ip", "netns", "add", made.name)
    try:
        made.ip("link", "set", "lo", "up")
        yield made
    finally:
        _run("ip", "netns", "del", made.name)


class Link:
    """A cable between the test's own network (``here``) and a namespace (``there``), an IPv4 /30 and an IPv6 /64 on it."""

    def __init__(self, to: Namespace) -> None:
        number = next(_numbers)
        stem = f"s{_RUN}x{number}"
        self.to, self.here_name, self.there_name = to, f"{stem}h", f"{stem}t"
        third, fourth = int(_RUN, 16) % 250 + 1, number * 4 % 252
        self.here, self.there = f"10.213.{third}.{fourth + 1}", f"10.213.{third}.{fourth + 2}"
        self.here6, self.there6 = f"fd5a:1a:{third:x}:{number:x}::1", f"fd5a:1a:{third:x}:{number:x}::2"
        _run("ip", "link", "add", self.here_name, "type", "veth", "peer", "name", self.there_name, "netns", to.name)
        for address, length in ((self.here, 30), (self.here6, 64)):
            _run(
                "ip",
                "addr",
                "add",
                f"{address}/{length}",
                "dev",
                self.here_name,
                *(("nodad",) if ":" in address else ()),
            )
        _run("ip", "link", "set", self.here_name, "up")
        self.up()

    def up(self, *, metric: int = 100) -> None:
        """Plug it in, as a way to everywhere; the smallest metric wins."""
        self.to.ip("link", "set", self.there_name, "up")
        self.to.ip("addr", "replace", f"{self.there}/30", "dev", self.there_name)
        self.to.ip("addr", "replace", f"{self.there6}/64", "dev", self.there_name, "nodad")
        self.to.ip("route", "replace", "default", "via", self.here, "metric", str(metric))
        self.to.ip("-6", "route", "replace", "default", "via", self.here6, "metric", str(metric))

    def down(self) -> None:
        """Pull it out: its addresses are gone, as when a telephone leaves a wi-fi."""
        self.to.ip("addr", "flush", "dev", self.there_name)
        self.to.ip("link", "set", self.there_name, "down")

    def close(self) -> None:
        with suppress(subprocess.CalledProcessError):
            _run("ip", "link", "del", self.here_name)


@contextmanager
def link(to: Namespace) -> Iterator[Link]:
    made = Link(to)
    try:
        yield made
    finally:
        made.close()

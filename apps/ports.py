"""
Ports for whoever leaves the choice to Sala: free ones that the system gives to nobody by itself.

They are bound later, by a process that takes seconds to start and may be started again. One of the system's own could be somebody's connection by then.
"""

from __future__ import annotations

import errno
import secrets
import socket
from collections.abc import Collection
from pathlib import Path

FIRST = 20_000  # from here on browsers refuse none
SYSTEM_BEGINS = 32_768  # on Linux, if nobody changed it; elsewhere later
SYSTEM_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
TRIES = 500


def any_port(host: str, *kinds: socket.SocketKind, in_a_row: int = 1, but: Collection[int] = ()) -> int:
    """
    Return a port at which nobody listens; with ``in_a_row``, the first of so many.

    Args:
        kinds: Stream, datagram or both; each must be free.
        but: Ports that were chosen already and are not bound yet.

    Raises:
        OSError: If there is none, or the host is no address of this machine.
    """
    places = _system_begins() - FIRST - in_a_row
    for _ in range(TRIES):
        first = FIRST + secrets.randbelow(places)
        row = range(first, first + in_a_row)
        if not set(row).isdisjoint(but):
            continue
        try:
            for port in row:
                for kind in kinds:
                    expect_free(host, port, kind)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
        else:
            return first
    raise OSError(errno.EADDRINUSE, "no free port was found")


def expect_free(host: str, port: int, kind: socket.SocketKind) -> None:
    """
    Bind a port for a moment.

    Raises:
        OSError: If that cannot be done.
        OverflowError: If it is no number of a port.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:  # as the server will: a port in TIME_WAIT is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _system_begins() -> int:
    try:
        begins = int(SYSTEM_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        begins = SYSTEM_BEGINS
    return begins if begins > FIRST + 1000 else SYSTEM_BEGINS

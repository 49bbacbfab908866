"""The sockets of a media port: UDP, and TCP of the same number; for IPv4, IPv6, or both at once."""

from __future__ import annotations

import logging
import socket
from collections.abc import Sequence

log = logging.getLogger(__name__)

BUFFER_BYTES = 4 * 1024 * 1024
"""About 0.2 s of a full gigabit link; the system may grant less."""
ANY_V4, ANY_V6 = "0.0.0.0", "::"
BACKLOG = 128
PAIRS_TRIED = 20
"""A number that is free in UDP may be taken in TCP; where the system chooses, another one is tried."""


def bind_udp(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """
    Return a non-blocking UDP socket bound to ``host`` and ``port``; ``::`` is all addresses of both families, port 0 lets the system choose.

    ``shared``: beside another one that may share too; the more special address gets what is for it.
    """
    udp = socket.socket(_family(host), socket.SOCK_DGRAM)
    try:
        udp.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            udp.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
        _share(udp, shared)
        _open_to_both(udp, host)
        udp.bind((host, port))
    except OSError:
        udp.close()
        raise
    return udp


def bind_tcp(host: str, port: int) -> socket.socket:
    """Return a non-blocking TCP socket that listens at ``host`` and ``port``."""
    tcp = socket.socket(_family(host), socket.SOCK_STREAM)
    try:
        tcp.setblocking(False)
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of a worker that died may linger
        _open_to_both(tcp, host)
        tcp.bind((host, port))
        tcp.listen(BACKLOG)
    except OSError:
        tcp.close()
        raise
    return tcp


def bind_ports(
    host: str, port: int, addresses: Sequence[str], *, tcp: bool
) -> tuple[list[socket.socket], socket.socket | None]:
    """
    Return the UDP sockets of a media port, the one that most browsers use first, and its listening TCP socket.

    All have one number. TCP is ``None``, and the log says so, where that number is taken there: media over UDP is worth starting for.
    Raises ``OSError`` where UDP cannot be had.

    Args:
        addresses: What browsers are told.
    """
    udp, listening = _bind_pair(host, port) if tcp else (bind_udp(host, port), None)
    return [*_bind_own(host, addresses, udp), udp], listening


def _bind_pair(host: str, port: int) -> tuple[socket.socket, socket.socket | None]:
    for left in reversed(range(PAIRS_TRIED)):
        udp = bind_udp(host, port)
        number = udp.getsockname()[1]
        try:
            return udp, bind_tcp(host, number)
        except OSError as error:
            if port or not left:
                fields = {"host": host, "port": number, "reason": error.strerror}
                log.warning("media_tcp_unavailable", extra={"fields": fields})
                return udp, None
            udp.close()
    raise AssertionError("unreachable")


def _bind_own(host: str, addresses: Sequence[str], anywhere: socket.socket) -> list[socket.socket]:
    """
    Return a UDP socket for each address that is this machine's, beside the one for any address.

    What is sent from the latter has the source address that the system chooses by the way out; a browser that was told another one drops it.
    """
    if host not in (ANY_V4, ANY_V6):
        return []
    found, port = [], anywhere.getsockname()[1]
    _share(anywhere, True)  # only now, when the number is known to be nobody else's
    for address in addresses:
        try:
            own = bind_udp(address, port, shared=True)
        except OSError:  # another machine's address, which a router translates, or a family that is not here
            continue
        _share(own, False)
        found.append(own)
    _share(anywhere, False)
    return found


def _share(bound: socket.socket, shared: bool) -> None:
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, shared)


def local_addresses(host: str) -> tuple[str, ...]:
    """Return the addresses by which others can reach a socket bound to ``host``, best first."""
    if host not in (ANY_V4, ANY_V6):
        return (host,)
    found = [_outgoing(socket.AF_INET, "192.0.2.1"), "127.0.0.1"]
    if host == ANY_V6:
        found = [_outgoing(socket.AF_INET6, "2001:db8::1"), *found, "::1"]
    return tuple(dict.fromkeys(filter(None, found)))


def _outgoing(family: socket.AddressFamily, target: str) -> str:
    """Return the own address on the way to ``target``; empty where there is no way."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((target, 9))  # chooses the outgoing interface; UDP sends nothing here
        except OSError:
            return ""
        return str(probe.getsockname()[0])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _open_to_both(bound: socket.socket, host: str) -> None:
    if host == ANY_V6:  # whatever the system's default is
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)

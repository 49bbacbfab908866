"""Free ports that stay free until they are bound."""

from __future__ import annotations

import secrets
import socket

import pytest

from apps import ports
from apps.ports import any_port, expect_free

HOST = "127.0.0.1"


def test_it_is_none_that_the_system_gives_away_by_itself() -> None:
    given = set()
    for _ in range(100):
        with socket.socket() as own:
            own.bind((HOST, 0))
            given.add(own.getsockname()[1])
    found = {any_port(HOST, socket.SOCK_STREAM) for _ in range(100)}
    assert min(found) >= ports.FIRST
    assert max(found) < min(given)


def test_what_is_taken_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    first = any_port(HOST, socket.SOCK_STREAM, socket.SOCK_DGRAM, in_a_row=5)
    tried = iter((0, 1, 2, 2))
    monkeypatch.setattr(ports, "FIRST", first)
    monkeypatch.setattr(secrets, "randbelow", lambda _: next(tried))
    with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        stream.bind((HOST, first))
        stream.listen()
        datagrams.bind((HOST, first + 1))
        assert any_port(HOST, socket.SOCK_STREAM, socket.SOCK_DGRAM) == first + 2
        with pytest.raises(OSError):
            expect_free(HOST, first, socket.SOCK_STREAM)
        tried = iter((2, 1, 3))
        assert any_port(HOST, socket.SOCK_STREAM, in_a_row=2, but=(first + 2,)) == first + 3
        tried = iter((0, 1))
        assert any_port(HOST, socket.SOCK_STREAM, in_a_row=2) == first + 1


def test_a_host_that_is_not_this_machine_s_is_told() -> None:
    with pytest.raises(OSError, match="assign"):
        any_port("192.0.2.1", socket.SOCK_STREAM)

"""Which relays a browser is told of, and with which password."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import SecretStr

from apps.live.ice_servers import GOOD_FOR_S, IceServers
from apps.settings import Settings

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
FIXED = '[{"urls": "stun:stun.example.org"}]'


def test_without_settings_there_are_none() -> None:
    assert IceServers(Settings(), lambda: NOW).of("pt_1") == []


def test_fixed_servers_are_handed_on_as_they_are() -> None:
    assert IceServers(Settings(ice_servers=FIXED), lambda: NOW).of("pt_1") == [{"urls": "stun:stun.example.org"}]


def test_a_relay_comes_with_a_password_of_its_own_that_ends() -> None:
    settings = Settings(ice_servers=FIXED, turn_urls="turn:a.example, turns:b.example", turn_secret=SecretStr("north"))
    servers = IceServers(settings, lambda: NOW)
    fixed, relay = servers.of("pt_1")
    assert fixed == {"urls": "stun:stun.example.org"}
    assert relay["urls"] == ["turn:a.example", "turns:b.example"]
    assert relay["username"] == f"{int(NOW.timestamp()) + GOOD_FOR_S}:pt_1"
    # printf 1793696400:pt_1 | openssl dgst -sha1 -hmac north -binary | base64
    assert relay["credential"] == "JJr+IRtKj85GAGKFUg1hmk9eDsI="
    assert servers.of("pt_2")[1]["credential"] != relay["credential"]

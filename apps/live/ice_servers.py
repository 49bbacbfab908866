"""
What browsers are told of relays: fixed servers, and TURN servers with a password that is good for a day.

TURN servers and Sala share a secret (coturn: ``use-auth-secret``). The user name holds the moment at which it ends, the password is its HMAC:
the server needs to ask nobody, and what a browser learns is soon worth nothing (draft-uberti-behave-turn-rest-00).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from apps.settings import Settings

GOOD_FOR_S = 24 * 3600
"""Longer than any session; each new transport gets a new one."""


class IceServers:
    """The ``iceServers`` of each peer connection that a browser of this house makes."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._fixed: list[dict[str, Any]] = json.loads(settings.ice_servers or "[]")
        self._urls = settings.turn_servers
        self._secret = settings.turn_secret.get_secret_value().encode()
        self._clock = clock

    def of(self, member: str) -> list[dict[str, Any]]:
        """Return the list for one peer connection of a member of a media room, whose id the TURN server will know."""
        if not self._urls:
            return self._fixed
        name = f"{int(self._clock().timestamp()) + GOOD_FOR_S}:{member}"
        password = base64.b64encode(hmac.digest(self._secret, name.encode(), hashlib.sha1)).decode()
        return [*self._fixed, {"urls": list(self._urls), "username": name, "credential": password}]

"""A message that many tabs are sent alike, written as text once: among 500 people one event would else be written 500 times. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any


class SharedMessage(dict[str, Any]):
    """Unchanged once made."""

    @cached_property
    def as_json(self) -> bytes:
        return _json_of(self)


def json_of(message: Mapping[str, Any]) -> bytes:
    """Return a message as it goes over the socket, in UTF-8."""
    return message.as_json if isinstance(message, SharedMessage) else _json_of(message)


def _json_of(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()

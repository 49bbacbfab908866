"""JSON from somebody who may want to make its reader stumble."""

from __future__ import annotations

import json
from typing import Any


def parsed(content: bytes | None) -> Any:
    """Return the value, ``None`` for what is no JSON, or is nested so deep that nobody meant it."""
    try:
        return json.loads(content or b"null")
    except (ValueError, RecursionError):
        return None

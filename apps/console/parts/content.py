"""What a part shows, in a form that many pages can share."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

_serials = itertools.count(1)


class Content(dict[str, Any]):
    """
    A part's content, unchanged once made.

    ``messages`` keeps, by the serial of an older content and the moment that is told, the text that turns it into this one: worked out once, sent to all
    pages that show both.
    """

    __slots__ = ("messages", "serial")

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.serial = next(_serials)
        self.messages: dict[tuple[int, float], str] = {}

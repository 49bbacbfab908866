"""
In which codec a shared screen is sent: AV1 while everybody in the room can show it, else VP8.

Letters that move cost AV1 a quarter of what they cost VP8, which does not find them again and sends each picture anew (docs/media.md has the figures).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from media_core.engine import Source
from media_core.signaling.numbers import AV1

if TYPE_CHECKING:
    from media_core.publisher import Publisher
    from media_core.transport import Transport

BEST, COMMON = "av1", "vp8"
CALM_S = 10.0
"""After the last one left who does not take AV1, it is not used for so long: each change costs a keyframe, and people come back."""
TELL_AGAIN_S = 2.0
"""A browser that still sends AV1 so long after it was told VP8 has not heard it."""


class ScreenCodec:
    """The choice of one room."""

    def __init__(self) -> None:
        self._common_until_s = -math.inf

    def choose(self, everybody: bool, now_s: float) -> str:
        """Return the codec of now; ``everybody``: all who receive pictures take AV1."""
        if not everybody:
            self._common_until_s = now_s + CALM_S
        return BEST if now_s >= self._common_until_s else COMMON

    def wishes(
        self, senders: Iterable[Transport], everybody: Callable[[], Iterable[Transport]], now_s: float
    ) -> Iterator[tuple[Publisher, str]]:
        """Yield the open screens whose browsers are to be told a codec now; call it a few times a second."""
        found = [transport.publishers.get(Source.SCREEN) for transport in senders]
        screens = [screen for screen in found if screen is not None and screen.open and screen.codec_told is not None]
        if not screens:
            return
        codec = self.choose(all(transport.takes_av1 for transport in everybody()), now_s)
        for screen in screens:
            if _to_be_told(screen, codec):
                screen.codec_told = codec, now_s
                yield screen, codec


def _to_be_told(screen: Publisher, codec: str) -> bool:
    assert screen.codec_told is not None
    told, told_s = screen.codec_told
    unheard = codec == COMMON and screen.payload_type == AV1 and screen.last_packet_s > told_s + TELL_AGAIN_S
    return told != codec or unheard

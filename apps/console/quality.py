"""What is wrong with somebody's connection, as one sentence: "Maria's upload loses 8 %". Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.console.words import Words

LOSS_PCT = 3.0
"""What Opus's own repair hides (``apps.live.quality``); less is not worth a sentence."""
ROUND_TRIP_MS = 300.0
CONCEALED_PCT = 5.0
FROZEN_S = 1.0


def trouble(words: Words, name: str, sample: Mapping[str, Any]) -> str:
    """Return the worst that is known of a person's connection; empty where nothing is wrong."""
    _ = words

    def of(figure: str) -> float:
        return float(sample.get(figure) or 0.0)

    if of("up_loss_pct") >= LOSS_PCT and of("up_loss_pct") >= of("down_loss_pct"):
        return _("{name}'s upload loses {percent} %", name=name, percent=round(of("up_loss_pct")))
    if of("down_loss_pct") >= LOSS_PCT:
        return _("{name}'s download loses {percent} %", name=name, percent=round(of("down_loss_pct")))
    if of("concealed_pct") >= CONCEALED_PCT:
        percent = round(of("concealed_pct"))
        return _("{percent} % of what {name} hears is made up for losses", name=name, percent=percent)
    if of("frozen_s") >= FROZEN_S:
        return _("{name}'s pictures stood still for {seconds} s", name=name, seconds=round(of("frozen_s")))
    if of("round_trip_ms") >= ROUND_TRIP_MS:
        milliseconds = round(of("round_trip_ms"))
        return _("{name}'s connection is slow: {milliseconds} ms there and back", name=name, milliseconds=milliseconds)
    return ""

"""Who gets how much of a subscriber's downlink: sound is never part of it, the stage comes before the small pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from media_core.rtp.layers import Step

UP_MARGIN = 1.15
"""A better step must fit with so much to spare, so that two steps do not alternate at the edge."""
HELD_SHARE = 0.8
"""A step that is held stays while so much of it fits: an estimate falls by 15 % for a single late burst, and again at once if that was not enough."""
LEAST_STAGE_SHARE = 0.5
"""With this share of its cheapest step left the stage gets that: rates are measured roughly, and a still picture is worse."""


@dataclass(frozen=True, slots=True)
class Request:
    """One picture that a subscriber shows; ``steps`` are cheapest first, ``held`` is the one it gets now."""

    steps: tuple[Step, ...]
    stage: bool = False
    held: tuple[str, int] | None = None
    """``rid`` and ``tid``."""


def divide(requests: Sequence[Request], budget_bps: int) -> list[Step | None]:
    """
    Choose a step for each picture; ``None`` pauses it.

    The stage gets half its ladder first, then each small picture its cheapest steps, then the stage the rest, then the small pictures.

    Args:
        requests: In order of importance.
        budget_bps: For all of them together; sound and overhead are taken off before.
    """
    chosen: list[int] = [-1] * len(requests)
    left = budget_bps
    best = [len(request.steps) - 1 for request in requests]
    if sum(_cost(request, at) for request, at in zip(requests, best, strict=True)) <= left:
        return [request.steps[at] if at >= 0 else None for request, at in zip(requests, best, strict=True)]
    for stage, share in ((True, 0.67), (False, 0.34), (True, 1.0), (False, 1.0)):
        for index, request in enumerate(requests):
            if request.stage is stage and request.steps:
                highest = max(0, round(share * len(request.steps)) - 1)
                chosen[index], left = _climb(request, chosen[index], highest, left)
    return [request.steps[at] if at >= 0 else None for request, at in zip(requests, chosen, strict=True)]


def _climb(request: Request, at: int, highest: int, left_bps: int) -> tuple[int, int]:
    """Take the best step up to ``highest`` that fits; return it and what is left."""
    paid = request.steps[at].bps if at >= 0 else 0
    for candidate in range(highest, at, -1):
        if _cost(request, candidate) - paid <= left_bps:
            return candidate, max(0, left_bps - (request.steps[candidate].bps - paid))
    if at < 0 and request.stage and left_bps >= request.steps[0].bps * LEAST_STAGE_SHARE:
        return 0, max(0, left_bps - request.steps[0].bps)
    return at, left_bps


def _cost(request: Request, at: int) -> int:
    """What must be free for a step: its rate, and a margin if it is better than what is held."""
    if at < 0:
        return 0
    step = request.steps[at]
    held = request.held
    if held is not None:
        for index, each in enumerate(request.steps):
            if (each.rid, each.tid) == held:
                share = HELD_SHARE if at == index else 1.0 if at < index else UP_MARGIN
                return int(step.bps * share)
    return int(step.bps * UP_MARGIN)

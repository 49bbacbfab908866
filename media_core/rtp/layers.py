"""
Which encodings of a track there are, and which steps of quality they make.

A camera comes in up to three simulcast layers, ``l``, ``m`` and ``h``, each with up to three temporal layers (frame rates). A *step* is one
layer at one frame rate. A ladder is the steps of a track from the cheapest to the best: the frame rate is halved before the size is. A quarter
of the frame rate is only for the smallest layer: people prefer a small picture that moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

NOMINAL_BPS = {"l": 150_000, "m": 450_000, "h": 1_200_000, "": 1_200_000}
"""What a layer costs while it was not measured: what browsers are told not to exceed (``sendEncodings`` in the portal)."""
NOMINAL_HEIGHT_PX = {"l": 180, "m": 360, "h": 720, "": 720}

ALL_TEMPORAL = 3
"""A ``tid`` that no VP8 packet exceeds (RFC 7741 section 4.2: two bits)."""
TEMPORAL_SHARE = (0.4, 0.6, 1.0)
"""Of a layer's rate up to and with each temporal layer, as libvpx divides it over three."""

CLOSE_ENOUGH = 0.75
"""A layer of this share of the shown height looks the same once it is scaled up."""

RISES_IN_S, FALLS_IN_S = 1.5, 5.0
"""How fast the cost of a layer follows what comes."""
SHORTEST_MEASURE_S = 0.2

SILENT_PICTURES = 5
"""A layer that sent nothing while a sibling sent so many pictures has stopped: the publisher's network or processor is too slow."""
SILENT_S = 1.2
"""So has one that was silent for so long while a sibling sent two."""
SWITCH_OFF_AFTER_S = 3.0
"""A layer that nobody wanted for so long is switched off; a picture that comes and goes shall not start an encoder each time."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One encoding of a track as it is now. ``rid`` is empty for a track of one encoding."""

    rid: str
    bps: int
    height_px: int
    temporal: bool = False
    """It can be thinned out: its packets tell their temporal layer."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a slot is to carry: a layer, up to a temporal layer; ``bps`` is what that costs."""

    rid: str
    tid: int
    bps: int


def ladder(layers: Sequence[Layer], *, shown_px: int) -> tuple[Step, ...]:
    """
    Return the steps of a track that make sense at a shown height, cheapest first.

    Args:
        layers: In any order.
        shown_px: Height on the receiver's screen in pixels; 0 where it is unknown and everything makes sense.
    """
    steps: list[Step] = []
    for layer in sorted(layers, key=lambda each: each.height_px):
        if layer.temporal:
            thinned = list(enumerate(TEMPORAL_SHARE[:-1]))
            steps += [
                Step(layer.rid, tid, int(layer.bps * share)) for tid, share in (thinned[1:] if steps else thinned)
            ]
        steps.append(Step(layer.rid, ALL_TEMPORAL, layer.bps))
        if shown_px and layer.height_px >= shown_px * CLOSE_ENOUGH:
            break
    return tuple(steps)


@dataclass(slots=True)
class LayerDemand:
    """
    Which layers of one track its browser should send: wanted ones at once, others off after ``SWITCH_OFF_AFTER_S``.

    The smallest stays while any is wanted: whose line becomes narrow falls back to it at once, without waiting for an encoder to start.
    """

    rids: tuple[str, ...]
    active: frozenset[str] = field(init=False)
    _wanted_s: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.active = frozenset(self.rids)  # browsers begin with all of them
        self._wanted_s = {}

    def update(self, wanted: frozenset[str], now_s: float) -> bool:
        """Note what is wanted now; true if ``active`` changed and the browser is to be told."""
        if wanted:
            wanted |= {self.rids[0]}
        for rid in self.rids:
            if rid in wanted or rid not in self._wanted_s:
                self._wanted_s[rid] = now_s
        kept = {rid for rid in self.active if now_s - self._wanted_s[rid] < SWITCH_OFF_AFTER_S}
        active = frozenset(kept | (wanted & frozenset(self.rids)))
        changed = active != self.active
        self.active = active
        return changed


@dataclass(slots=True)
class LayerSilence:
    """How long one layer has been silent, in pictures of its siblings: pictures may come slowly, but then they do in all layers."""

    stopped: bool = False
    _pictures: int = 0
    _own: int = 0
    _others: int = 0
    _heard_s: float = 0.0

    def update(self, own: int, others: int, now_s: float) -> None:
        """Note how many pictures came so far in this layer, and in the busiest of all; call it a few times a second."""
        if own != self._own:
            self._pictures, self._heard_s = 0, now_s
        else:
            self._pictures += max(0, others - self._others)
        self._own, self._others = own, others
        long = now_s - self._heard_s > SILENT_S
        self.stopped = self._pictures >= SILENT_PICTURES or (long and self._pictures >= 2)


@dataclass(slots=True)
class TemporalFilter:
    """
    Lets VP8 pictures of one layer through up to ``limit``, and changes the limit only where the decoder does not notice.

    Down at the next picture. Up at a picture from which on the higher layer needs nothing that was left out: a keyframe, or one whose
    ``layer_sync`` is set (RFC 7741 section 4.2, the Y bit).
    """

    limit: int = ALL_TEMPORAL
    """What is wanted; set it at any time."""
    _now: int = ALL_TEMPORAL

    @property
    def idle(self) -> bool:
        """Everything passes: nothing needs to be asked."""
        return self.limit >= ALL_TEMPORAL and self._now >= ALL_TEMPORAL

    def restart(self) -> None:
        """A keyframe of another layer begins: all that is wanted passes."""
        self._now = self.limit

    def passes(self, *, tid: int | None, starts_frame: bool, keyframe: bool, layer_sync: bool) -> bool:
        """Tell whether a packet is to be forwarded."""
        if starts_frame:
            if self.limit < self._now or keyframe:
                self._now = self.limit
            elif layer_sync and tid is not None and self._now < tid <= self.limit:
                self._now = tid if tid < ALL_TEMPORAL - 1 else self.limit
        return tid is None or tid <= self._now


@dataclass(slots=True)
class LayerCost:
    """
    What sending a layer on costs, in bits per second: what it usually does until it was measured.

    It rises soon and falls slowly, and stays while nothing comes: a layer that pauses or is switched off is whole again with its next keyframe, and
    who was given it for the little that had come then loses sound.
    """

    bps: int
    _bytes: int = 0
    _at_s: float | None = None

    def update(self, total_bytes: int, now_s: float) -> None:
        """Note how many bytes came so far; call it each half second or so."""
        came, elapsed_s = total_bytes - self._bytes, now_s - (now_s if self._at_s is None else self._at_s)
        if came and 0 < elapsed_s < SHORTEST_MEASURE_S:
            return
        if came and elapsed_s:
            fresh_bps = came * 8 / elapsed_s
            slowness_s = RISES_IN_S if fresh_bps > self.bps else FALLS_IN_S
            self.bps += int((fresh_bps - self.bps) * min(1.0, elapsed_s / slowness_s))
        self._bytes, self._at_s = total_bytes, now_s


@dataclass(slots=True)
class RateMeter:
    """Bits per second of something that counts bytes, smoothed over about two seconds."""

    bps: int = 0
    fresh_bps: int = 0
    """Of the last half second or so alone."""
    _bytes: int = 0
    _at_s: float | None = None

    def update(self, total_bytes: int, now_s: float) -> int:
        """Note the count now; call it each half second or so."""
        if self._at_s is None:
            self._at_s, self._bytes = now_s, total_bytes
        elapsed_s = now_s - self._at_s
        if elapsed_s > 0.2:
            self.fresh_bps = int((total_bytes - self._bytes) * 8 / elapsed_s)
            weight = 1.0 if not self.bps else min(1.0, elapsed_s / 1.5)
            self.bps = int(self.bps + (self.fresh_bps - self.bps) * weight)
            self._at_s, self._bytes = now_s, total_bytes
        return self.bps

"""One transport's downlink: what it carries, and which layer of each picture it is therefore given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from media_core.engine import STAGE_MID
from media_core.publisher import Publisher
from media_core.rtp.bandwidth import DownlinkEstimate
from media_core.rtp.budget import Request, divide
from media_core.rtp.layers import NOMINAL_BPS, NOMINAL_HEIGHT_PX, Layer, RateMeter, Step, ladder
from media_core.subscriber import Slot

if TYPE_CHECKING:
    from media_core.forwarding import Forwarder
    from media_core.transport import Transport

SOUND_BPS = 45_000
"""Of one voice with all headers; taken off before pictures are looked at."""
VIDEO_SHARE = 0.92
"""Of what is left; the rest is for headers, reports and repetitions."""
THUMBNAIL_PX = 180
"""Shown height of a small picture that the browser did not tell."""
LEAST_LAYER_BPS = 20_000
RESTING_ROOM_BPS = 2_200_000
"""Tried for a picture that rests: a shared screen has one layer of 1.5 Mbit/s, and small pictures beside it never confirm the room for it."""

CONTENT_LOOKS = 19
"""Ten seconds, while everything is at its best; a layer that comes or goes, and a line that narrows, are looked at at once."""


class Downlink:
    """``estimate`` is fed by the reports; ``share_out`` gives each picture its layer, and tells each track which one would be best."""

    def __init__(self, transport: Transport, forwarder: Forwarder, hurried: dict[Transport, None]) -> None:
        self.estimate = DownlinkEstimate()
        self._wanted: dict[Publisher, str] = {}
        """By the lead of each track: the ``rid`` this subscriber would be given if the publisher sent it."""
        self._hurried = hurried
        self._sent = RateMeter()
        self._content_looks = 0
        """All is at its best, and is not divided anew at so many looks."""
        self._transport = transport
        self._forwarder = forwarder

    def narrowed(self, narrower: bool) -> None:
        """Note what the estimate said of a report."""
        if narrower:
            self.hurry()

    def hurry(self) -> None:
        """Have it shared out at the next tick."""
        if self._transport.connected:
            self._hurried[self._transport] = None

    def end(self) -> None:
        """Want nothing any more."""
        self._want({})

    def look(self, now_s: float) -> None:
        """Divide the downlink anew, less often while all is at its best; call it twice a second."""
        if self._content_looks:
            self._content_looks -= 1
        else:
            self.share_out(now_s)

    def share_out(self, now_s: float) -> None:
        """Divide the downlink anew: what is shown changed, or what it carries, or which layers come."""
        self._hurried.pop(self._transport, None)
        self._content_looks = 0
        slots = self._slots()
        if not slots:
            self._want({})
            return
        budget_bps = self._budget_bps(now_s)
        present = [self._request(slot, live_layers(slot.lead)) for slot in slots if slot.lead is not None]
        given = divide(present, budget_bps)
        for slot, step in zip(slots, given, strict=True):
            self._apply(slot, step, now_s)
        possible = [self._request(slot, all_layers(slot.lead)) for slot in slots if slot.lead is not None]
        wanted: dict[Publisher, str] = {}
        for slot, step in zip(slots, divide(possible, budget_bps), strict=True):
            if slot.lead is not None and step is not None:
                wanted[slot.lead] = (
                    max(wanted.get(slot.lead, ""), step.rid, key=list(slot.lead.layers).index)
                    if slot.lead in wanted
                    else step.rid
                )
        self._want(wanted)
        best = [request.steps[-1] if request.steps else None for request in possible]
        if given == best and all(slot.target is None for slot in slots):
            self._content_looks = CONTENT_LOOKS

    def _want(self, wanted: dict[Publisher, str]) -> None:
        """Tell the tracks which layer is wanted of them instead of the one before."""
        if wanted == self._wanted:
            return
        for lead, rid in self._wanted.items():
            lead.wants[rid] -= 1
        for lead, rid in wanted.items():
            lead.wants[rid] += 1
        self._wanted = wanted

    def _slots(self) -> list[Slot]:
        """Return the slots with a picture, the most important first."""
        slots = [slot for slot in self._transport.carrying if not slot.audio]
        places = {track: place for place, track in enumerate(self._transport.view.thumbnails)}

        def rank(slot: Slot) -> tuple[int, int]:
            shown = -1 if slot.mid == STAGE_MID else places.get(slot.lead.track, 99) if slot.lead else 99
            return shown, slot.ssrc

        slots.sort(key=rank)
        return slots

    def _budget_bps(self, now_s: float) -> int:
        heard = sum(slot.audio and now_s - slot.last_sent_s < 1.0 for slot in self._transport.carrying)
        sent_bps = self._sent.update(self._transport.sent_bytes - self._transport.repeated_bytes, now_s)
        rests = any(slot.publisher is None for slot in self._transport.carrying)
        room_bps = RESTING_ROOM_BPS if rests else 0
        estimate_bps = self.estimate.grow(now_s, sent_bps, fresh_bps=self._sent.fresh_bps, room_bps=room_bps)
        return max(0, int((estimate_bps - heard * SOUND_BPS) * VIDEO_SHARE))

    def _request(self, slot: Slot, layers: list[Layer]) -> Request:
        view, stage = self._transport.view, slot.mid == STAGE_MID
        shown_px = view.stage_height_px if stage else view.thumbnail_height_px or THUMBNAIL_PX
        source = slot.target or slot.publisher
        held = None if source is None else (source.rid, slot.thinning.limit)
        return Request(ladder(layers, shown_px=shown_px), stage=stage, held=held)

    def _apply(self, slot: Slot, step: Step | None, now_s: float) -> None:
        if step is None or slot.lead is None:
            if slot.publisher is not None:
                slot.rest()
            return
        layer = slot.lead.layers[step.rid]
        slot.thin(step.tid)
        if slot.publisher is None:
            self._forwarder.begin(slot, layer, now_s)
        elif slot.publisher is layer:
            slot.aim_at(None)
        elif slot.target is not layer:
            slot.aim_at(layer)
            layer.want_keyframe(now_s)


def all_layers(lead: Publisher | None) -> list[Layer]:
    """Return every layer of a track, those that are not sent now with what they usually cost."""
    if lead is None:
        return []
    return [_layer(each, live=is_live(each)) for each in lead.layers.values()]


def live_layers(lead: Publisher | None) -> list[Layer]:
    """Return the layers that are sent now; all of them where nothing is sent, for the first to come may be any."""
    if lead is None:
        return []
    live = [_layer(each, live=True) for each in lead.layers.values() if is_live(each)]
    return live or all_layers(lead)


def is_live(publisher: Publisher) -> bool:
    """Tell whether a layer is sent; one that fell silent together with its siblings is only a camera that rests."""
    return publisher.open and publisher.last_packet_s > 0 and not publisher.silence.stopped


def _layer(publisher: Publisher, *, live: bool) -> Layer:
    return Layer(
        publisher.rid,
        max(publisher.cost.bps, LEAST_LAYER_BPS) if live else NOMINAL_BPS[publisher.rid],
        publisher.height_px or NOMINAL_HEIGHT_PX[publisher.rid],
        publisher.temporal,
    )

"""Which track each receive slot of a transport carries. Values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from media_core.engine import STAGE_MID, THUMBNAIL_MIDS, TrackRef, View


def thumbnails(held: Mapping[str, TrackRef | None], wanted: Sequence[TrackRef]) -> dict[str, TrackRef | None]:
    """
    Distribute small pictures over the thumbnail slots.

    A picture that has a slot keeps it, since a change costs a keyframe; the others take free slots in their order.
    """
    wanted = list(dict.fromkeys(wanted))[: len(THUMBNAIL_MIDS)]
    kept = {mid: held.get(mid) if held.get(mid) in wanted else None for mid in THUMBNAIL_MIDS}
    seated = {track for track in kept.values() if track is not None}
    waiting = iter([track for track in wanted if track not in seated])
    return {mid: track if track is not None else next(waiting, None) for mid, track in kept.items()}


def video_slots(
    held: Mapping[str, TrackRef | None], view: View, available: Mapping[TrackRef, object]
) -> dict[str, TrackRef | None]:
    """Return what each picture slot is to carry; ``available`` are the tracks that exist and are open."""
    slots: dict[str, TrackRef | None] = {STAGE_MID: view.stage if view.stage in available else None}
    slots.update(thumbnails(held, [track for track in view.thumbnails if track in available]))
    return slots


def rank_sound(
    urgent: Sequence[TrackRef], others: Sequence[TrackRef], held: Sequence[TrackRef | None]
) -> list[TrackRef]:
    """
    Order sound by its claim to one listener's slots.

    First what is heard now (``urgent``: a shared screen's sound, then who speaks, loudest first); then what has a slot, so that it
    keeps it while nobody needs it; then those who might begin.
    """
    return list(dict.fromkeys([*urgent, *(track for track in others if track in held), *others]))

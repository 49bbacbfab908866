"""What a moderator must know at once, from the newest figures. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from apps.console.board import Sample
from apps.console.words import Words
from apps.service import Health

POOR_SHARE = 0.25  # of a room's people; a single poor connection is that person's own
POOR_LEAST = 2


def alerts(
    _: Words,
    *,
    link_up: bool,
    health: Health | None,
    rooms: Iterable[tuple[str, Sample | None]],
    unrecorded: Iterable[tuple[str, Sequence[str]]] = (),
) -> list[dict[str, Any]]:
    """Return boxes {tone, text}, the gravest first; ``rooms`` are titles with their newest sample, ``unrecorded`` with names."""
    found: list[dict[str, Any]] = []
    if link_up and health is not None:
        found += _of_house(_, health)
    for title, names in unrecorded:
        if names:
            text = _("{title}: not being recorded at the moment: {names}.", title=title, names=", ".join(names))
            found.append({"tone": "bad", "text": text})
    for title, sample in rooms:
        if sample is not None and sample.poor >= POOR_LEAST and sample.poor >= POOR_SHARE * sample.people:
            text = _(
                "{title}: {poor} of {people} people have a poor connection.",
                title=title,
                poor=sample.poor,
                people=sample.people,
            )
            found.append({"tone": "warn", "text": text})
    return found


def _of_house(_: Words, health: Health) -> list[dict[str, Any]]:
    found = []
    if health.media != "ok":
        found.append(
            {
                "tone": "bad",
                "text": _("The media workers do not answer: nobody hears or sees anybody. They are being restarted."),
            }
        )
    if health.disk_pct >= health.disk_stop_pct:
        found.append(
            {
                "tone": "bad",
                "text": _(
                    "The disk is full to {percent} %: nothing is recorded until there is room again.",
                    percent=round(health.disk_pct),
                ),
            }
        )
    elif health.disk_pct >= health.disk_warn_pct:
        found.append(
            {
                "tone": "warn",
                "text": _(
                    "The disk is full to {percent} %. At {stop} % recording stops.",
                    percent=round(health.disk_pct),
                    stop=round(health.disk_stop_pct),
                ),
            }
        )
    return found

"""What a bot knows of the room, from the snapshot and the events after it, and what it therefore wants to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

THUMBNAILS = 8
STAGE_HEIGHT_PX, THUMBNAIL_HEIGHT_PX = 720, 180

_SWITCHES = {
    f"{source}_{position}": (source, position == "on")
    for source in ("microphone", "camera", "screen")
    for position in ("on", "off")
}
_ENDS = frozenset({"participant_left", "participant_removed"})


@dataclass(slots=True)
class PictureOfRoom:
    """Participants by id, each as in the protocol's snapshot; and the number of the last event."""

    number: int = 0
    session: str | None = None
    participants: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take_snapshot(self, snapshot: Mapping[str, Any]) -> None:
        self.number, self.session = snapshot["number"], snapshot["session"]
        self.participants = {seat["participant"]: dict(seat) for seat in snapshot["participants"]}

    def take_event(self, event: Mapping[str, Any]) -> None:
        self.number = max(self.number, event["number"])
        kind, participant = event["type"], event.get("participant")
        if kind == "participant_joined":
            seat = {"participant": participant, "name": event.get("name", ""), "role": event.get("role", "")}
            self.participants[event["participant"]] = seat
        elif kind in _ENDS:
            self.participants.pop(event["participant"], None)
        elif kind in _SWITCHES and participant in self.participants:
            source, on = _SWITCHES[kind]
            self.participants[participant][source] = on

    def sends(self, participant: str, source: str) -> bool:
        """Tell whether a source of a participant is on."""
        return bool(self.participants.get(participant, {}).get(source))

    def view(self, me: str) -> dict[str, Any]:
        """Return what to ask for: somebody's screen on the stage, else the first camera; the other cameras small."""
        others = [name for name in self.participants if name != me]
        cameras = [{"participant": name, "source": "camera"} for name in others if self.sends(name, "camera")]
        screens = [{"participant": name, "source": "screen"} for name in others if self.sends(name, "screen")]
        stage = next(iter(screens or cameras), None)
        return {
            "stage": stage,
            "thumbnails": [camera for camera in cameras if camera is not stage][:THUMBNAILS],
            "stage_height_px": STAGE_HEIGHT_PX,
            "thumbnail_height_px": THUMBNAIL_HEIGHT_PX,
        }

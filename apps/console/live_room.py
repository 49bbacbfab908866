"""
What the console knows of one room's session: a snapshot, and the events after it folded in. Pure.

The shapes are those of docs/protocol.md, as a moderator sees them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Event = Mapping[str, Any]
Values = dict[str, Any]

LOG_LINES = 200  # as many as somebody scrolls back through; the whole log is in the database

PRESENT, RECONNECTING = "present", "reconnecting"
NOT_RECORDED: Values = {"tape": False, "reason": "", "running": None}
OFF: Values = {"microphone": False, "camera": False, "screen": False}


class LiveRoom:
    """One session. ``load`` begins anew, ``fold`` takes events and says whether there was a gap."""

    def __init__(self) -> None:
        self.session = ""
        self.phase = "new"
        self.number = 0
        self.opened_at = ""
        self.microphones_locked = False
        self.presenter: str | None = None
        self.hands: list[str] = []
        self.people: dict[str, Values] = {}
        self.messages: dict[str, Values] = {}
        self.recording: Values = dict(NOT_RECORDED)
        self.presentation: Values | None = None
        self.tender: Values | None = None
        """Floor, queue, reserved part and statements of a tender's session, as the server tells them whole."""
        self.happened: list[Event] = []
        """The newest events, for the log on the page; those before the snapshot are not in it."""

    def load(self, snapshot: Mapping[str, Any]) -> None:
        """Take a snapshot as the truth."""
        if snapshot.get("session") != self.session:
            self.happened = []
        self.session = snapshot.get("session") or ""
        self.phase = snapshot.get("phase") or "new"
        self.number = snapshot.get("number") or 0
        self.opened_at = snapshot.get("opened_at") or ""
        self.microphones_locked = bool(snapshot.get("microphones_locked"))
        self.presenter = snapshot.get("presenter")
        self.hands = list(snapshot.get("hands") or ())
        self.people = {one["participant"]: dict(one) for one in snapshot.get("participants") or ()}
        self.messages = {one["message"]: dict(one) for one in snapshot.get("messages") or ()}
        self.recording = {**NOT_RECORDED, **(snapshot.get("recording") or {})}
        self.presentation = dict(snapshot["presentation"]) if snapshot.get("presentation") else None
        self.tender = dict(snapshot["tender"]) if snapshot.get("tender") else None

    def fold(self, events: Iterable[Event]) -> bool:
        """Fold events in; those known already count nothing. Return ``False`` at a gap: then a snapshot is needed."""
        for event in events:
            number = int(event["number"])
            opens = event["type"] == "session_opened"
            if opens and number <= self.number:
                self.load({})  # a new session of the room; its log begins at 1
            if number <= self.number:
                continue
            if number > self.number + 1:
                return False
            self._fold(event)
        return True

    def _fold(self, event: Event) -> None:
        self.number = int(event["number"])
        if event.get("tender"):
            self.tender = dict(event["tender"])
        fold = FOLDS.get(event["type"])
        if fold is not None:
            fold(self, event)
        if event["type"] != "hidden":
            self.happened.append(event)
            del self.happened[:-LOG_LINES]

    @property
    def queue(self) -> list[str]:
        """The raised hands, in a tender in the order of its policy."""
        return [hand["participant"] for hand in self.tender["queue"]] if self.tender else self.hands

    # --- questions ----------------------------------------------------------------------------------------------------

    @property
    def inside(self) -> list[Values]:
        """Those present or reconnecting: moderators, the presenter, raised hands in order, then by arrival."""
        place = {hand: number for number, hand in enumerate(self.hands)}
        here = (one for one in self.people.values() if one["presence"] in (PRESENT, RECONNECTING))
        return sorted(here, key=lambda one: self._rank(one, place))

    @property
    def count_inside(self) -> int:
        return sum(one["presence"] in (PRESENT, RECONNECTING) for one in self.people.values())

    @property
    def outside(self) -> list[Values]:
        """Those who were there, by name."""
        return sorted(
            (one for one in self.people.values() if one["presence"] not in (PRESENT, RECONNECTING)),
            key=lambda one: (str(one["name"]).casefold(), one["participant"]),
        )

    def name_of(self, participant: str | None) -> str:
        """Return a participant's name with its badge; empty for somebody unknown."""
        one = self.people.get(participant or "")
        return " ".join(filter(None, (one["name"], one.get("badge")))) if one else ""

    def _rank(self, one: Values, place: Mapping[str, int]) -> tuple[int, int, str]:
        if one["role"] == "moderator":
            return 0, 0, one["joined_at"]
        if one["participant"] == self.presenter:
            return 1, 0, one["joined_at"]
        if one["participant"] in place:
            return 2, place[one["participant"]], ""
        return 3, 0, one["joined_at"]

    # --- folds --------------------------------------------------------------------------------------------------------

    def _change(self, event: Event, **values: Any) -> None:
        if event["participant"] in self.people:
            self.people[event["participant"]] |= values

    def _opened(self, event: Event) -> None:
        self.phase, self.opened_at = "open", event.get("at", "")

    def _closed(self, event: Event) -> None:
        self.phase, self.presenter, self.hands = "closed", None, []
        self.recording, self.presentation = dict(NOT_RECORDED), None
        for one in self.people.values():
            if one["presence"] in (PRESENT, RECONNECTING):
                one.update(OFF, presence="gone")

    def _joined(self, event: Event) -> None:
        self.people[event["participant"]] = {
            "participant": event["participant"],
            "name": event.get("name") or "",
            "badge": event.get("badge") or "",
            "guest": bool(event.get("guest")),
            "firm": event.get("firm") or "",
            "role": event["role"],
            "presence": PRESENT,
            "device": "unknown",
            "joined_at": event.get("at", ""),
            "microphone_locked": False,
            **OFF,
        }

    def _disconnected(self, event: Event) -> None:
        here = self.people.get(event["participant"], {}).get("presence") == PRESENT
        if here and event.get("reason") != "replaced":
            self._change(event, presence=RECONNECTING)

    def _away(self, event: Event, presence: str) -> None:
        self._change(event, presence=presence, **OFF)
        if presence != "gone":  # who only lost the line keeps the place in the queue
            self._lowered(event)

    def _lowered(self, event: Event) -> None:
        self.hands = [hand for hand in self.hands if hand != event["participant"]]

    def _raised(self, event: Event) -> None:
        if event["participant"] not in self.hands:
            self.hands.append(event["participant"])

    def _presenter_is(self, participant: str | None) -> None:
        self.presenter = participant

    def _locked(self, event: Event) -> None:
        self.microphones_locked = bool(event["locked"])

    def _said(self, event: Event) -> None:
        self.messages[event["message"]] = {
            "message": event["message"],
            "participant": event.get("participant"),
            "name": event.get("name") or self.name_of(event.get("participant")),
            "to": event["to"],
            "at": event.get("at", ""),
            "text": event.get("text") or "",
            "deleted": False,
        }

    def _unsaid(self, event: Event) -> None:
        if event["message"] in self.messages:
            self.messages[event["message"]] |= {"text": "", "deleted": True}

    def _recorded(self, event: Event) -> None:
        running = {name: event.get(name) for name in ("recording", "name", "takes", "at")}
        self.recording = {**self.recording, "running": running}

    def _taped(self, event: Event) -> None:
        self.recording = {**self.recording, "tape": event["running"], "reason": event.get("reason") or ""}

    def _shown(self, event: Event) -> None:
        names = ("presentation", "kind", "title", "participant", "page", "pages")
        self.presentation = {**{name: event.get(name) for name in names}, "playing": False}

    def _on_stage(self, **values: Any) -> None:
        if self.presentation is not None:
            self.presentation = {**self.presentation, **values}

    def _not_shown(self) -> None:
        self.presentation = None


def _set(**values: Any) -> Callable[[LiveRoom, Event], None]:
    return lambda room, event: room._change(event, **values)


FOLDS: Mapping[str, Callable[[LiveRoom, Event], None]] = {
    "session_opened": LiveRoom._opened,
    "session_closed": LiveRoom._closed,
    "participant_joined": LiveRoom._joined,
    "connected": lambda room, event: room._change(event, presence=PRESENT, device=event.get("device", "unknown")),
    "disconnected": LiveRoom._disconnected,
    "participant_gone": lambda room, event: room._away(event, "gone"),
    "participant_left": lambda room, event: room._away(event, "left"),
    "participant_removed": lambda room, event: room._away(event, "removed"),
    "microphone_on": _set(microphone=True),
    "microphone_off": _set(microphone=False),
    "camera_on": _set(camera=True),
    "camera_off": _set(camera=False),
    "screen_on": _set(screen=True),
    "screen_off": _set(screen=False),
    "microphone_locked": lambda room, event: room._change(event, microphone_locked=bool(event["locked"])),
    "microphones_locked": LiveRoom._locked,
    "hand_raised": LiveRoom._raised,
    "hand_lowered": LiveRoom._lowered,
    "presenter_given": lambda room, event: room._presenter_is(event["participant"]),
    "presenter_taken": lambda room, event: room._presenter_is(None),
    "role_changed": lambda room, event: room._change(event, role=event["role"]),
    "message_sent": LiveRoom._said,
    "message_deleted": LiveRoom._unsaid,
    "recording_started": LiveRoom._recorded,
    "recording_stopped": lambda room, event: room.recording.update(running=None),
    "tape_running": LiveRoom._taped,
    "presentation_started": LiveRoom._shown,
    "page_turned": lambda room, event: room._on_stage(page=event["page"]),
    "presentation_played": lambda room, event: room._on_stage(playing=True),
    "presentation_paused": lambda room, event: room._on_stage(playing=False),
    "presentation_handed": lambda room, event: room._on_stage(participant=event["participant"]),
    "presentation_stopped": lambda room, event: room._not_shown(),
}

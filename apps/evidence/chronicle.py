"""The course of a session as sentences, one an event: what minutes tell. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from apps.evidence.names import Names
from apps.i18n import translate
from data.csv_export import clock_text
from data.models import Event


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


PLAIN: Mapping[str, str] = {
    "session_opened": N_("{who} opened the session."),
    "participant_joined": N_("{whom} came in."),
    "participant_gone": N_("{whom} did not come back in time."),
    "participant_left": N_("{whom} left."),
    "participant_removed": N_("{who} removed {whom}."),
    "presenter_given": N_("{who} made {whom} the presenter."),
    "presenter_taken": N_("{who} took the presenter role from {whom}."),
    "screen_on": N_("{whom} began to share a screen."),
    "screen_off": N_("{whom} no longer shares a screen."),
    "floor_refused": N_("{who} refused the floor to {whom}."),
    "reserved_ended": N_("{who} ended the reserved part; the public part goes on."),
    "statement_filed": N_("{whom} put a statement on the record."),
    "message_deleted": N_("{who} deleted a message."),
}
"""By event type; ``{who}`` did it, ``{whom}`` is the participant."""

CHOSEN: Mapping[tuple[str, str, Any], str] = {
    ("session_closed", "reason", "ended"): N_("{who} ended the session."),
    ("session_closed", "reason", "abandoned"): N_("The session ended, because nobody was there any more."),
    ("disconnected", "reason", "lost"): N_("{whom} lost the connection."),
    ("microphones_locked", "locked", True): N_("{who} locked all microphones."),
    ("microphones_locked", "locked", False): N_("{who} unlocked all microphones."),
    ("microphone_locked", "locked", True): N_("{who} locked the microphone of {whom}."),
    ("microphone_locked", "locked", False): N_("{who} unlocked the microphone of {whom}."),
    ("role_changed", "role", "moderator"): N_("{who} made {whom} a moderator."),
    ("role_changed", "role", "participant"): N_("{who} made {whom} a participant."),
    ("consent_set", "choice", "all"): N_("{whom} agreed to be recorded."),
    ("consent_set", "choice", "voice"): N_("{whom} agreed to have only their voice recorded."),
    ("consent_set", "choice", "none"): N_("{whom} did not agree to be recorded."),
    ("recording_stopped", "reason", "moderator"): N_("{who} stopped the recording."),
    ("recording_stopped", "reason", "disk_full"): N_("The recording stopped, because the disk was full."),
    ("recording_stopped", "reason", "ended"): N_("The recording stopped with the session."),
    ("suppliers_shown", "shown", True): N_("{who} let the suppliers see each other."),
    ("suppliers_shown", "shown", False): N_("{who} let the suppliers no longer see each other."),
    ("reserved_changed", "inside", True): N_("{who} let {whom} into the reserved part."),
    ("reserved_changed", "inside", False): N_("{who} sent {whom} out of the reserved part."),
    ("floor_policy_set", "policy", "arrival"): N_("The floor is given in order of the requests{limit}."),
    ("floor_policy_set", "policy", "organisation"): N_("The floor is given in turn to the organisations{limit}."),
    ("floor_policy_set", "policy", "lot"): N_("The floor is given in the order of lots drawn{limit}."),
    ("statement_answered", "answer", "noted"): N_("{who} took note of a statement of {author}."),
    ("statement_answered", "answer", "accepted"): N_("{who} accepted a statement of {author}."),
    ("statement_answered", "answer", "declined"): N_("{who} declined a statement of {author}."),
    ("floor_ended", "reason", "self"): N_("{whom} gave the floor back, after {held}; spoke for {spoken}."),
    ("floor_ended", "reason", "moderator"): N_("{who} took the floor from {whom}, after {held}; spoke for {spoken}."),
    ("floor_ended", "reason", "time"): N_("The time of {whom} was over, after {held}; spoke for {spoken}."),
    ("floor_ended", "reason", "gone"): N_("The floor of {whom} ended with the connection, after {held}; spoke for {spoken}."),
    ("floor_ended", "reason", "removed"): N_("The floor of {whom} ended with the removal, after {held}; spoke for {spoken}."),
    ("floor_ended", "reason", "reserved"): N_("The floor of {whom} ended with the public part, after {held}; spoke for {spoken}."),
    ("floor_ended", "reason", "ended"): N_("The floor of {whom} ended with the session, after {held}; spoke for {spoken}."),
}  # fmt: skip
"""By event type, one of its fields, and the field's value."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event as minutes tell it."""

    number: int
    at: datetime
    text: str


@dataclass
class _Course:
    """What is known of the session so far, while its events are told one after the other."""

    language: str
    names: Names
    titles: Mapping[str, str]
    clock: Callable[[datetime], str]
    is_tender: bool = False
    came: set[str] | None = None
    floor_since: datetime | None = None
    authors: dict[str, str] | None = None

    def values(self, event: Event) -> dict[str, str]:
        held = event.payload
        return {
            "who": self.names.of_actor(event.actor),
            "whom": self.names.of(held.get("participant")),
            "author": (self.authors or {}).get(str(held.get("statement")), ""),
            "limit": self.limit(held.get("limit_s"), comma=True) if "limit_s" in held else "",
            "held": clock_text((event.at - self.floor_since).total_seconds()) if self.floor_since else "",
            "spoken": clock_text(int(held.get("used_ms") or 0) / 1000),
        }

    def limit(self, seconds: Any, *, comma: bool = False) -> str:
        if seconds is None:
            return ""
        text = translate(self.language, "at most {length} each", length=clock_text(float(seconds)))
        return f", {text}" if comma else text


def told(
    events: Sequence[Event], names: Names, *, titles: Mapping[str, str], clock: Callable[[datetime], str], language: str
) -> list[Told]:
    """
    Return the course of a session; what nobody needs to read (pages turned, microphones on and off, hashes) is left out.

    Args:
        titles: Of presentations, by id.
        clock: Writes the time of day of a moment.
    """
    course = _Course(language, names, titles, clock, came=set(), authors={})
    lines = []
    for event, after in zip(events, [*events[1:], None], strict=True):
        text = _text(course, event, after)
        _follow(course, event)
        if text:
            lines.append(Told(event.number, event.at, text))
    return lines


def _follow(course: _Course, event: Event) -> None:
    held = event.payload
    if event.type == "session_opened":
        course.is_tender = held.get("kind") == "tender"
    elif event.type == "connected" and course.came is not None:
        course.came.add(str(held.get("participant")))
    elif event.type == "floor_granted":
        course.floor_since = event.at
    elif event.type == "floor_ended":
        course.floor_since = None
    elif event.type == "statement_filed" and course.authors is not None:
        course.authors[str(held.get("statement"))] = course.names.of(held.get("participant"))


def _text(course: _Course, event: Event, after: Event | None) -> str:
    special = SPECIAL.get(event.type)
    if special is not None:
        return special(course, event, after)
    sentence = PLAIN.get(event.type) or next(_chosen(event), "")
    return translate(course.language, sentence, **course.values(event)) if sentence else ""


def _chosen(event: Event) -> Iterator[str]:
    for field in ("reason", "locked", "role", "choice", "shown", "policy", "answer", "inside"):
        sentence = CHOSEN.get((event.type, field, event.payload.get(field)))
        if sentence:
            yield sentence


# --- events that need more than their own values --------------------------------------------------------------------------


def _connected(course: _Course, event: Event, after: Event | None) -> str:
    if str(event.payload.get("participant")) not in (course.came or ()):
        return ""  # the line above says that they came in
    return translate(course.language, "{whom} connected again.", **course.values(event))


def _hand_raised(course: _Course, event: Event, after: Event | None) -> str:
    _ = partial(translate, course.language)
    values = course.values(event)
    return _("{whom} asked for the floor.", **values) if course.is_tender else _("{whom} raised the hand.", **values)


def _hand_lowered(course: _Course, event: Event, after: Event | None) -> str:
    _ = partial(translate, course.language)
    if after is not None and after.type in ("floor_granted", "floor_refused"):
        return ""  # it went down because of what the next line says
    if event.actor == f"participant:{event.payload.get('participant')}":
        return _("{whom} took the raised hand down.", **course.values(event))
    return _("{who} took the hand of {whom} down.", **course.values(event))


def _granted(course: _Course, event: Event, after: Event | None) -> str:
    text = translate(course.language, "{who} gave the floor to {whom}", **course.values(event))
    limit = event.payload.get("limit_s")
    return f"{text} ({_at_most(course, limit)})." if limit is not None else f"{text}."


def _extended(course: _Course, event: Event, after: Event | None) -> str:
    text = translate(course.language, "{who} lengthened the time of {whom}", **course.values(event))
    limit = event.payload.get("limit_s")
    return f"{text} ({_at_most(course, limit)})." if limit is not None else f"{text}."


def _at_most(course: _Course, seconds: Any) -> str:
    return translate(course.language, "at most {length}", length=clock_text(float(seconds)))


def _drawn(course: _Course, event: Event, after: Event | None) -> str:
    order = ", ".join(course.names.of(who) for who in event.payload.get("order", ()))
    seed = str(event.payload.get("seed", ""))
    return translate(course.language, "Lots were drawn: {order}. Seed of the draw: {seed}.", order=order, seed=seed)


def _reserved(course: _Course, event: Event, after: Event | None) -> str:
    _ = partial(translate, course.language)
    text = _("{who} began a reserved part; the public sees and hears nothing of it.", **course.values(event))
    admitted = ", ".join(course.names.of_person(person) for person in event.payload.get("admitted", ()))
    if admitted:
        text += " " + _("Admitted: {names}.", names=admitted)
    if event.payload.get("reason"):
        text += " " + _("Reason: {reason}.", reason=str(event.payload["reason"]).rstrip("."))
    if event.payload.get("resumes_at"):
        moment = course.clock(datetime.fromisoformat(str(event.payload["resumes_at"])))
        text += " " + _("Expected to go on at {time}.", time=moment)
    return text


def _presented(course: _Course, event: Event, after: Event | None) -> str:
    title = course.titles.get(str(event.payload.get("presentation")), "")
    who = event.payload.get("participant")
    name = course.names.of(who) if who else course.names.of_actor(event.actor)
    return translate(course.language, "{who} presented “{title}”.", who=name, title=title)


def _recording(course: _Course, event: Event, after: Event | None) -> str:
    _ = partial(translate, course.language)
    name, values = str(event.payload.get("name") or ""), course.values(event)
    return _("{who} started the recording “{name}”.", name=name, **values) if name else _("{who} started a recording.", **values)  # fmt: skip


def _tape(course: _Course, event: Event, after: Event | None) -> str:
    _ = partial(translate, course.language)
    if event.payload.get("running") or not event.payload.get("reason"):
        return ""
    return _("The recording was interrupted ({reason}).", reason=event.payload["reason"])


def _check(course: _Course, event: Event, after: Event | None) -> str:
    return translate(course.language, "Presence check {number}.", number=event.payload.get("check"))


SPECIAL: Mapping[str, Callable[[_Course, Event, Event | None], str]] = {
    "connected": _connected,
    "hand_raised": _hand_raised,
    "hand_lowered": _hand_lowered,
    "floor_granted": _granted,
    "floor_extended": _extended,
    "lot_drawn": _drawn,
    "reserved_begun": _reserved,
    "presentation_started": _presented,
    "recording_started": _recording,
    "tape_running": _tape,
    "presence_check_asked": _check,
}

LEFT_OUT = frozenset(
    {
        "microphone_on", "microphone_off", "camera_on", "camera_off", "visibility_changed", "media_flowing", "spoke",
        "presence_checks_on", "presence_checks_off", "presence_checked",
        "page_turned", "presentation_played", "presentation_paused", "presentation_sought", "presentation_handed", "presentation_stopped",
        "message_sent",
        "segments_sealed", "segments_erased", "recording_cut", "recording_ready", "recording_deleted",
        "recording_named", "recording_released",
        "archive_kept", "archive_deleted",
    }
)  # fmt: skip
"""Events that stand elsewhere in minutes (chat, recordings, presence), or that nobody needs to read."""

"""The calendar part of a message (RFC 5545, RFC 5546): what puts the conference into the person's calendar, or out of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.headerregistry import Address

import icalendar

from apps.mail.wording import start_of
from data.mail import Outgoing

PRODUCT = "-//Sala//Sala//EN"
METHODS = {"invitation": "REQUEST", "cancellation": "CANCEL"}
ZONE_MARGIN = timedelta(days=366)  # of zone rules around the date; without dates 2 kB of them would be written


def calendar_of(outgoing: Outgoing, *, organiser: Address, link: str, words: str, now: datetime) -> str | None:
    """
    Return the calendar of a message; ``None`` for a room without a date.

    The UID stays the invitation's, so that a later message changes or removes the same entry; SEQUENCE is the room's revision.
    ``RSVP=FALSE``: people answer on Sala's page, nobody reads calendar replies.
    """
    starts_at = start_of(outgoing.room)
    if starts_at is None:
        return None
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", METHODS[outgoing.mail.kind])
    calendar.add_component(_event(outgoing, starts_at, organiser=organiser, link=link, words=words, now=now))
    calendar.add_missing_timezones(
        first_date=(starts_at - ZONE_MARGIN).date(), last_date=(starts_at + ZONE_MARGIN).date()
    )
    written: bytes = calendar.to_ical()
    return written.decode()


def _event(
    outgoing: Outgoing, starts_at: datetime, *, organiser: Address, link: str, words: str, now: datetime
) -> icalendar.Event:
    room, cancelled = outgoing.room, outgoing.mail.kind == "cancellation"
    event = icalendar.Event()
    event.add("uid", f"{outgoing.invitation.id}@sala")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("sequence", room.revision)
    event.add("summary", room.title)
    event.add("dtstart", starts_at)
    if room.length_min:
        # Added in UTC: a night in which clocks change would be an hour off otherwise.
        end = starts_at.astimezone(UTC) + timedelta(minutes=room.length_min)
        event.add("dtend", end.astimezone(starts_at.tzinfo))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("description", words)
    if link:
        event.add("location", link)
        event.add("url", link)
    event.add("organizer", _person(organiser.addr_spec, outgoing.owner.name))
    attendee = _person(outgoing.invitation.email, outgoing.invitation.name)
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = "NEEDS-ACTION"
    attendee.params["RSVP"] = "FALSE"
    event.add("attendee", attendee)
    return event


def _person(address: str, name: str) -> icalendar.vCalAddress:
    person = icalendar.vCalAddress(f"mailto:{address}")
    plain = name.replace('"', "'")  # RFC 5545, 3.2: a parameter can't hold a quotation mark
    if plain:
        person.params["CN"] = plain
    return person

from __future__ import annotations

import email
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.mail.addresses import bounce_key_in, envelope_sender, one_line, sender_address
from apps.mail.invitation import link_of, message_of
from data.mail import Outgoing
from tests.apps.mail.letters import MAIL_ID, NOW, SECRET, outgoing

SENDER = sender_address("Sala Învățare <sala@sala.example>")
URL = "https://sala.example/"


def read_back(letter: Outgoing) -> EmailMessage:
    """Write a message, and parse what a mail server would get."""
    message = message_of(letter, sender=SENDER, public_url=URL, now=NOW)
    parsed = email.message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def payload_of(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.replace(b"\r\n", b"\n")


def calendar_in(message: EmailMessage) -> tuple[icalendar.Calendar, Any]:
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    calendar = icalendar.Calendar.from_ical(payload_of(part))
    (event,) = calendar.walk("VEVENT")
    return calendar, event


def test_an_invitation_is_text_html_and_calendar() -> None:
    message = read_back(outgoing())
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        assert f"https://sala.example/j/{SECRET}" in body.get_content()
        assert "Bună ziua, Ion Țepeș" in body.get_content()


def test_its_headers_say_who_writes_to_whom() -> None:
    message = read_back(outgoing())
    assert message["From"].addresses[0].display_name == "Sala Învățare"
    assert message["From"].addresses[0].addr_spec == "sala@sala.example"
    assert message["To"].addresses[0].display_name == "Ion Țepeș"
    assert message["To"].addresses[0].addr_spec == "ion@firma.example"
    assert message["Reply-To"].addresses[0].addr_spec == "maria@ssm.example"
    assert message["Subject"] == "Invitație: Instruire SSM – ședință"
    assert message["Message-ID"] == f"<{MAIL_ID}@sala.example>"
    assert message["Date"].datetime == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert not {"Cc", "Bcc"} & set(message.keys())


def test_every_line_is_short_enough_for_any_mail_server() -> None:
    letter = outgoing(room={"title": "ș" * 200, "description": "cuvânt " * 700}, invitation={"name": "Ț" * 120})
    content = message_of(letter, sender=SENDER, public_url=URL, now=NOW).as_bytes()
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998  # RFC 5322, 2.1.1
    assert read_back(letter)["Subject"] == "Invitație: " + "ș" * 200


def test_the_calendar_holds_the_conference_in_the_room_s_zone() -> None:
    calendar, event = calendar_in(read_back(outgoing(room={"revision": 3})))
    zone = ZoneInfo("Europe/Bucharest")
    assert str(calendar["METHOD"]) == "REQUEST"
    assert str(event["UID"]) == "in_1@sala"
    assert event["SEQUENCE"] == 3
    assert event["STATUS"] == "CONFIRMED"
    assert str(event["SUMMARY"]) == "Instruire SSM – ședință"
    assert event["DTSTART"].dt == datetime(2026, 5, 9, 11, 0, tzinfo=zone)
    assert event["DTSTART"].params["TZID"] == "Europe/Bucharest"
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=90)
    assert event["DTSTAMP"].dt == NOW
    assert str(event["ORGANIZER"]) == "mailto:sala@sala.example"
    assert event["ORGANIZER"].params["CN"] == "Maria Ionescu"
    assert str(event["ATTENDEE"]) == "mailto:ion@firma.example"
    assert event["ATTENDEE"].params["CN"] == "Ion Țepeș"
    assert str(event["URL"]) == f"https://sala.example/j/{SECRET}"
    assert [str(found["TZID"]) for found in calendar.walk("VTIMEZONE")] == ["Europe/Bucharest"]


def test_attachment_and_calendar_part_are_the_same_and_the_part_names_its_method() -> None:
    message = read_back(outgoing())
    (attachment,) = message.iter_attachments()
    (part,) = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert attachment.get_filename() == "invitation.ics"
    assert payload_of(attachment) == payload_of(part)
    assert part.get_param("method") == "REQUEST"


def test_a_night_in_which_clocks_change_keeps_the_length() -> None:
    starts_at = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # 1:00 in Bucharest; at 4:00 it is 3:00 again
    _, event = calendar_in(read_back(outgoing(room={"starts_at": starts_at, "length_min": 240})))
    assert event["DTEND"].dt.astimezone(UTC) - event["DTSTART"].dt.astimezone(UTC) == timedelta(hours=4)


def test_a_cancellation_takes_the_same_entry_out_of_the_calendar() -> None:
    message = read_back(outgoing(kind="cancellation", room={"revision": 4}))
    calendar, event = calendar_in(message)
    assert str(calendar["METHOD"]) == "CANCEL"
    assert (str(event["UID"]), event["SEQUENCE"], event["STATUS"]) == ("in_1@sala", 4, "CANCELLED")
    assert "URL" not in event
    assert "/j/" not in message.as_string()


def test_a_room_without_date_has_no_calendar() -> None:
    message = read_back(outgoing(room={"starts_at": None}))
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_who_has_no_real_address_is_not_answered_to() -> None:
    assert read_back(outgoing(owner={"email": "admin@localhost"}))["Reply-To"] is None
    assert read_back(outgoing(owner={"erased_at": NOW}))["Reply-To"] is None


@given(
    title=st.text(min_size=1, max_size=200).filter(str.strip),
    name=st.text(max_size=120),
    description=st.text(max_size=300),
)
def test_no_text_adds_a_header_or_breaks_the_message(title: str, name: str, description: str) -> None:
    """Texts are cleaned at input; the message does not rely on it (AB-39)."""
    letter = outgoing(room={"title": title, "description": description}, invitation={"name": name})
    try:
        message = read_back(letter)
    except UnicodeEncodeError:
        assert any("\ud800" <= character <= "\udfff" for character in title + name + description)
        return
    assert list(message.keys()) == [
        "From",
        "To",
        "Reply-To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ]
    assert [address.addr_spec for address in message["To"].addresses] == ["ion@firma.example"]


@pytest.mark.parametrize(
    "attack", ["x\r\nBcc: all@evil.example", "x\nBcc: a@evil.example\n\nbody", "x\u2028Bcc: a@e.example"]
)
def test_line_breaks_in_a_name_or_title_stay_in_their_header(attack: str) -> None:
    message = read_back(
        outgoing(room={"title": attack}, invitation={"name": attack}, owner={})  # as if input had let them through
    )
    assert message["Bcc"] is None
    assert message["Subject"].startswith("Invitație: x Bcc: ")


def test_links_are_made_of_the_public_address() -> None:
    assert link_of("https://sala.example", "s") == link_of("https://sala.example/", "s") == "https://sala.example/j/s"
    assert link_of("https://sala.example", "") == ""


def test_the_sender_must_be_an_address() -> None:
    assert sender_address("sala@localhost").addr_spec == "sala@localhost"
    for wrong in ("", "Sala", "Sala <>", "sală@sala.example"):
        with pytest.raises(ValueError, match="mail_from"):
            sender_address(wrong)


def test_the_bounce_address_carries_the_key() -> None:
    address = envelope_sender("returns@sala.example", "00112233445566ff", otherwise="x")
    assert address == "returns+00112233445566ff@sala.example"
    assert bounce_key_in(f"<{address}>") == "00112233445566ff"
    assert envelope_sender("", "00112233445566ff", otherwise="sala@x.example") == "sala@x.example"
    assert bounce_key_in("ion+sala@firma.example") == ""


def test_one_line_is_one_line() -> None:
    assert one_line(" a\r\nb\tc\x00d\u2028e ") == "a b c d e"

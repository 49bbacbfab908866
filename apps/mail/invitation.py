"""An invitation or cancellation as an e-mail: text, HTML, and a calendar entry."""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from apps.mail.addresses import one_line
from apps.mail.calendar_part import METHODS, calendar_of
from apps.mail.wording import Wording, wording
from data.mail import Outgoing

CALENDAR_FILES = {"invitation": "invitation.ics", "cancellation": "cancellation.ics"}


def link_of(public_url: str, secret: str) -> str:
    """Return the address of a personal link; empty for a message without one."""
    return f"{public_url.rstrip('/')}/j/{secret}" if secret else ""


def message_of(outgoing: Outgoing, *, sender: Address, public_url: str, now: datetime) -> EmailMessage:
    """Return the message, in the invitation's language; it refers to nothing on another host but the personal link."""
    link = link_of(public_url, outgoing.mail.secret)
    words = wording(outgoing, link=link, address=outgoing.invitation.email)
    message = EmailMessage(policy=SMTP)
    _add_headers(message, outgoing, words, sender, now)
    message.set_content(words.text, cte="quoted-printable")
    message.add_alternative(words.html, subtype="html", cte="quoted-printable")
    calendar = calendar_of(outgoing, organiser=sender, link=link, words=words.text, now=now)
    if calendar is not None:
        method = METHODS[outgoing.mail.kind]
        message.add_alternative(calendar, subtype="calendar", cte="base64", params={"method": method})
        message.add_attachment(  # for programs that offer only attachments to the calendar
            calendar.encode(), maintype="application", subtype="ics", filename=CALENDAR_FILES[outgoing.mail.kind]
        )
    return message


def _add_headers(message: EmailMessage, outgoing: Outgoing, words: Wording, sender: Address, now: datetime) -> None:
    owner, invitation = outgoing.owner, outgoing.invitation
    message["From"] = sender
    message["To"] = _address(invitation.name, invitation.email)
    if owner.erased_at is None and "." in owner.email.rpartition("@")[2]:  # admin@localhost can't be answered to
        message["Reply-To"] = _address(owner.name, owner.email)
    message["Subject"] = one_line(words.subject)
    message["Date"] = format_datetime(now.astimezone(UTC))
    message["Message-ID"] = f"<{outgoing.mail.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply comes back


def _address(name: str, email: str) -> Address:
    local, _, domain = email.rpartition("@")
    return Address(one_line(name), username=local, domain=domain)

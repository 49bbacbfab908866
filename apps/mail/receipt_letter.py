"""The receipt of a session that closed, as an e-mail: the head of its log, and where the signed file is."""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial

from apps.i18n import LANGUAGES, translate
from apps.mail.addresses import one_line
from apps.mail.wording import mail_templates
from data.mail import Outgoing, ToAccount
from data.receipts import told_in


def receipt_message_of(
    letter: Outgoing | ToAccount, *, sender: Address, public_url: str, now: datetime
) -> EmailMessage:
    """Return the message, in the language of who gets it."""
    who = letter.account if isinstance(letter, ToAccount) else letter.invitation
    language = who.language if who.language in LANGUAGES else "en"
    told, base = told_in(letter.mail), public_url.rstrip("/")
    values = {
        "_": partial(translate, language),
        "language": language,
        "title": translate(language, "Receipt: {title}", title=told["title"]),
        "room": told["title"],
        "name": who.name,
        "address": who.email,
        "session": told["session"],
        "number": told["number"],
        "hash": told["hash"],
        "link": f"{base}/r/{told['slug']}/receipt",
        "confirm": f"{base}/heads/{told['hash']}",
    }
    templates = mail_templates()
    message = EmailMessage(policy=SMTP)
    local, _, domain = who.email.rpartition("@")
    message["From"] = sender
    message["To"] = Address(one_line(who.name), username=local, domain=domain)
    message["Subject"] = one_line(str(values["title"]))
    message["Date"] = format_datetime(now.astimezone(UTC))
    message["Message-ID"] = f"<{letter.mail.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply comes back
    message.set_content(templates.get_template("receipt.txt").render(**values).strip() + "\n", cte="quoted-printable")
    html = templates.get_template("receipt.html").render(**values).strip() + "\n"
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message

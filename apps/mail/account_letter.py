"""Messages to an account: the link that activates it, or that lets its person choose a new password."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial

from apps.i18n import LANGUAGES, translate
from apps.mail.addresses import one_line
from apps.mail.wording import Wording, mail_templates
from data.mail import ToAccount


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


SUBJECTS: Mapping[str, str] = {"activation": N_("Your access to the tenders"), "reset": N_("A new password")}
PATHS: Mapping[str, str] = {"activation": "activate", "reset": "reset"}


def account_message_of(letter: ToAccount, *, sender: Address, public_url: str, now: datetime) -> EmailMessage:
    """Return the message, in the account's language; it refers to nothing on another host but the link."""
    account, kind = letter.account, letter.mail.kind
    link = f"{public_url.rstrip('/')}/supplier/{PATHS[kind]}/{letter.mail.secret}"
    words = _wording(letter, link)
    message = EmailMessage(policy=SMTP)
    local, _, domain = account.email.rpartition("@")
    message["From"] = sender
    message["To"] = Address(one_line(account.name), username=local, domain=domain)
    message["Subject"] = one_line(words.subject)
    message["Date"] = format_datetime(now.astimezone(UTC))
    message["Message-ID"] = f"<{letter.mail.id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday reply comes back
    message.set_content(words.text, cte="quoted-printable")
    message.add_alternative(words.html, subtype="html", cte="quoted-printable")
    return message


def _wording(letter: ToAccount, link: str) -> Wording:
    kind, account = letter.mail.kind, letter.account
    language = account.language if account.language in LANGUAGES else "en"
    subject = translate(language, SUBJECTS[kind])
    values = {
        "_": partial(translate, language),
        "language": language,
        "title": subject,
        "name": account.name,
        "address": account.email,
        "organisation": letter.organisation.name if letter.organisation else "",
        "link": link,
    }
    templates = mail_templates()
    return Wording(
        subject=subject,
        text=templates.get_template(f"{kind}.txt").render(**values).strip() + "\n",
        html=templates.get_template(f"{kind}.html").render(**values).strip() + "\n",
    )

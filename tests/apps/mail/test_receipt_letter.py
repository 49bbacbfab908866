"""Whoever took part in a tender's session gets its receipt by mail; who led it, and conferences, do not."""

from __future__ import annotations

from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path

import pytest
from sqlmodel import Session, select

from apps.mail.receipt_letter import receipt_message_of
from data import accounts, heads, invitations, mail, receipts
from data.database import Database
from data.models import Mail, Participant
from tests.apps.evidence import evening

SENDER = Address("Sala", username="sala", domain="sala.example")


def seat_them(session: Session, held: evening.Evening) -> None:
    """Make the people of the session real: a supplier's account, and an invitation."""
    supplier = accounts.create(session, email=evening.BIDDER_EMAIL, name=evening.BIDDER, role="supplier", password_hash="-", now=evening.START, language="it")  # fmt: skip
    invited = invitations.create(session, room_id=held.room, email="stefan@firma.example", name=evening.OTHER, token_hash="h", now=evening.START, language="ro")  # fmt: skip
    session.get_one(Participant, held.people[evening.BIDDER]).person_id = supplier.id
    session.get_one(Participant, held.people[evening.OTHER]).person_id = invited.id
    session.flush()


@pytest.mark.parametrize(("kind", "letters"), [("tender", 2), ("conference", 0)])
def test_suppliers_and_invited_people_get_one(database: Database, home: Path, kind: str, letters: int) -> None:
    held = database.run_now(evening.hold_in, home, kind)
    database.run_now(seat_them, held)
    assert database.run_now(receipts.queue, session_id=held.session, now=evening.START) == letters
    assert len(database.read_now(lambda session: session.exec(select(Mail)).all())) == letters


def test_it_holds_the_head_and_leads_to_the_page(database: Database, home: Path) -> None:
    held = database.run_now(evening.hold_in, home, "tender")
    database.run_now(seat_them, held)
    database.run_now(receipts.queue, session_id=held.session, now=evening.START)
    head = database.read_now(heads.at_close, session_id=held.session)
    assert head is not None
    later = evening.START + timedelta(minutes=1)
    [to_account] = database.read_now(mail.due_to_accounts, now=later)
    [to_guest] = database.read_now(mail.due, now=later)
    for letter, subject in ((to_account, "Ricevuta: Lavori di via Roma"), (to_guest, "Recipisă: Lavori di via Roma")):
        message = receipt_message_of(letter, sender=SENDER, public_url="https://sala.example/", now=later)
        assert message["Subject"] == subject
        for kind in ("plain", "html"):
            part = message.get_body((kind,))
            assert part is not None
            text = part.get_content()
            assert head.hash in text
            assert "https://sala.example/r/gara/receipt" in text
    database.run_now(mail.mark_sent, mail_id=to_account.mail.id, now=later)
    assert database.read_now(mail.due_to_accounts, now=later) == []

"""The people of the measurement: rows in the database with sign-ins whose secrets are known, so that no password is compared 550 times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from apps.visitors import secret_hash
from data import accounts, organisations, rooms, sign_ins, tenders
from data.database import open_database
from data.ids import AccountId, OrganisationId

PEOPLE_OF_ORGANISATION = 10


@dataclass(frozen=True, slots=True)
class Crowd:
    """``moderator`` and ``suppliers`` are secrets for the account's cookie."""

    slug: str
    tender: str
    moderator: str
    suppliers: tuple[str, ...]


def settle(home: Path, *, people: int) -> Crowd:
    """Make a tender and everybody who may attend it, in a home where no Sala runs yet."""
    with open_database(home) as database:
        return database.run_now(_settle, people=people)


def _settle(session: Session, *, people: int) -> Crowd:
    now = datetime.now(UTC)
    owner = accounts.create(
        session,
        email="lead@authority.example",
        name="Stazione appaltante",
        role="administrator",
        password_hash="",
        now=now,
    )
    room = rooms.create(
        session, slug="gara", kind="tender", owner_id=owner.id, title="Gara", max_participants=people + 50, now=now
    )
    tender = tenders.create(
        session,
        room_id=room.id,
        owner_id=owner.id,
        number="CIG 1",
        subject="Lavori",
        procedure="open",
        deadline=now + timedelta(days=1),
        now=now,
    )
    _signed_in(session, owner.id, "lead", now)
    for place in range(people):
        if place % PEOPLE_OF_ORGANISATION == 0:
            firm = organisations.create(session, name=f"Impresa {place}", tax_code=f"IT{place:011d}", now=now)
            tenders.set_supplier(
                session,
                tender_id=tender.id,
                organisation_id=firm.id,
                offer_state="submitted",
                admitted=True,
                now=now,
            )
        account = accounts.create(
            session,
            email=f"p{place}@firm.example",
            name=f"Persona {place}",
            role="supplier",
            password_hash="",
            now=now,
            organisation_id=OrganisationId(firm.id),
        )
        _signed_in(session, account.id, f"supplier-{place}", now)
    return Crowd(room.slug, tender.id, "lead", tuple(f"supplier-{place}" for place in range(people)))


def _signed_in(session: Session, account_id: str, secret: str, now: datetime) -> None:
    sign_ins.create(
        session,
        secret_hash=secret_hash(secret),
        account_id=AccountId(account_id),
        now=now,
        expires_at=now + timedelta(hours=12),
    )

"""Carries out the commands about evidence, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from apps.evidence.commands import EraseOrganisation, ErasePerson, SavePreface
from apps.evidence.traces import delete_traces
from apps.planning.asking import Asking, Outcome, changed
from apps.planning.errors import Refused
from apps.service import RecordsNotice
from data import erase, organisations, prefaces, rooms, sessions
from data.errors import NotFound
from data.ids import AccountId, PersonId

if TYPE_CHECKING:
    from sqlmodel import Session


def save_preface(session: Session, asking: Asking, command: SavePreface) -> Outcome:
    """Add a version of a preface, to a session within reach that has ended."""
    try:
        opening = sessions.get(session, session_id=command.session)
    except NotFound:
        raise Refused("session_unknown") from None
    room = rooms.get(session, room_id=opening.room_id)
    if room is None or not asking.may_reach(room.owner_id):
        raise Refused("session_unknown")
    if opening.closed_at is None:
        raise Refused("session_still_open")
    written = prefaces.write(
        session,
        session_id=command.session,
        language=command.language,
        text=plain(command.text),
        account_id=AccountId(asking.account.id),
        now=asking.now,
    )
    return Outcome({"version": written.version}, (changed("preface", command.session, room=room.id),))


def erase_person(session: Session, asking: Asking, command: ErasePerson) -> Outcome:
    """Erase an address in the tables; files follow once that is on the disk."""
    if command.email == asking.account.email:
        raise Refused("erase_own")
    if erase.is_in_a_session(session, email=command.email):
        raise Refused("erase_open")
    erased = erase.erase_address(session, email=command.email, now=asking.now)
    if not (erased.people or erased.contacts):
        raise Refused("erase_nobody")
    return _told(asking, erased)


def erase_organisation(session: Session, asking: Asking, command: EraseOrganisation) -> Outcome:
    """Erase a supplier and its people in the tables; files follow once that is on the disk."""
    found = organisations.get(session, organisation_id=command.organisation)
    if found is None or found.erased_at is not None:
        raise Refused("organisation_unknown")
    people = organisations.people(session, organisation_id=found.id)
    if any(erase.is_in_a_session(session, email=person.email) for person in people):
        raise Refused("erase_supplier_open")
    erased = erase.erase_organisation(session, organisation_id=found.id, now=asking.now)
    told = _told(asking, erased)
    expelled = tuple(PersonId(person.id) for person in people)
    return replace(told, notices=(*told.notices, changed("organisation", found.id)), expelled=expelled)


def _told(asking: Asking, erased: erase.Erased) -> Outcome:
    counts = {key: getattr(erased, key) for key in ("people", "participants", "messages", "statements", "contacts")}
    notices = tuple(RecordsNotice(kind, ()) for kind in ("account", "contact", "invitation", "session"))
    traces = partial(delete_traces, asking.settings.home, erased)
    return Outcome(counts, notices, afterwards=(traces,))


def plain(text: str) -> str:
    """Return a text with line breaks of one kind and nothing else that can't be seen."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(letter if letter.isprintable() else " " for letter in line).rstrip() for line in lines)


EVIDENCE_DOING: Mapping[type, Callable[..., Outcome]] = {
    SavePreface: save_preface,
    ErasePerson: erase_person,
    EraseOrganisation: erase_organisation,
}

"""Tenders: creating, changing, importing, and which suppliers take part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from apps.planning.asking import Asking, Outcome, changed
from apps.planning.conferences import new_slug
from apps.planning.errors import Refused
from apps.planning.texts import clean_text
from apps.tenders.commands import (
    ArchiveTender,
    ImportTenders,
    RemoveTenderSupplier,
    SaveTender,
    SetTenderSuppliers,
    TenderSettings,
)
from apps.tenders.csv_table import Problems
from apps.tenders.suppliers import content_of, known
from apps.tenders.tenders_csv import TenderRow, clean_number, clean_subject, read_tenders
from apps.tenders.words import checked_moment, checked_zone
from data import organisations, rooms, tenders
from data.errors import Taken
from data.ids import PersonId
from data.models import Room, Tender, TenderSupplier

if TYPE_CHECKING:
    from sqlmodel import Session

ROOM_TITLE_MAX_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class TendersOfFile:
    """``ImportTenders`` after its file was read."""

    rows: tuple[TenderRow, ...]
    command: ImportTenders


def rows_of(command: ImportTenders) -> TendersOfFile:
    """Read the file of a command; takes a while for a large one, so call it in a thread. Raises ``Refused``."""
    return TendersOfFile(read_tenders(content_of(command.content), zone=command.zone), replace_content(command))


def replace_content(command: ImportTenders) -> ImportTenders:
    """Return a command without the file, which was read."""
    return command.model_copy(update={"content": ""})


# --- tenders ------------------------------------------------------------------------------------------------------------


def save(session: Session, asking: Asking, command: SaveTender) -> Outcome:
    """Add a tender with its room, or change both."""
    settings = _checked(command.settings)
    if command.tender is None:
        return _of(_created(session, asking, settings))
    tender, room = reached(session, asking, command.tender)
    try:
        tenders.change(session, tender_id=tender.id, **_columns(settings))
    except Taken as error:
        raise Refused("tender_exists", number=settings.number) from error
    _set_room(session, room, settings)
    return _of(tender)


def archive(session: Session, asking: Asking, command: ArchiveTender) -> Outcome:
    """Take a tender out of all lists."""
    tender, room = reached(session, asking, command.tender)
    if rooms.has_open_session(session, room_id=room.id):
        raise Refused("tender_session_open")
    tender.archived_at = asking.now
    rooms.archive(session, room_id=room.id, now=asking.now)
    return _of(tender)


def import_rows(session: Session, asking: Asking, command: TendersOfFile) -> Outcome:
    """Add the tenders of a file, and bring those that exist up to date; with problems nothing."""
    problems, added, updated = Problems(), 0, 0
    for row in command.rows:
        found = tenders.by_number(session, number=row.number)
        if found is None:
            _created(session, asking, _settings_of(row, command.command))
            added += 1
        elif found.archived_at is not None or not asking.may_reach(found.owner_id):
            problems.add(row.row, Refused("tender_exists", number=row.number))
        else:
            updated += _brought_up_to_date(session, found, row)
    problems.refuse_any()
    return Outcome({"added": added, "updated": updated}, (changed("tender"),))


def reached(session: Session, asking: Asking, tender_id: str) -> tuple[Tender, Room]:
    """Return a tender within the account's reach, with its room. Raises ``Refused``, alike for unknown ones and those of others."""
    tender = tenders.get(session, tender_id=tender_id)
    room = rooms.get(session, room_id=tender.room_id) if tender is not None else None
    if tender is None or room is None or tender.archived_at is not None or not asking.may_reach(tender.owner_id):
        raise Refused("tender_unknown")
    return tender, room


def _created(session: Session, asking: Asking, settings: TenderSettings) -> Tender:
    if tenders.by_number(session, number=settings.number) is not None:
        raise Refused("tender_exists", number=settings.number)
    slug = new_slug(settings.number)
    while rooms.slug_taken(session, slug=slug):
        slug = new_slug(settings.number)
    room = rooms.create(
        session,
        slug=slug,
        kind="tender",
        owner_id=asking.account.id,
        title=_room_title(settings),
        now=asking.now,
        max_participants=asking.settings.tender_limit,
    )
    _set_room(session, room, settings)
    return tenders.create(session, room_id=room.id, owner_id=asking.account.id, now=asking.now, **_columns(settings))


def _room_title(settings: TenderSettings) -> str:
    title = f"{settings.number} · {settings.subject}"
    return title if len(title) <= ROOM_TITLE_MAX_CHARACTERS else f"{title[: ROOM_TITLE_MAX_CHARACTERS - 1]}…"


def _set_room(session: Session, room: Room, settings: TenderSettings) -> None:
    """The room follows its tender; a session that goes on shows the new title to who enters from now on."""
    room.title, room.description = _room_title(settings), ""
    room.starts_at, room.zone = settings.starts_at, settings.zone
    room.language, room.record = settings.language, settings.record
    room.suppliers_visible = settings.suppliers_visible
    room.floor_policy, room.floor_limit_s = settings.floor_policy, settings.floor_limit_s
    room.revision += 1
    session.flush()


def _checked(settings: TenderSettings) -> TenderSettings:
    return settings.model_copy(
        update={
            "number": clean_number(settings.number),
            "subject": clean_subject(settings.subject),
            "deadline": checked_moment(settings.deadline),
            "description": clean_text(settings.description, field="description", max_characters=10_000),
            "starts_at": checked_moment(settings.starts_at) if settings.starts_at else None,
            "zone": checked_zone(settings.zone),
        }
    )


def _columns(settings: TenderSettings) -> dict[str, Any]:
    names = ("number", "subject", "procedure", "deadline", "base_amount_cents", "currency", "description")
    return {name: getattr(settings, name) for name in names}


def _settings_of(row: TenderRow, command: ImportTenders) -> TenderSettings:
    values = {name: getattr(row, name) for name in TenderRow.__slots__ if name != "row" and getattr(row, name) != ""}
    return TenderSettings.model_validate(values | {"zone": command.zone, "language": command.language})


def _brought_up_to_date(session: Session, tender: Tender, row: TenderRow) -> bool:
    """Take over what the line says; an empty cell says nothing. Return whether anything changed."""
    after = {
        "subject": row.subject,
        "procedure": row.procedure or tender.procedure,
        "deadline": row.deadline,
        "base_amount_cents": row.base_amount_cents if row.base_amount_cents is not None else tender.base_amount_cents,
        "currency": row.currency or tender.currency,
        "description": row.description or tender.description,
    }
    if all(getattr(tender, name) == value for name, value in after.items()):
        return False
    tenders.change(session, tender_id=tender.id, **after)
    return True


# --- who takes part -----------------------------------------------------------------------------------------------------


def set_suppliers(session: Session, asking: Asking, command: SetTenderSuppliers) -> Outcome:
    """Give suppliers their part; the people of those no longer admitted leave the room."""
    tender, room = reached(session, asking, command.tender)
    leaving: list[str] = []
    for part in command.parts:
        known(session, part.organisation)
        held = session.get(TenderSupplier, (tender.id, part.organisation))
        if held is not None and held.admitted and not part.admitted:
            leaving.append(part.organisation)
        tenders.set_supplier(
            session,
            tender_id=tender.id,
            organisation_id=part.organisation,
            offer_state=part.offer_state,
            admitted=part.admitted,
            now=asking.now,
        )
    return replace(_of(tender), expelled_from=(room.id, _people(session, leaving)))


def remove_supplier(session: Session, asking: Asking, command: RemoveTenderSupplier) -> Outcome:
    """Take a supplier out of a tender."""
    tender, room = reached(session, asking, command.tender)
    if not tenders.remove_supplier(session, tender_id=tender.id, organisation_id=command.organisation):
        raise Refused("organisation_unknown")
    return replace(_of(tender), expelled_from=(room.id, _people(session, [command.organisation])))


def _people(session: Session, organisation_ids: list[str]) -> tuple[PersonId, ...]:
    return tuple(
        PersonId(account.id)
        for organisation_id in organisation_ids
        for account in organisations.people(session, organisation_id=organisation_id)
    )


def _of(tender: Tender) -> Outcome:
    notices = (changed("tender", tender.id, room=tender.room_id), changed("room", tender.room_id, room=tender.room_id))
    return Outcome({"tender": tender.id, "room": tender.room_id}, notices)

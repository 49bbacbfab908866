"""The form of a tender (C9): its fields, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from apps.console.desk import Desk
from apps.console.pages.conference_form import ZONES
from apps.console.words import zone_info
from apps.i18n import LANGUAGES
from apps.planning.errors import Refused
from apps.tenders.commands import TenderSettings
from apps.tenders.texts import PROCEDURES, words_of
from apps.tenders.words import cents_of
from data.models import Room, Tender

CURRENCIES = ("EUR", "RON", "CHF", "GBP", "USD")


def fields(desk: Desk, tender: Tender | None, room: Room | None) -> list[dict[str, Any]]:
    """Return the form's fields, filled from a tender and its room, or with what most tenders have."""
    _ = desk.words
    zone = room.zone if room else _.zone if _.zone != "UTC" else "Europe/Rome"
    due, start = _parts(tender.deadline if tender else None, zone), _parts(room.starts_at if room else None, zone)
    policies = [
        ["arrival", _("In the order of the requests")],
        ["organisation", _("One after the other by supplier")],
        ["lot", _("By lot")],
    ]
    limits = [
        ["", _("No limit")],
        *([str(seconds), _("{minutes} min", minutes=seconds // 60)] for seconds in (60, 120, 180, 300, 600, 900)),
    ]
    limit = str(room.floor_limit_s) if room and room.floor_limit_s else ""
    if limit and limit not in {value for value, _label in limits}:
        limits.append([limit, _("{seconds} s", seconds=limit)])
    return [
        {"name": "number", "kind": "text", "label": _("Tender number"), "width": "third", "required": True, "most": 60, "value": tender.number if tender else ""},
        {"name": "procedure", "kind": "select", "label": _("Procedure"), "width": "third", "options": [list(item) for item in words_of(_.language, PROCEDURES).items()], "value": tender.procedure if tender else "open"},
        {"name": "amount", "kind": "text", "label": _("Base amount"), "width": "third", "most": 30, "value": _amount(tender), "example": "1.250.000,00"},
        {"name": "subject", "kind": "text", "label": _("Subject"), "required": True, "most": 500, "value": tender.subject if tender else ""},
        {"name": "date", "kind": "date", "label": _("Deadline"), "width": "third narrow", "required": True, "value": due[0]},
        {"name": "time", "kind": "time", "label": _("Time"), "width": "third narrow", "value": due[1] or "12:00"},
        {"name": "currency", "kind": "select", "label": _("Currency"), "width": "third", "options": [[code, code] for code in CURRENCIES], "value": tender.currency if tender else "EUR"},
        {"name": "start_date", "kind": "date", "label": _("Next session on"), "width": "third narrow", "value": start[0]},
        {"name": "start_time", "kind": "time", "label": _("at"), "width": "third narrow", "value": start[1]},
        {"name": "zone", "kind": "choice", "label": _("Time zone"), "width": "third", "options": list(ZONES), "value": zone},
        {"name": "description", "kind": "textarea", "label": _("Description"), "most": 10_000, "value": tender.description if tender else ""},
        {"name": "floor_policy", "kind": "select", "label": _("Who gets the floor"), "width": "half", "options": policies, "value": room.floor_policy if room else "arrival"},
        {"name": "floor_limit_s", "kind": "select", "label": _("Time for each who speaks"), "width": "half", "options": limits, "value": limit},
        {"name": "language", "kind": "select", "label": _("Language of the minutes"), "width": "half", "options": [list(item) for item in LANGUAGES.items()], "value": room.language if room else _.language},
        {"name": "record", "kind": "tick", "label": _("Record the sessions"), "width": "half", "value": room.record if room else True},
        {"name": "suppliers_visible", "kind": "tick", "label": _("Suppliers see each other in the session"), "value": room.suppliers_visible if room else False},
    ]  # fmt: skip


def settings_from(desk: Desk, values: Mapping[str, Any]) -> TenderSettings | Mapping[str, str]:
    """Return what the form says, or a sentence for each field that is wrong."""
    _ = desk.words
    zone = str(values.get("zone") or "").strip() or "UTC"
    if zone not in ZONES:
        return {"zone": _("This is not a time zone. Write it like Europe/Rome.")}
    try:
        deadline = _moment(values, "date", "time", "12:00", zone)
    except ValueError:
        return {"date": _("Please check this.")}
    try:
        starts_at = _moment(values, "start_date", "start_time", "10:00", zone)
    except ValueError:
        return {"start_date": _("Please check this.")}
    if deadline is None:
        return {"date": _("Please fill this in.")}
    try:
        cents = cents_of(str(values.get("amount") or ""))
    except Refused as refusal:
        return {"amount": _.refusal(refusal.denied)}
    limit = str(values.get("floor_limit_s") or "")
    try:
        return TenderSettings(
            number=str(values.get("number") or ""),
            subject=str(values.get("subject") or ""),
            procedure=values.get("procedure") or "open",
            deadline=deadline,
            base_amount_cents=cents,
            currency=str(values.get("currency") or "EUR"),
            description=str(values.get("description") or ""),
            starts_at=starts_at,
            zone=zone,
            language=values.get("language") or "it",
            record=bool(values.get("record")),
            suppliers_visible=bool(values.get("suppliers_visible")),
            floor_policy=values.get("floor_policy") or "arrival",
            floor_limit_s=int(limit) if limit.isdigit() else None,
        )
    except ValidationError as error:
        return desk.problems_of(error)


def _moment(values: Mapping[str, Any], date: str, time: str, usual: str, zone: str) -> datetime | None:
    day = str(values.get(date) or "").strip()
    if not day:
        return None
    clock = str(values.get(time) or "").strip() or usual
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=zone_info(zone))


def _parts(at: datetime | None, zone: str) -> tuple[str, str]:
    local = at.astimezone(zone_info(zone)) if at else None
    return (f"{local:%Y-%m-%d}", f"{local:%H:%M}") if local else ("", "")


def _amount(tender: Tender | None) -> str:
    if tender is None or tender.base_amount_cents is None:
        return ""
    whole, cents = divmod(tender.base_amount_cents, 100)
    return f"{whole},{cents:02d}"

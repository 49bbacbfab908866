"""What people type about suppliers and tenders, made safe to keep: codes, amounts, moments, kinds of procedure."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from datetime import UTC, datetime

from apps.planning.errors import Refused
from apps.planning.texts import clean_line, shown
from apps.tenders.csv_table import plain

TAX_CODE = re.compile(r"[A-Z0-9]{5,20}")
FIRST_YEAR, LAST_YEAR = 2000, 2099  # a date outside is a slip of the keyboard
AMOUNT_MOST_CENTS = 10**15
AMOUNT_MAX_CHARACTERS = 40
CURRENCY_SIGNS = re.compile(r"[\s€\u00a0']|EUR|RON|lei")
AMOUNT = re.compile(
    r"(?:(?P<grouped>[0-9]{1,3}(?P<mark>[.,])[0-9]{3}(?:(?P=mark)[0-9]{3})*)|(?P<whole>[0-9]+))"
    r"(?:(?!(?P=mark))[.,](?P<cents>[0-9]{1,2}))?"
)
DATE_FORMS = ("%d/%m/%Y %H:%M", "%d.%m.%Y %H:%M", "%d-%m-%Y %H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H.%M")

PROCEDURES: Mapping[str, frozenset[str]] = {
    "open": frozenset({"open", "aperta", "proceduraaperta", "deschisa", "licitatiedeschisa", "openprocedure"}),
    "restricted": frozenset(
        {"restricted", "ristretta", "proceduraristretta", "restransa", "licitatierestransa", "restrictedprocedure"}
    ),
    "negotiated": frozenset(
        {"negotiated", "negoziata", "proceduranegoziata", "competitivaconnegoziazione", "negociere", "negociata"}
    ),
    "dialogue": frozenset({"dialogue", "competitivedialogue", "dialogocompetitivo", "dialogcompetitiv"}),
    "partnership": frozenset(
        {"partnership", "innovationpartnership", "partenariatoperlinnovazione", "parteneriatpentruinovare"}
    ),
    "direct": frozenset({"direct", "directaward", "affidamentodiretto", "achizitiedirecta", "directa"}),
    "other": frozenset({"other", "altro", "altra", "alta", "altul"}),
}


def clean_name(text: str, *, most: int) -> str:
    """Return a name as it is kept. Raises ``Refused``, also for none."""
    name = clean_line(text, field="name", max_characters=most)
    if not name:
        raise Refused("name_missing")
    return name


def clean_tax_code(text: str) -> str:
    """Return a tax code in upper case without spaces and signs. Raises ``Refused`` with ``tax_code_invalid``."""
    code = re.sub(r"[\s./-]", "", text).upper()
    if not TAX_CODE.fullmatch(code):
        raise Refused("tax_code_invalid", text=shown(text))
    return code


def cents_of(text: str) -> int | None:
    """Read an amount as people write it, ``1.250.000,00`` or ``1,250,000.00``; ``None`` for nothing. Raises ``Refused``."""
    digits = CURRENCY_SIGNS.sub("", text)
    if not digits:
        return None
    found = AMOUNT.fullmatch(digits) if len(digits) <= AMOUNT_MAX_CHARACTERS else None
    if found is None:
        raise Refused("amount_invalid", text=shown(text))
    whole = found["whole"] or found["grouped"].replace(found["mark"], "")
    cents = int(whole) * 100 + int((found["cents"] or "").ljust(2, "0"))
    if cents > AMOUNT_MOST_CENTS:
        raise Refused("amount_invalid", text=shown(text))
    return cents


def moment_of(text: str, zone: str) -> datetime:
    """Read a date and time as people write it, in their zone unless it tells one. Raises ``Refused``."""
    found = _parsed(" ".join(text.replace("T", " ").split()))
    if found is None:
        raise Refused("date_invalid", text=shown(text))
    return checked_moment(found if found.tzinfo else found.replace(tzinfo=zoneinfo.ZoneInfo(zone)))


def checked_moment(moment: datetime) -> datetime:
    """Return a moment in UTC. Raises ``Refused`` for one without a zone, or in a year that nobody can mean."""
    if moment.tzinfo is None:
        raise Refused("date_without_zone")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Refused("date_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return moment.astimezone(UTC)


def checked_zone(zone: str) -> str:
    """Return an IANA name that this machine knows. Raises ``Refused``."""
    if zone not in zoneinfo.available_timezones():
        raise Refused("zone_unknown")
    return zone


def procedure_of(text: str) -> str:
    """Return the kind of procedure that a word means; empty for none. Raises ``Refused``."""
    if not text.strip():
        return ""
    for kind, names in PROCEDURES.items():
        if plain(text) in names:
            return kind
    raise Refused("procedure_unknown", text=shown(text))


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in DATE_FORMS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None

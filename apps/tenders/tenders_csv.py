"""Tenders from a CSV file: bytes in, cleaned rows or one ``Refused`` out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from apps.planning.errors import Refused
from apps.planning.texts import clean_line, clean_text, shown
from apps.tenders.csv_table import Problems, Row, read_table
from apps.tenders.words import cents_of, checked_zone, moment_of, procedure_of

HEADINGS: Mapping[str, frozenset[str]] = {
    "number": frozenset(
        {"number", "tendernumber", "reference", "cig", "numero", "numerogara", "numerodigara", "codicegara"}
        | {"numar", "numarul", "nr", "numaranunt", "referinta"}
    ),
    "subject": frozenset({"subject", "title", "oggetto", "titolo", "oggettodellagara", "obiect", "obiectul", "titlu"}),
    "procedure": frozenset({"procedure", "procedura", "tipoprocedura", "tipodiprocedura", "tipprocedura"}),
    "deadline": frozenset(
        {"deadline", "scadenza", "termine", "terminepresentazioneofferte", "termen", "termenlimita", "scadenta"}
    ),
    "amount": frozenset(
        {"amount", "baseamount", "importo", "importoabase", "importoabasedasta", "basedasta", "valoare"}
        | {"valoareestimata", "suma", "importoabasedigara"}
    ),
    "currency": frozenset({"currency", "valuta", "moneda"}),
    "description": frozenset({"description", "descrizione", "descriere", "note"}),
}


@dataclass(frozen=True, slots=True)
class TenderRow:
    """One tender of the file, cleaned; ``row`` is the number of its line. Empty: the file does not say."""

    row: int
    number: str
    subject: str
    procedure: str
    deadline: datetime
    base_amount_cents: int | None
    currency: str
    description: str


def read_tenders(content: bytes, *, zone: str) -> tuple[TenderRow, ...]:
    """Return the tenders of a file in its order; moments without a zone are in ``zone``. Raises ``Refused``."""
    checked_zone(zone)
    problems, tenders = Problems(), list[TenderRow]()
    numbers: dict[str, int] = {}
    for row in read_table(content, HEADINGS, required=("number", "subject", "deadline")):
        found = problems.trying(row.number, partial(_tender, row, zone))
        if found is None:
            continue
        if found.number in numbers:
            problems.add(found.row, Refused("csv_number_twice", number=found.number, line=numbers[found.number]))
        numbers.setdefault(found.number, found.row)
        tenders.append(found)
    problems.refuse_any()
    return tuple(tenders)


def _tender(row: Row, zone: str) -> TenderRow:
    return TenderRow(
        row=row.number,
        number=clean_number(row.get("number")),
        subject=clean_subject(row.get("subject")),
        procedure=procedure_of(row.get("procedure")),
        deadline=moment_of(row.get("deadline"), zone),
        base_amount_cents=cents_of(row.get("amount")),
        currency=_currency(row.get("currency")),
        description=clean_text(row.get("description"), field="description", max_characters=10_000),
    )


def clean_number(text: str) -> str:
    """Return a tender's number as it is kept. Raises ``Refused``."""
    number = clean_line(text, field="title", max_characters=60)
    if not number:
        raise Refused("tender_number_missing")
    return number


def clean_subject(text: str) -> str:
    """Return a tender's subject as it is kept. Raises ``Refused``."""
    subject = clean_line(text, field="title", max_characters=500)
    if not subject:
        raise Refused("tender_subject_missing")
    return subject


def _currency(text: str) -> str:
    code = text.strip().upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise Refused("currency_unknown", text=shown(text))
    return code

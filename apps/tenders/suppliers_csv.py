"""Suppliers and their people from a CSV file: bytes in, cleaned rows or one ``Refused`` out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from apps.planning.csv_headings import language_of
from apps.planning.errors import Refused
from apps.planning.texts import clean_email
from apps.tenders.csv_table import Problems, Row, read_table
from apps.tenders.words import clean_name, clean_tax_code

HEADINGS: Mapping[str, frozenset[str]] = {
    "organisation": frozenset(
        {"organisation", "organization", "company", "companyname", "supplier", "suppliername"}
        | {
            "operatoreeconomico",
            "ragionesociale",
            "denominazione",
            "impresa",
            "azienda",
            "ditta",
            "fornitore",
            "societa",
        }
        | {"organizatie", "organizatia", "firma", "denumire", "furnizor", "operatoreconomic", "societate", "companie"}
    ),
    "tax_code": frozenset(
        {"taxcode", "vat", "vatnumber", "taxid", "companynumber"}
        | {"codicefiscale", "partitaiva", "piva", "cfpiva", "codicefiscalepartitaiva"}
        | {"codfiscal", "cui", "cif", "codunic", "codunicdeinregistrare"}
    ),
    "email": frozenset(
        {"email", "emailaddress", "mail", "pec", "adresaemail", "adresadeemail", "indirizzoemail", "postaelettronica"}
    ),
    "name": frozenset(
        {"name", "fullname", "person", "contact", "nome", "nomeecognome", "nominativo", "referente", "persona"}
        | {"nume", "numesiprenume", "numecomplet"}
    ),
    "language": frozenset({"language", "lingua", "limba"}),
}


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """One person of a supplier, cleaned; ``row`` is the number of their line."""

    row: int
    organisation: str
    tax_code: str
    email: str
    name: str
    language: str


def read_suppliers(content: bytes) -> tuple[SupplierRow, ...]:
    """Return the people of a file in its order. Raises ``Refused`` as ``read_table`` and ``Problems`` do."""
    problems, people = Problems(), list[SupplierRow]()
    names: dict[str, tuple[str, int]] = {}
    addresses: dict[str, int] = {}
    for row in read_table(content, HEADINGS, required=("organisation", "tax_code", "email")):
        found = problems.trying(row.number, partial(_person, row))
        if found is None:
            continue
        name, line = names.setdefault(found.tax_code, (found.organisation, found.row))
        if name != found.organisation:
            problems.add(found.row, Refused("csv_tax_code_differs", tax_code=found.tax_code, line=line))
        if found.email in addresses:
            problems.add(found.row, Refused("csv_email_twice", email=found.email, line=addresses[found.email]))
        addresses.setdefault(found.email, found.row)
        people.append(found)
    problems.refuse_any()
    return tuple(people)


def _person(row: Row) -> SupplierRow:
    email = clean_email(row.get("email"))
    return SupplierRow(
        row=row.number,
        organisation=clean_name(row.get("organisation"), most=200),
        tax_code=clean_tax_code(row.get("tax_code")),
        email=email,
        name=clean_name(row.get("name") or email.partition("@")[0], most=120),
        language=language_of(row.get("language")),
    )

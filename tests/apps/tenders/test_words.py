"""What people type about tenders, and files of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from apps.planning.errors import Refused
from apps.sentences import SENTENCES
from apps.tenders.suppliers_csv import read_suppliers
from apps.tenders.tenders_csv import read_tenders
from apps.tenders.words import cents_of, clean_tax_code, moment_of, procedure_of

ROME = "Europe/Rome"


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("", None),
        ("1250000", 125_000_000),
        ("1.250.000,00", 125_000_000),
        ("1,250,000.00", 125_000_000),
        ("€ 1.250.000,5", 125_000_050),
        ("1250,00 EUR", 125_000),
        ("1.250", 125_000),
        ("1,250", 125_000),
        ("12.5", 1_250),
        ("0", 0),
        ("0,01", 1),
    ],
)
def test_amounts(text: str, cents: int | None) -> None:
    assert cents_of(text) == cents


@pytest.mark.parametrize("text", ["viel", "-5", "1e400", "NaN", "9" * 30, "1,2,3.4.5"])
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(Refused, match="amount_invalid"):
        cents_of(text)


@pytest.mark.parametrize("text", ["2027-03-31 12:00", "31/03/2027 12:00", "31.03.2027 12:00", "31/03/2027 12.00", "2027-03-31T10:00:00+00:00"])  # fmt: skip
def test_moments_are_in_the_zone_unless_they_tell_one(text: str) -> None:
    assert moment_of(text, ROME) == datetime(2027, 3, 31, 10, 0, tzinfo=UTC)  # summer time


@pytest.mark.parametrize("text", ["domani", "", "2027-13-01 10:00", "31/03/1927 12:00"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(Refused) as refused:
        moment_of(text, ROME)
    assert refused.value.code in SENTENCES


def test_codes_and_procedures() -> None:
    assert clean_tax_code("it 0123-456.789 0") == "IT01234567890"
    assert [procedure_of(text) for text in ("", "Procedura aperta", "Licitație deschisă", "restricted")] == ["", "open", "open", "restricted"]  # fmt: skip
    for text in ("IT", "a' or 1=1", "x" * 30):
        with pytest.raises(Refused, match="tax_code_invalid"):
            clean_tax_code(text)


def problems(content: str) -> list[tuple[int, str]]:
    with pytest.raises(Refused) as refused:
        read_suppliers(content.encode())
    assert refused.value.code == "csv_lines"
    lines = refused.value.values["problems"]
    assert isinstance(lines, list)
    assert all(line["code"] in SENTENCES for line in lines)
    return [(line["row"], line["code"]) for line in lines]


def test_every_wrong_line_of_a_file_is_named() -> None:
    heading = "ragione sociale,partita iva,e-mail,nome,lingua\n"
    rows = "Edil,IT11111,a@b.example,Ada,it\n,IT22222,b@b.example,,\nEdil,?,c@b.example,,\nAltra,IT11111,d@b.example,,\nEdil,IT11111,a@b.example,,xx\nEdil,IT11111,a@b.example,,\n"
    assert problems(heading + rows) == [
        (3, "name_missing"),
        (4, "tax_code_invalid"),
        (5, "csv_tax_code_differs"),
        (6, "language_unknown"),
        (7, "csv_email_twice"),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "csv_nothing"),
        (b"numero;oggetto;scadenza\n", "csv_nothing"),
        (b"numero;oggetto\nA;B\n", "csv_columns_missing"),
        (b"numero;numero;oggetto;scadenza\nA;A;B;2027-01-01 10:00\n", "csv_column_twice"),
        (b'numero;oggetto;scadenza\n"A;B\n', "csv_row_quotes"),
        (b"x" * 1_100_000, "csv_too_large"),
        (b"PK\x03\x04\x00\x00", "csv_not_text"),
        (b"numero;oggetto;scadenza\n" + b"A;B;2027-01-01 10:00\n" * 5001, "csv_rows_limit"),
    ],
)
def test_files_that_are_none(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_tenders(content, zone=ROME)
    assert refused.value.code == code
    assert code in SENTENCES


def test_a_file_as_a_spreadsheet_writes_it() -> None:
    text = 'sep=;\r\nNumero di gara;Oggetto;Scadenza;Importo a base d\'asta;Valuta\r\n"A;1";Più strade;31/03/2027 12:00;1.000,50;\r\n\r\n'
    (row,) = read_tenders(text.encode("cp1252"), zone=ROME)
    assert (row.number, row.subject, row.base_amount_cents, row.currency) == ("A;1", "Più strade", 100_050, "")

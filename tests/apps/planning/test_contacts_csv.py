from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.planning.contacts_csv import FILE_MAX_BYTES, ROWS_MAX, ContactRow, read_contacts
from apps.planning.errors import Refused
from apps.sentences import SENTENCES, sentence

ION = ContactRow(email="ion@firma.ro", name="Ion Țepeș", organisation="Fabrica S.A.", language="ro")


def refusal(content: bytes) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refused) as raised:
        read_contacts(content)
    assert raised.value.code in SENTENCES
    for language in ("en", "ro", "it"):
        said = sentence(language, raised.value.code, raised.value.values)
        assert said != sentence(language, "internal_error")
    return raised.value.code, raised.value.values


@pytest.mark.parametrize(
    "heading", ["E-mail,Name,Organisation,Language", "Email address,Full name,Company,Preferred language"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_english_headings(heading: str, encoding: str) -> None:
    content = f"{heading}\r\nIon@Firma.ro,Ion Țepeș,Fabrica S.A.,Romanian\r\n"
    assert read_contacts(content.encode(encoding)) == (ION,)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_romanian_headings_and_separators(separator: str) -> None:
    lines = [
        ["Nume și prenume", "Adresă de e-mail", "Instituția", "Limba"],
        ["Ion Țepeș", "ion@firma.ro", "Fabrica S.A.", "română"],
    ]
    content = "\n".join(separator.join(line) for line in lines)
    assert read_contacts(content.encode()) == (ION,)


def test_italian_headings_with_first_and_last_name() -> None:
    content = "Cognome;Nome;Indirizzo e-mail;Società;Lingua;Telefono\nD'Amicò;Niccolò;n@ente.it;Città;it-IT;+39\n"
    assert read_contacts(content.encode("cp1252")) == (
        ContactRow(email="n@ente.it", name="Niccolò D'Amicò", organisation="Città", language="it"),
    )


def test_romanian_first_and_last_name() -> None:
    content = "Nume,Prenume,E-mail\nPopescu,Ana Maria,ana@firma.ro\n"
    assert read_contacts(content.encode())[0].name == "Ana Maria Popescu"


def test_the_old_windows_code_page_becomes_modern_letters() -> None:
    content = "Nume;E-mail\nŞtefan Ţăruş;s@firma.ro\nIosif Szőcs;i@firma.ro\n".encode("cp1250")
    assert [row.name for row in read_contacts(content)] == ["Ștefan Țăruș", "Iosif Szőcs"]


def test_a_spreadsheet_s_separator_line_is_understood() -> None:
    assert read_contacts(b"sep=;\r\nE-mail;Name\r\na@b.ro;A, B\r\n") == (ContactRow("a@b.ro", "A, B"),)


def test_rows_without_text_and_cells_beyond_are_left_out() -> None:
    content = b"\nE-mail,Name\n\na@b.ro,A,,\n , \nc@d.ro\n"
    assert read_contacts(content) == (ContactRow("a@b.ro", "A"), ContactRow("c@d.ro"))


def test_markup_stays_text() -> None:
    assert read_contacts(b"email,name\na@b.ro,<script>alert(1)</script>\n")[0].name == "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("content", "code", "values"),
    [
        (b"", "csv_empty", {}),
        (b"\n\n", "csv_empty", {}),
        (b"E-mail,Name\n", "csv_empty", {}),
        (b"Telefon;Oras\n1;2\n", "csv_without_email_column", {"found": "Telefon, Oras"}),
        (b"E-mail,Mail\na@b.ro,c@d.ro\n", "csv_column_twice", {"heading": "Mail"}),
        (b"E-mail\na@b.ro\nnobody\n", "csv_row_email", {"row": 3, "email": "nobody"}),
        (b"E-mail,Name\n\n,Ana\n", "csv_row_without_email", {"row": 3}),
        (b"E-mail,Name\na@b.ro,A,B\n", "csv_row_cells", {"row": 2, "found": 3, "expected": 2}),
        (b'E-mail,Name\na@b.ro,"A\n', "csv_row_quotes", {"row": 2}),
        (b'E-mail,Name\na@b.ro,"A\nB"\n', "csv_row_invisible", {"row": 2, "text": "A B"}),
        ("E-mail,Name\na@b.ro,A\u202eB\n".encode(), "csv_row_invisible", {"row": 2, "text": "A B"}),
        (b"E-mail,Name\na@b.ro," + b"n" * 300, "csv_row_too_long", {"row": 2, "limit": 120}),
        (b"E-mail,Language\na@b.ro,Klingon\n", "csv_row_language", {"row": 2, "text": "Klingon"}),
        (b"PK\x03\x04\x14\x00\x06\x00\x81\x8d", "csv_not_text", {}),
        ("E-mail\na@b.ro".encode("utf-16")[:-1], "csv_not_text", {}),
        ("E-mail\na@b.ro".encode("utf-16-le"), "csv_not_text", {}),
        (b"x" * (FILE_MAX_BYTES + 1), "csv_too_large", {"limit_kib": 1024}),
    ],
)
def test_what_is_wrong_is_said_with_its_row(content: bytes, code: str, values: dict[str, Any]) -> None:
    assert refusal(content) == (code, values)


def test_too_many_rows_are_refused() -> None:
    lines = "\n".join(f"p{number}@b.ro" for number in range(ROWS_MAX + 1))
    assert refusal(f"E-mail\n{lines}".encode())[0] == "csv_too_many_rows"


names = st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=40).map(
    lambda text: text if len(text.encode("utf-16-le")) < 200 else ""
)


@given(
    people=st.lists(
        st.tuples(st.integers(0, 10**6), names, names, st.sampled_from(["", "en", "ro", "it"])), min_size=1, max_size=8
    ),
    separator=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_spreadsheet_writes_is_read_back(people: list[Any], separator: str, encoding: str) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator)
    writer.writerow(["email", "name", "organisation", "language"])
    for number, name, organisation, language in people:
        writer.writerow([f"p{number}@firma.ro", name, organisation, language])
    try:
        rows = read_contacts(file.getvalue().encode(encoding))
    except Refused as error:
        assert error.code == "csv_row_too_long"  # noqa: PT017 - a sign that is written out in many letters
        return
    assert [row.email for row in rows] == [f"p{number}@firma.ro" for number, *_ in people]
    assert [row.language for row in rows] == [language for *_, language in people]
    for row, (_, name, _, _) in zip(rows, people, strict=True):
        if name.isascii():
            assert row.name == name


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        assert read_contacts(content)
    except Refused as error:
        assert error.code.startswith("csv_")  # noqa: PT017


@given(st.text(max_size=300))
def test_any_text_below_a_heading_is_read_or_refused(text: str) -> None:
    try:
        rows = read_contacts(("E-mail,Name\n" + text).encode("utf-8", "replace"))
        assert all("@" in row.email and "\n" not in row.name for row in rows)
    except Refused as error:
        assert error.code.startswith("csv_")  # noqa: PT017

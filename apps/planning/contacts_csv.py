"""
Contacts from a CSV file as spreadsheets write it, pure: bytes in, rows or one ``Refused`` out.

Every refusal about a row names it by the number that a spreadsheet shows: 1 is the heading.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from apps.planning.csv_encoding import text_of
from apps.planning.csv_headings import columns_of, language_of
from apps.planning.csv_rows import numbered_rows
from apps.planning.errors import Refused
from apps.planning.texts import clean_email, clean_line

FILE_MAX_BYTES = 1024 * 1024  # 5000 rows of 200 characters
ROWS_MAX = 5000  # what one import can check and write in about a second
CELL_MAX_CHARACTERS = 120  # as a name typed by hand
SEPARATORS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One person of the file, cleaned; ``language`` is a code or empty."""

    email: str
    name: str = ""
    organisation: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: Sequence[str] = field(default_factory=list)

    def get(self, column: int | None) -> str:
        return self.cells[column].strip() if column is not None and column < len(self.cells) else ""


def read_contacts(content: bytes) -> tuple[ContactRow, ...]:
    """
    Return the people of a file, in its order; rows without any text are left out.

    Raises:
        Refused: The first thing that is wrong, codes ``csv_…``; nothing of the file is to be used then.
    """
    if len(content) > FILE_MAX_BYTES:
        raise Refused("csv_too_large", limit_kib=FILE_MAX_BYTES // 1024)
    text = text_of(content)
    separator, text = _separator_of(text)
    rows = (_Row(number, cells) for number, cells in numbered_rows(text, separator))
    heading = next(rows, None)
    if heading is None:
        raise Refused("csv_empty")
    columns = columns_of(heading.cells)
    found: list[ContactRow] = []
    for row in rows:
        if len(found) >= ROWS_MAX:
            raise Refused("csv_too_many_rows", limit=ROWS_MAX)
        found.append(_contact(row, columns, width=len(heading.cells)))
    if not found:
        raise Refused("csv_empty")
    return tuple(found)


def _separator_of(text: str) -> tuple[str, str]:
    """Return the separator and the text after a line such as ``sep=;``, which one spreadsheet program puts first."""
    first, _, rest = text.lstrip("\r\n").partition("\n")
    if first.strip().lower().startswith("sep=") and first.strip()[4:] in SEPARATORS:
        return first.strip()[4:], rest
    return max(SEPARATORS, key=lambda separator: (len(_known(first, separator)), first.count(separator))), text


def _known(line: str, separator: str) -> Mapping[str, int]:
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
        return columns_of(cells)
    except (csv.Error, Refused):
        return {}


def _contact(row: _Row, columns: Mapping[str, int], *, width: int) -> ContactRow:
    if any(cell.strip() for cell in row.cells[width:]):
        raise Refused("csv_row_cells", row=row.number, found=len(row.cells), expected=width)
    email = row.get(columns["email"])
    if not email:
        raise Refused("csv_row_without_email", row=row.number)
    try:
        return ContactRow(
            email=clean_email(email),
            name=clean_line(_name(row, columns), field="name", max_characters=CELL_MAX_CHARACTERS),
            organisation=clean_line(
                row.get(columns.get("organisation")), field="name", max_characters=CELL_MAX_CHARACTERS
            ),
            language=language_of(row.get(columns.get("language"))),
        )
    except Refused as refusal:
        raise _in_row(refusal, row.number) from refusal


def _name(row: _Row, columns: Mapping[str, int]) -> str:
    """
    Put a name together, first name first.

    Beside a column of first names, *Nume* is the last name; beside one of last names, *Nome* is the first.
    """
    first, last, name = (row.get(columns.get(column)) for column in ("first_name", "last_name", "name"))
    if "first_name" in columns:
        return " ".join(part for part in (first, last or name) if part)
    return " ".join(part for part in (name, last) if part)


def _in_row(refusal: Refused, number: int) -> Refused:
    codes = {
        "email_invalid": "csv_row_email",
        "text_invisible": "csv_row_invisible",
        "name_too_long": "csv_row_too_long",
        "language_unknown": "csv_row_language",
    }
    return Refused(codes[refusal.code], row=number, **refusal.values)

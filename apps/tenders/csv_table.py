"""
Tables as spreadsheets write them, pure: bytes in, rows by the meaning of their columns out.

Lines are numbered as a spreadsheet shows them: 1 is the heading. What is wrong with a line is collected (``Problems``), so that a person
mends a whole file at once; nothing of a file with problems is to be used.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from apps.planning.csv_encoding import text_of
from apps.planning.csv_rows import numbered_rows
from apps.planning.errors import Refused
from apps.planning.texts import shown

FILE_MAX_BYTES = 1024 * 1024
ROWS_MAX = 5000  # what one import can check and write in a few seconds
PROBLEMS_SHOWN = 50  # more lines of complaint nobody reads
SEPARATORS = (";", ",", "\t")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Row:
    """One line; ``get`` gives the cell of a column, empty where the file has none."""

    number: int
    cells: Sequence[str]
    columns: Mapping[str, int]

    def get(self, column: str) -> str:
        place = self.columns.get(column)
        return self.cells[place].strip() if place is not None and place < len(self.cells) else ""


@dataclass(slots=True)
class Problems:
    """What is wrong with the lines of a file."""

    found: list[tuple[int, Refused]] = field(default_factory=list)

    def add(self, row: int, refusal: Refused) -> None:
        self.found.append((row, refusal))

    def trying(self, row: int, work: Callable[[], Value]) -> Value | None:
        """Do something with a line; ``None`` if it was refused, which is remembered."""
        try:
            return work()
        except Refused as refusal:
            self.add(row, refusal)
            return None

    def refuse_any(self) -> None:
        """
        Raise if there is any.

        Raises:
            Refused: ``csv_lines`` with their ``count``, and ``problems`` as [{row, code, values}], the first ones.
        """
        if not self.found:
            return
        ordered = sorted(self.found, key=lambda problem: problem[0])[:PROBLEMS_SHOWN]
        lines = [{"row": row, "code": problem.code, "values": dict(problem.values)} for row, problem in ordered]
        raise Refused("csv_lines", count=len(self.found), problems=lines)


def read_table(content: bytes, headings: Mapping[str, frozenset[str]], *, required: Sequence[str]) -> list[Row]:
    """
    Return the lines of a file that hold anything.

    Args:
        headings: What each column may be called, folded as by ``plain``.

    Raises:
        Refused: ``csv_too_large``, ``csv_not_text``, ``csv_nothing``, ``csv_rows_limit``, ``csv_row_quotes``, ``csv_column_twice``, or
            ``csv_columns_missing`` with the ``found`` headings.
    """
    if len(content) > FILE_MAX_BYTES:
        raise Refused("csv_too_large", limit_kib=FILE_MAX_BYTES // 1024)
    text = text_of(content).lstrip("\r\n")
    first = text.partition("\n")[0]
    if first.strip().lower().startswith("sep="):
        text = text.partition("\n")[2]
        first = text.partition("\n")[0]
    separator = max(SEPARATORS, key=lambda candidate: first.count(candidate))
    lines = numbered_rows(text, separator)
    heading = next(lines, None)
    if heading is None:
        raise Refused("csv_nothing")
    columns = _columns(heading[1], headings, required)
    rows = [Row(number, cells, columns) for number, cells in lines]
    if not rows:
        raise Refused("csv_nothing")
    if len(rows) > ROWS_MAX:
        raise Refused("csv_rows_limit", limit=ROWS_MAX)
    return rows


def plain(cell: str) -> str:
    """Return a heading without accents, spaces, signs and case."""
    decomposed = unicodedata.normalize("NFKD", cell[:100]).casefold()
    return "".join(letter for letter in decomposed if letter.isalnum() and letter.isascii())


def _columns(
    heading: Sequence[str], headings: Mapping[str, frozenset[str]], required: Sequence[str]
) -> Mapping[str, int]:
    columns: dict[str, int] = {}
    for place, cell in enumerate(heading):
        meant = next((column for column, names in headings.items() if plain(cell) in names), None)
        if meant in columns:
            raise Refused("csv_column_twice", heading=shown(cell))
        if meant is not None:
            columns[meant] = place
    if any(column not in columns for column in required):
        raise Refused("csv_columns_missing", found=shown(", ".join(cell for cell in heading if cell.strip())))
    return columns

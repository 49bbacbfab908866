"""Rows of a CSV file with the numbers that a spreadsheet shows, pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from apps.planning.errors import Refused


def numbered_rows(text: str, separator: str) -> Iterator[tuple[int, Sequence[str]]]:
    """
    Yield the rows that hold anything, each with its number; 1 is the heading.

    Raises:
        Refused: ``csv_row_quotes`` at a row whose quotation marks do not match.
    """
    number = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        number += 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise Refused("csv_row_quotes", row=number) from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield number, cells

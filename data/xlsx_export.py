"""
A frame as an XLSX workbook: real dates (UTC), real durations and numbers, and text that is never a formula.

Durations are Excel times with the format ``[h]:mm:ss``, exact to the microsecond, so that sums and comparisons in the spreadsheet are right; moments are
UTC and their headings say so. A second sheet says what the file is.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from data.csv_export import heading
from data.headings import WORDS

DAY_S = 86_400
MOMENT_FORMAT, LENGTH_FORMAT, SHARE_FORMAT = "yyyy-mm-dd hh:mm:ss", "[h]:mm:ss", "0.0"
CELL_MAX_CHARACTERS = 32_767  # Excel's own limit
WORDED = ("role", "device", "end_reason", "kind", "lowered_by")

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold."""

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""A text such as ``_x0041_`` would be read as an escaped letter (ECMA-376, ST_Xstring), unless its underscore is."""


def to_xlsx(
    frame: pd.DataFrame, *, language: str = "en", title: str = "", about: Mapping[str, str] | None = None
) -> bytes:
    """
    Return the workbook's bytes: ``frame.columns`` in their order, the first row and column held in place.

    Args:
        frame: Any frame of ``data.columns``, or some of its columns.
        language: ``en``, ``ro`` or ``it``: of headings and words.
        title: Name of the sheet; Excel allows 31 characters and not all of them.
        about: What the second sheet says, label to text.
    """
    book = Workbook()
    sheet: Any = book.active
    sheet.title = _sheet_name(title)
    book.properties.title, book.properties.creator, book.properties.language = title, "Sala", language
    book.properties.created = book.properties.modified = datetime.now(UTC).replace(tzinfo=None)
    for number, column in enumerate(frame.columns, start=1):
        _head(sheet, number, heading(str(column), language))
        _fill(sheet, number, frame[column], language)
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    _about(book, about or {})
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _head(sheet: Worksheet, number: int, text: str) -> None:
    cell: Any = sheet.cell(row=1, column=number)
    _write_text(cell, text)
    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFE8EDF3")
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[get_column_letter(number)].width = 20


def _fill(sheet: Worksheet, number: int, column: pd.Series, language: str) -> None:
    name = str(column.name)
    for row, value in enumerate(column, start=2):
        cell: Any = sheet.cell(row=row, column=number)
        if pd.isna(value):
            continue
        if isinstance(value, datetime):
            _write_moment(cell, value)
        elif pd.api.types.is_bool_dtype(column.dtype):
            _write_text(cell, WORDS["yes" if value else "no"][language])
        elif pd.api.types.is_numeric_dtype(column.dtype):
            _write_number(cell, value, name)
        else:
            words = WORDS if name in WORDED else {}
            _write_text(cell, words.get(value, {}).get(language, str(value)))


def _write_moment(cell: Cell, value: datetime) -> None:
    cell.value = pd.Timestamp(value).tz_convert("UTC").tz_localize(None).floor("s").to_pydatetime()
    cell.number_format = MOMENT_FORMAT


def _write_number(cell: Cell, value: Any, name: str) -> None:
    if name.endswith("_s"):
        cell.value, cell.number_format = float(value) / DAY_S, LENGTH_FORMAT
    else:
        cell.value = value.item() if hasattr(value, "item") else value
        cell.number_format = SHARE_FORMAT if name.endswith("_pct") else "General"


def _write_text(cell: Cell, text: str) -> None:
    """Write text as text, whatever it begins with; what a workbook cannot hold becomes a question mark in a box."""
    cell.value = ""
    kept = _UNWRITABLE.sub("\ufffd", text)
    cell._value = _ESCAPE.sub("_x005F_", kept)[:CELL_MAX_CHARACTERS]  # type: ignore[attr-defined]  # ``value`` would make "=…" a formula
    cell.data_type = "s"
    if text.startswith(("=", "+", "-", "@")):
        cell.quotePrefix = True  # stays text when somebody edits the cell


def _about(book: Workbook, about: Mapping[str, str]) -> None:
    if not about:
        return
    sheet: Any = book.create_sheet("Sala")
    for row, (label, text) in enumerate(about.items(), start=1):
        _write_text(sheet.cell(row=row, column=1), label)
        _write_text(sheet.cell(row=row, column=2), text)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 90


def _sheet_name(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", _UNWRITABLE.sub("", title)).strip(" '")[:31] or "Sala"

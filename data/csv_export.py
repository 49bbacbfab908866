"""
A frame as a CSV file that spreadsheets open with the right accents, dates and minutes, and that can't run anything.

UTF-8 with a byte order mark; CRLF. Moments are UTC, ``2026-03-02 09:00:00`` (ISO 8601 with a space: the form that every
spreadsheet takes for a date), and the heading says ``(UTC)``. Durations are minutes with one decimal, rounded down. Romanian and Italian
spreadsheets expect ``;`` between cells and ``,`` in numbers, English ones ``,`` and ``.``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

import pandas as pd

from data.headings import HEADINGS, WORDS

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet takes a cell that begins so for a formula, or strips it until it is one (OWASP, CSV injection)."""


def to_csv(frame: pd.DataFrame, *, language: str = "en", headings: Mapping[str, str] | None = None) -> bytes:
    """
    Return the file's bytes: ``frame.columns`` in their order, a text cell that begins like a formula behind an apostrophe.

    Args:
        frame: Any frame of ``data.columns``, or some of its columns.
        language: ``en``, ``ro`` or ``it``: of headings and words, and for the separators.
        headings: Headings of the caller's own, by column; the others come from ``data.headings``.
    """
    named = dict(headings or {})
    file = io.StringIO()
    out = csv.writer(file, delimiter="," if language == "en" else ";", lineterminator="\r\n")
    out.writerow([safe(named.get(column) or heading(column, language)) for column in frame.columns])
    columns = [_cells(frame[column], str(column), language) for column in frame.columns]
    out.writerows(zip(*columns, strict=True))
    return ("\ufeff" + file.getvalue()).encode("utf-8", "replace")


def heading(column: str, language: str) -> str:
    """Return what stands above a column; a column without a heading keeps its name."""
    return HEADINGS.get(column, {}).get(language) or column


def safe(cell: str) -> str:
    """Return text that a spreadsheet shows and does not run."""
    return f"'{cell}" if cell.startswith(DANGEROUS) else cell


def _cells(column: pd.Series, name: str, language: str) -> list[str]:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return list(column.dt.tz_convert("UTC").dt.strftime("%Y-%m-%d %H:%M:%S").fillna(""))
    if pd.api.types.is_bool_dtype(column.dtype):
        return [WORDS["yes" if value else "no"][language] for value in column]
    if pd.api.types.is_numeric_dtype(column.dtype):
        return [_number(value, is_s=name.endswith("_s"), language=language) for value in column]
    words = WORDS if name in ("role", "device", "end_reason", "kind", "lowered_by") else {}
    return [safe(words.get(value, {}).get(language, value)) for value in column.fillna("").astype(str)]


def minutes(seconds: float) -> float:
    """Return minutes with one decimal, rounded down: what a list shows is never more than what was there."""
    return (round(seconds * 1e6) // 6_000_000) / 10


def clock_text(seconds: float) -> str:
    """Return a length such as ``1:05:09``, rounded down to seconds, as PDF and console show it."""
    whole = round(seconds * 1e6) // 1_000_000
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _number(value: float, *, is_s: bool, language: str) -> str:
    if pd.isna(value):
        return ""
    text = f"{minutes(value):.1f}" if is_s else f"{value:g}" if isinstance(value, float) else str(value)
    return text if language == "en" else text.replace(".", ",")

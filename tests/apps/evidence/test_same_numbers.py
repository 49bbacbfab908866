"""One session over midnight and a change of the clock: frame, CSV, XLSX, PDF and certificate say the same, and every name comes back."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pypdfium2
import pytest

from apps.evidence.attendance_files import as_csv, as_pdf, as_xlsx, certificate
from apps.evidence.attendance_report import Report
from data.attendance import attendance
from data.csv_export import clock_text, safe
from data.headings import HEADINGS
from data.models import Room
from data.models import Session as Opening
from data.rules import judged, parse
from data.xlsx_export import to_xlsx
from tests.data.scripted_night import (
    ANA,
    DAVID,
    DORA,
    EXPECTED,
    LENGTH_MIN,
    NAMES,
    OPENED_AT,
    STEFAN,
    ZONE,
    night,
    people,
)

CLOSED_AT = OPENED_AT + timedelta(minutes=LENGTH_MIN)


@pytest.fixture(scope="module")
def made() -> Report:
    room = Room(id="rm_1", slug="r", owner_id="ac_1", title="Instruire #1: „Ță” [x]", zone=ZONE, created_at=OPENED_AT)
    opening = Opening(id="se_0000000000000000000000aa", room_id="rm_1", opened_at=OPENED_AT, closed_at=CLOSED_AT)
    rules = parse("present>=85%,answered>=2/3")
    frame = judged(attendance(night(), people()), rules)
    return Report(room, opening, "Ana Ionescu", frame, rules, datetime(2026, 11, 2, tzinfo=UTC))


def rows_of(made: Report) -> dict[str, dict[str, Any]]:
    return {str(row["participant_id"]): dict(row) for row in made.frame.to_dict("records")}  # type: ignore[arg-type]


def pdf_text(file: bytes) -> str:
    document = pypdfium2.PdfDocument(file)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def test_the_frame_counts_what_happened(made: Report) -> None:
    for who, row in rows_of(made).items():
        found = (
            row["present_s"],
            row["flowing_s"],
            row["visible_s"],
            row["checks_answered"],
            row["checks_asked"],
            row["reconnections"],
            row["spoke_s"],
        )
        assert found == EXPECTED[who], NAMES[who]
        assert row["session_s"] == LENGTH_MIN * 60


def test_one_second_decides_a_rule(made: Report) -> None:
    rows = rows_of(made)
    assert {who: row["meets"] for who, row in rows.items()} == {ANA: True, STEFAN: True, DAVID: True, DORA: False}
    assert (rows[DAVID]["present_pct"], rows[DORA]["present_pct"]) == (85.0, 84.9)


@pytest.mark.parametrize("language", ["en", "ro", "it"])
def test_csv_has_the_same_numbers(made: Report, language: str) -> None:
    file = as_csv(made, language).decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(file, newline=""), delimiter="," if language == "en" else ";"))
    assert [cells[HEADINGS["participant_id"][language]] for cells in found] == list(made.frame["participant_id"])
    for cells in found:
        row = rows_of(made)[cells[HEADINGS["participant_id"][language]]]
        assert cells[HEADINGS["name"][language]] == safe(row["name"])
        for column in ("present_s", "flowing_s", "visible_s", "session_s", "spoke_s"):
            minutes = float(cells[HEADINGS[column][language]].replace(",", "."))
            assert (
                minutes == pytest.approx(row[column] / 60 - (row[column] / 60) % 0.1, abs=1e-6)
                or minutes == row[column] / 60
            )
        assert cells[HEADINGS["first_joined_at"][language]] == row["first_joined_at"].strftime("%Y-%m-%d %H:%M:%S")
        assert (
            cells[HEADINGS["meets"][language]]
            == {"en": ("no", "yes"), "ro": ("nu", "da"), "it": ("no", "sì")}[language][row["meets"]]
        )


@pytest.mark.parametrize("language", ["en", "ro", "it"])
def test_xlsx_has_the_same_numbers(made: Report, language: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(made, language))).worksheets[0]
    heads, *lines = sheet.iter_rows()
    names = [cell.value for cell in heads]
    for line, row in zip(lines, rows_of(made).values(), strict=True):
        cells = {name: cell for name, cell in zip(names, line, strict=True)}
        assert cells[HEADINGS["name"][language]].value == row["name"]
        assert cells[HEADINGS["name"][language]].data_type == "s"
        assert cells[HEADINGS["organisation"][language]].value == "=1+1"
        assert cells[HEADINGS["organisation"][language]].data_type == "s"
        for column in ("present_s", "flowing_s", "visible_s", "session_s", "spoke_s"):
            assert _seconds(cells[HEADINGS[column][language]].value) == pytest.approx(row[column], abs=1e-3)
        assert cells[HEADINGS["first_joined_at"][language]].value == row["first_joined_at"].replace(tzinfo=None)
        assert cells[HEADINGS["checks_answered"][language]].value == row["checks_answered"]
        assert cells[HEADINGS["present_pct"][language]].value == row["present_pct"]


def _seconds(value: Any) -> float:
    """openpyxl gives durations as ``timedelta``, short ones as ``time``."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    return (
        float(value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6)
        if hasattr(value, "hour")
        else value * 86_400
    )


@pytest.mark.parametrize("language", ["en", "ro", "it"])
def test_the_list_as_pdf_has_the_same_numbers(made: Report, language: str) -> None:
    text = pdf_text(as_pdf(made, language))
    flat = " ".join(text.split())
    for row in rows_of(made).values():
        assert row["name"] in flat
        assert clock_text(row["present_s"]) in flat
        assert f"{row['checks_answered']}/{row['checks_asked']}" in flat
    assert made.room.title in flat
    assert "23:30:00" in flat  # the zone's own time, before midnight
    assert "23:30:00 (UTC+3)" in flat
    assert "04:30:00 (UTC+2)" in flat


@pytest.mark.parametrize("language", ["en", "ro", "it"])
def test_a_certificate_says_the_same_with_a_code(made: Report, language: str) -> None:
    for who, row in rows_of(made).items():
        file = certificate(
            made, row, language=language, code="ABCD-EFGH", address="https://example.org/verify/ABCD-EFGH"
        )
        if who == DORA:
            assert file is None
            continue
        assert file is not None
        text = " ".join(pdf_text(file).split())
        assert NAMES[who] in text
        assert clock_text(row["present_s"]) in text
        assert "6:00:00" in text
        assert "ABCD-EFGH" in text


def test_pdf_is_tagged_and_carries_its_fonts(made: Report) -> None:
    file = as_pdf(made, "ro")
    assert b"/MarkInfo" in file or b"pdfuaid" in file
    document = pypdfium2.PdfDocument(file)
    assert document.is_tagged()
    assert document.get_metadata_value("Title") == "Listă de prezență"
    document.close()


def test_a_letter_that_no_font_has_still_makes_a_list(made: Report) -> None:
    frame = made.frame.assign(name=["王小明", "a\x00b\ud800", "", "x" * 300])
    other = Report(made.room, made.opening, made.organiser, frame, made.rules, made.made_at)
    assert as_pdf(other, "en").startswith(b"%PDF")


def test_a_workbook_holds_what_looks_like_its_own_escapes() -> None:
    import pandas as pd

    names = ["_x0041_", "a\x07b", "=1", "@x", "+1", "-1", "'=1", "line\nbreak", "\u202eevil", "é" * 40_000]
    file = to_xlsx(pd.DataFrame({"name": pd.array(names, dtype="string")}))
    found: list[Any] = [
        row[0].value for row in openpyxl.load_workbook(io.BytesIO(file)).worksheets[0].iter_rows(min_row=2)
    ]
    assert [name.replace("_x005F_", "_") for name in found[:1]] == ["_x0041_"]
    assert found[1:9] == ["a\ufffdb", *names[2:9]]
    assert len(found[9]) == 32_767

"""Files that spreadsheets open rightly, and that run nothing."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.attendance import attendance
from data.columns import ATTENDANCE, CHAT, HANDS, INTERVALS, QUALITY, SESSIONS
from data.csv_export import DANGEROUS, heading, safe, to_csv
from data.headings import HEADINGS, WORDS
from data.models import Participant
from tests.data.scripted import Script


def rows_of(file: bytes, delimiter: str = ",") -> list[list[str]]:
    assert file.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), delimiter=delimiter))


@pytest.fixture
def frame() -> pd.DataFrame:
    script = Script().open().first(0, "pt_1", "a", "phone").end(3690, "pt_1", "a").close(4000)
    person = Participant(id="pt_1", session_id="se_1", person_id="in_1", name='=cmd("O\'Neil"); Ș', email="-", salt="")
    return attendance(script.events, [person])


def test_an_english_list(frame: pd.DataFrame) -> None:
    columns = ["name", "email", "first_joined_at", "last_left_at", "present", "present_s", "connections", "device"]
    assert rows_of(to_csv(frame[columns])) == [
        ["Name", "E-mail", "Joined (UTC)", "Left (UTC)", "Still present", "Present (min)", "Connections", "Device"],
        ["'=cmd(\"O'Neil\"); Ș", "'-", "2026-03-02 09:00:00", "2026-03-02 10:01:30", "no", "61.5", "1", "phone"],
    ]


def test_a_romanian_and_an_italian_list(frame: pd.DataFrame) -> None:
    columns = ["name", "present_s", "present", "device"]
    for language, headings, cells in (
        ("ro", ["Nume", "Prezență (min)", "Încă prezent", "Dispozitiv"], ["61,5", "nu", "telefon"]),
        ("it", ["Nome", "Presenza (min)", "Ancora presente", "Dispositivo"], ["61,5", "no", "telefono"]),
    ):
        first, second = rows_of(to_csv(frame[columns], language=language), ";")
        assert (first, second[1:]) == (headings, cells)


def test_headings_of_the_caller(frame: pd.DataFrame) -> None:
    assert rows_of(to_csv(frame[["name"]], headings={"name": "=Who"}))[0] == ["'=Who"]


def test_missing_cells_are_empty() -> None:
    script = Script().open().first(0, "pt_1", "a")
    assert rows_of(to_csv(attendance(script.events)[["name", "last_left_at"]]))[1] == ["", ""]


@given(cell=st.text())
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    assert not safe(cell).startswith(DANGEROUS)
    assert safe(cell).removeprefix("'") == cell.removeprefix("'")


@given(names=st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=4))
def test_any_name_comes_back_from_the_file(names: list[str]) -> None:
    frame = pd.DataFrame({"name": pd.array(names, dtype="string"), "device": "x"})
    found = [row[0] for row in rows_of(to_csv(frame))[1:]]
    assert found == [safe(name) for name in names]


def test_every_column_has_a_heading_in_three_languages() -> None:
    columns = {*ATTENDANCE, *INTERVALS, *SESSIONS, *CHAT, *HANDS}
    assert columns <= set(HEADINGS)
    for texts in (*HEADINGS.values(), *WORDS.values()):
        assert set(texts) == {"en", "ro", "it"}
    assert heading("up_bps", "ro") == "up_bps"
    assert "up_bps" in QUALITY

"""Frames without names, and groups too small to be told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from data import sample
from data.across import people_of
from data.attendance import attendance
from data.columns import PEOPLE, SCHEMAS, asserted
from data.database import open_database
from data.frames import open_data
from data.privacy import Pseudonyms, grouped
from tests.data.scripted_night import night, people


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("year")
    with open_database(home) as database:
        sample.fill(database, seed=3, sessions=6)
    return home


def test_every_frame_has_its_schema_with_and_without_names(year: Path) -> None:
    for pseudonyms in (False, True):
        with open_data(year, pseudonyms=pseudonyms) as home:
            for name, schema in SCHEMAS.items():
                asserted(getattr(home, name)(), schema)


def test_no_frame_holds_a_name_an_address_or_an_id_that_leads_to_one(year: Path) -> None:
    with open_data(year) as home:
        who = home.attendance()
        personal = {
            *who["name"],
            *who["email"],
            *who["organisation"],
            *who["participant_id"],
            *who["person_id"],
            *home.chat()["text"],
        } - {""}
    with open_data(year, pseudonyms=True) as home:
        for name in SCHEMAS:
            frame = getattr(home, name)()
            cells = set(frame.select_dtypes("string").stack()) if len(frame) else set()
            assert not cells & personal, name
        with pytest.raises(ValueError, match="pseudonyms"):
            home.facts()


def test_pseudonyms_join_frames_and_a_key_makes_them_again(year: Path) -> None:
    key = b"k" * 32
    with (
        open_data(year, pseudonyms=key) as home,
        open_data(year, pseudonyms=key) as again,
        open_data(year, pseudonyms=True) as other,
    ):
        pd.testing.assert_frame_equal(home.attendance(), again.attendance())
        assert set(home.speaking()["participant_id"]) <= set(home.attendance()["participant_id"])
        assert not set(home.attendance()["person_id"]) & set(other.attendance()["person_id"])
        assert len(home.people()) == len(other.people())


def test_a_person_is_one_whatever_rooms_they_were_invited_to() -> None:
    frame = pd.concat([attendance(night(session), people(session)) for session in ("se_1", "se_2")], ignore_index=True)
    frame.loc[len(frame) // 2 :, "person_id"] += "_2"  # another invitation of the same address
    found = asserted(people_of(frame), PEOPLE)
    assert found["sessions"].tolist() == [2, 2, 2, 2]
    assert found["present_s"].sum() == frame["present_s"].sum()
    assert people_of(frame.iloc[:0]).empty


def test_small_groups_are_left_out_and_one_more_so_that_no_total_gives_one_away() -> None:
    rows = (
        [("A", number) for number in range(9)]
        + [("B", number) for number in range(9, 15)]
        + [("C", 15), ("D", 16), ("D", 17)]
    )
    frame = pd.DataFrame(
        {"organisation": [name for name, _ in rows], "person_id": [f"in_{n}" for _, n in rows], "present_s": 60.0}
    )
    two_small = grouped(frame, "organisation", {"present_s": "sum"})
    assert two_small["people"].isna().tolist() == [False, False, True, True]
    one_small = grouped(frame[frame["organisation"] != "D"], "organisation", {"present_s": "sum"})
    assert one_small["people"].isna().tolist() == [False, True, True]
    assert one_small["present_s"].isna().tolist() == [False, True, True]
    assert Pseudonyms().of("in_1") != Pseudonyms().of("in_1")

"""A dossier gives a notebook the frames that the home folder gives."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from apps.evidence import dossier
from apps.evidence.seal import open_seal
from data.database import open_database
from data.errors import DossierUnreadable
from data.frames import open_data
from data.records import whole
from tests.apps.evidence import evening

FRAMES = (
    "sessions",
    "attendance",
    "people",
    "timeline",
    "curve",
    "speaking",
    "checks",
    "slides",
    "chat",
    "hands",
    "facts",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    with open_database(home) as database:
        held = evening.hold(database, home, kind="tender")
        record = database.read_now(whole, session_id=held.session)
    parcel = dossier.make(record, minutes={}, home=home, seal=open_seal(home), address="https://x")
    path = tmp_path / "dossier.zip"
    path.write_bytes(b"".join(parcel.pieces()))
    return path


def sorted_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Frames of a session have an order of their own where moments are equal; rows are what counts."""
    rows = frame.copy()
    order = rows.astype("string").fillna("").sort_values(list(rows.columns)).index
    return rows.loc[order].reset_index(drop=True)


@pytest.mark.parametrize("name", FRAMES)
def test_the_frames_are_the_same(file: Path, name: str) -> None:
    with open_data(file) as opened, open_data(file.parent / "home") as home:
        of_dossier, of_home = getattr(opened, name)(), getattr(home, name)()
        assert len(of_home) > 0 or name in ("speaking", "checks")
        pd.testing.assert_frame_equal(sorted_rows(of_dossier), sorted_rows(of_home))


def test_names_can_be_left_out_and_nothing_stays_behind(file: Path) -> None:
    opened = open_data(str(file), pseudonyms=True)
    unpacked = Path(str(opened.database.url.database)).parent
    assert set(opened.attendance()["name"]) == {""} or opened.attendance()["name"].isna().all()
    assert unpacked.stat().st_mode & 0o077 == 0
    opened.close()
    assert not unpacked.exists()


def test_a_changed_event_is_refused(file: Path) -> None:
    file.write_bytes(
        file.read_bytes().replace(b'"choice"', b'"chosen"').replace(b'"reason":"lost"', b'"reason":"left"')
    )
    with pytest.raises(DossierUnreadable, match=r"event 12|CRC"):
        open_data(file)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no dossier")
    with pytest.raises(DossierUnreadable):
        open_data(tmp_path / "notes.txt")

"""A dossier is packed in pieces, and the same session gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.evidence import dossier
from apps.evidence.parcel import FileChanged, Held, OnDisk, Parcel
from apps.evidence.seal import fingerprint_of, open_seal, pem_of, retired_keys
from data.database import open_database
from data.records import whole
from sala_verify.check import verify
from sala_verify.members import PIECE_BYTES, fingerprint, key_of
from tests.apps.evidence import evening


def test_the_same_session_gives_the_same_bytes(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        held = evening.hold(database, tmp_path)
        record = database.read_now(whole, session_id=held.session)
    made = [
        dossier.make(record, minutes={}, home=tmp_path, seal=open_seal(tmp_path), address="https://sala.example")
        for _ in range(2)
    ]
    assert b"".join(made[0].pieces()) == b"".join(made[1].pieces())


def test_files_are_in_by_choice_and_their_hashes_always(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        held = evening.hold(database, tmp_path)
        record = database.read_now(whole, session_id=held.session)
    lines = {line.kind: line.line() for line in dossier.listed(record, tmp_path, frozenset({"recordings"}))}
    assert lines["recording"]["sha256"] == evening.sha256(evening.FILM_OF_SESSION)
    assert lines["recording"]["member"] == f"recordings/{record.recordings[0].file}"
    assert (lines["tape"]["sha256"], lines["tape"]["member"]) == (evening.sha256(evening.TAPE), None)
    assert lines["presentation"]["sha256"] == evening.sha256(b"bando")


def test_a_large_file_goes_out_in_pieces_and_is_never_held_whole(tmp_path: Path) -> None:
    file = tmp_path / "large.mp4"
    with file.open("wb") as out:
        out.truncate(40 * PIECE_BYTES)
    parcel = Parcel({"session": "se_1"}, [OnDisk("large.mp4", file)], open_seal(tmp_path))
    sizes = [len(piece) for piece in parcel.pieces()]
    assert max(sizes) <= PIECE_BYTES
    assert sum(sizes) == parcel.length


def test_a_file_that_changes_on_the_way_ends_it(tmp_path: Path) -> None:
    file = tmp_path / "a.mp4"
    file.write_bytes(b"one")
    parcel = Parcel({}, [OnDisk("a.mp4", file), Held("b.txt", b"")], open_seal(tmp_path))
    file.write_bytes(b"two")
    with pytest.raises(FileChanged):
        list(parcel.pieces())


def test_a_new_key_signs_and_the_old_one_stays_known(tmp_path: Path) -> None:
    old = open_seal(tmp_path)
    assert open_seal(tmp_path).fingerprint == old.fingerprint
    (tmp_path / "keys" / "evidence.key").rename(tmp_path / "keys" / "evidence-2026.key")
    new = open_seal(tmp_path)
    assert new.fingerprint != old.fingerprint
    assert [pem_of(key) for key in retired_keys(tmp_path)] == [old.pem]
    read = key_of(old.pem)
    assert read is not None
    assert fingerprint(read) == old.fingerprint == fingerprint_of(read)


@pytest.fixture
def empty(tmp_path: Path) -> Parcel:
    return Parcel({}, [Held("nothing.txt", b"")], open_seal(tmp_path))


def test_an_empty_member_is_a_member(empty: Parcel, tmp_path: Path) -> None:
    file = tmp_path / "d.zip"
    file.write_bytes(b"".join(empty.pieces()))
    assert not {"frame", "member_changed", "signature"} & {one.code for one in verify(file).findings}

"""A dossier of a session written by hand, made once, and ways to tamper with it as somebody would who knows the format."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from apps.evidence import dossier
from apps.evidence.seal import Seal, open_seal
from data.database import open_database
from data.records import Record, whole
from sala_verify import container
from sala_verify.check import Verdict, verify
from sala_verify.container import Entry
from tests.apps.evidence import evening

MINUTES = {"it": b"%PDF-1.7 verbale " * 2000, "en": b"%PDF-1.7 minutes " * 2000}


@dataclass(frozen=True)
class Made:
    """A sound dossier, and what it was made of."""

    content: bytes
    seal: Seal
    record: Record
    folder: Path

    def __repr__(self) -> str:
        return "Made()"  # a report of a failed example need not hold megabytes

    def members(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.folder / "sound.zip") as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def judged(self, content: bytes, **values: str) -> Verdict:
        file = self.folder / "tampered.zip"
        file.write_bytes(content)
        return verify(file, **values)  # type: ignore[arg-type]

    def with_member(self, name: str, change: Callable[[bytes], bytes]) -> Verdict:
        """Judge the dossier with one member changed, packed anew as if nothing had happened."""
        members = self.members()
        members[name] = change(members[name])
        return self.judged(packed(members))


def packed(members: dict[str, bytes]) -> bytes:
    import zlib

    entries: list[Entry] = container.laid_out((name, len(held), zlib.crc32(held)) for name, held in members.items())
    heads = [container.local_header(entry) + members[entry.name] for entry in entries]
    return b"".join([*heads, container.directory(entries)])


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("dossier")
    with open_database(home) as database:
        held = evening.hold(database, home)
        record = database.read_now(whole, session_id=held.session)
    seal = open_seal(home)
    parcel = dossier.make(
        record, minutes=MINUTES, home=home, seal=seal, address="https://sala.example", include=("recordings", "slides", "tape")
    )  # fmt: skip
    content = b"".join(parcel.pieces())
    assert len(content) == parcel.length
    (folder / "sound.zip").write_bytes(content)
    return Made(content, seal, record, folder)

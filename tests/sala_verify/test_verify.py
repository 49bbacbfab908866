"""A dossier that was touched anywhere is found out, and the place is told; an untouched one passes where nothing of Sala is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.evidence.seal import Seal
from apps.evidence.verifier_file import FILE_NAME, single_file
from data.event_log import canonical
from sala_verify import container
from sala_verify.check import Verdict
from sala_verify.command import main
from sala_verify.container import Entry
from sala_verify.findings import Finding
from sala_verify.sentences import FINDINGS, LANGUAGES, SAYINGS, sentence
from tests.apps.evidence import evening
from tests.sala_verify.conftest import Made, packed

ROOT = Path(__file__).parents[2]


def codes(verdict: Verdict) -> set[str]:
    return {finding.code for finding in verdict.findings}


def test_an_untouched_dossier_passes(made: Made) -> None:
    verdict = made.judged(made.content, key=made.seal.fingerprint, head=made.record.head.hash)
    assert verdict.findings == ()
    assert (verdict.facts["events"], verdict.facts["people"], verdict.facts["messages"]) == (25, 3, 3)


def test_other_programs_read_it(made: Made) -> None:
    with zipfile.ZipFile(made.folder / "sound.zip") as archive:
        assert archive.testzip() is None
        assert archive.read(f"recordings/{made.record.recordings[0].file}") == evening.FILM_OF_SESSION


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(member=st.integers(0, 20), inside=st.booleans(), place=st.integers(0, 1 << 24), change=st.integers(1, 255))
def test_any_byte_changed_anywhere_is_named(made: Made, member: int, inside: bool, place: int, change: int) -> None:
    """Members are drawn before places, since the recording is larger than all others; the last one is the ZIP's directory."""
    with (made.folder / "sound.zip").open("rb") as file:
        entries = container.walked(file, len(made.content))
    assert len(entries) == 20
    entry = entries[member] if member < len(entries) else None
    if entry is None:
        begins, ends = entries[-1].ends, len(made.content)
    else:
        inside = inside and entry.size > 0
        begins, ends = (entry.begins, entry.ends) if inside else (entry.offset, entry.begins)
    flipped = bytearray(made.content)
    flipped[begins + place % (ends - begins)] ^= change
    found = made.judged(bytes(flipped)).findings
    assert found
    assert all(sentence(one, language) for one in found for language in LANGUAGES)
    if entry is not None and inside:
        named = {one.member for one in found}
        assert entry.name in named or (entry.name, named) == ("manifest.sig", {"manifest.json"})


@pytest.mark.parametrize("number", [1, 7, 25])
def test_a_changed_event_is_named_by_its_number(made: Made, number: int) -> None:
    def change(content: bytes) -> bytes:
        lines = content.split(b"\n")
        lines[number - 1] = lines[number - 1].replace(b'"type":"', b'"type":"x', 1)
        return b"\n".join(lines)

    assert made.with_member("events.jsonl", change).findings == (Finding("event_changed", "events.jsonl", number=number),)  # fmt: skip


def test_a_dropped_event_is_named(made: Made) -> None:
    found = made.with_member("events.jsonl", lambda held: b"\n".join(held.split(b"\n")[:6] + held.split(b"\n")[7:]))
    assert Finding("event_missing", "events.jsonl", number=7) in found.findings


def test_the_last_event_can_not_be_dropped(made: Made) -> None:
    found = made.with_member("events.jsonl", lambda held: b"\n".join(held.split(b"\n")[:24]) + b"\n")
    assert Finding("event_missing", "events.jsonl", number=25) in found.findings


def swapped(content: bytes, one: int, other: int) -> bytes:
    lines = content.split(b"\n")
    lines[one - 1], lines[other - 1] = lines[other - 1], lines[one - 1]
    return b"\n".join(lines)


def test_swapped_events_are_named(made: Made) -> None:
    found = made.with_member("events.jsonl", lambda held: swapped(held, 4, 9)).findings
    assert found == (Finding("events_swapped", "events.jsonl", number=4, other=9),)


def test_an_event_made_anew_with_its_hash_breaks_the_chain(made: Made) -> None:
    def forge(content: bytes) -> bytes:
        lines = content.split(b"\n")
        event = json.loads(lines[9])
        event["line"]["payload"] = {}
        body, before = canonical(event["line"]), event["previous_hash"]
        import hashlib

        own = hashlib.sha256(before.encode() + body).hexdigest()
        lines[9] = b'{"hash":"%s","line":%s,"previous_hash":"%s"}' % (own.encode(), body, before.encode())
        return b"\n".join(lines)

    assert Finding("event_unlinked", "events.jsonl", number=11) in made.with_member("events.jsonl", forge).findings


@pytest.mark.parametrize(("name", "was", "is_"), [("chat.jsonl", b"prezzo", b"prezza"), ("people.jsonl", b"Verdi", b"Rossi"), ("accounts.jsonl", b"Verdi", b"Rossi")])  # fmt: skip
def test_a_changed_text_is_named_by_its_line(made: Made, name: str, was: bytes, is_: bytes) -> None:
    content = made.members()[name]
    line = next(number for number, held in enumerate(content.split(b"\n"), start=1) if was in held)
    found = made.with_member(name, lambda held: held.replace(was, is_)).findings
    assert Finding("line_changed", name, line=line) in found
    assert all(one.member == name for one in found)


def test_swapped_and_dropped_messages_are_named(made: Made) -> None:
    found = made.with_member("chat.jsonl", lambda held: swapped(held, 1, 3)).findings
    assert found == (Finding("lines_swapped", "chat.jsonl", line=1, other=3),)
    found = made.with_member("chat.jsonl", lambda held: held.partition(b"\n")[2]).findings
    assert Finding("line_missing", "chat.jsonl", line=1) in found
    assert "event_without_line" in {one.code for one in found}


def test_minutes_recording_and_slides_are_named_with_the_place(made: Made) -> None:
    names = ("minutes-it.pdf", f"recordings/{made.record.recordings[0].file}", f"slides/pn_{'4' * 24}/1-large.webp")
    for name in names:
        found = made.with_member(name, lambda held: held[:-1] + b"!").findings
        assert {one.member for one in found} == {name}
    big = made.with_member(names[1], lambda held: held[:1_500_000] + b"!" + held[1_500_001:]).findings
    assert Finding("member_changed_at", names[1], begins=1 << 20, ends=2 << 20) in big


def test_added_dropped_and_moved_members_are_named(made: Made) -> None:
    members = made.members()
    assert made.judged(packed({**members, "more.txt": b"x"})).findings == (Finding("member_added", "more.txt"),)
    less = {name: held for name, held in members.items() if name != "chat.jsonl"}
    assert Finding("member_missing", "chat.jsonl") in made.judged(packed(less)).findings
    moved = {"chat.jsonl": members["chat.jsonl"], **members}
    assert "member_moved" in codes(made.judged(packed(moved)))
    assert codes(made.judged(made.content + b"more")) >= {"frame"} or "bytes_added" in codes(made.judged(made.content + b"more"))  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"x" * 50, b"PK\x05\x06" + bytes(18)])
def test_what_is_no_dossier_is_called_so(made: Made, content: bytes) -> None:
    assert codes(made.judged(content)) == {"not_a_dossier"}


def forged(made: Made) -> bytes:
    """Return what a thorough forger makes: texts changed with their commitments kept apart, all hashes and a new signature of another key."""
    from apps.evidence.parcel import Held, Parcel

    members = made.members()
    head = {key: value for key, value in json.loads(members["manifest.json"]).items() if key not in ("format", "key", "members")}  # fmt: skip
    members["minutes-it.pdf"] = b"%PDF forged"
    parts = [Held(name, held) for name, held in members.items()][3:]
    return b"".join(Parcel(head, parts, Seal(Ed25519PrivateKey.from_private_bytes(b"f" * 32))).pieces())


def test_only_the_published_key_tells_a_thorough_forgery(made: Made) -> None:
    assert made.judged(forged(made)).findings == ()
    assert codes(made.judged(forged(made), key=made.seal.fingerprint)) == {"key_other"}


def test_a_forger_with_the_key_can_not_change_what_events_commit_to(made: Made) -> None:
    from apps.evidence.parcel import Held, Parcel

    members = made.members()
    head = {"session": made.record.opening.id, "head": {"number": 25, "hash": made.record.head.hash}}
    changes = {"chat.jsonl": b"segreto", f"recordings/{made.record.recordings[0].file}": b"an mp4", "people.jsonl": b"Verdi"}  # fmt: skip
    for name, was in changes.items():
        other = {**members, name: members[name].replace(was, b"altro  ", 1)}
        parts = [Held(key, held) for key, held in other.items()][3:]
        found = made.judged(b"".join(Parcel(head, parts, made.seal).pieces())).findings
        assert {one.member for one in found} == {name}


def test_receipts_and_heads_are_looked_for(made: Made) -> None:
    from sala_verify.check import verify

    file = made.folder / "sound.zip"
    line = made.record.events[22]
    values = {"format": "sala-receipt-1", "session": made.record.opening.id, "head": {"number": line.number, "hash": line.hash}}  # fmt: skip
    assert verify(file, receipt=made.seal.signed(values)).findings == ()
    other = {**values, "head": {"number": line.number, "hash": "0" * 64}}
    assert codes(verify(file, receipt=made.seal.signed(other))) == {"receipt_head"}
    assert codes(verify(file, receipt=made.seal.signed({**values, "session": "se_1"}))) == {"receipt_session"}
    assert codes(verify(file, receipt=canonical({**values, "signature": "00" * 64}))) == {"receipt_signature"}
    assert codes(verify(file, receipt=b"nothing")) == {"receipt_unreadable"}
    assert codes(verify(file, head="0" * 64)) == {"head_unknown"}


COMMITTED = ("events.jsonl", "people.jsonl", "chat.jsonl", "files.json", "attendance.json")
SHAPES = [b"", b"null", b"1", b"[]", b"{}", b"[1]", b"[[]]", b'{"members":[1,{}]}', b'[{"participant_id":1}]', b'{"head":3}', b'"x"', b"\xff",
          b"NaN", b'[{"kind":1,"member":[]}]', b'{"hash":1}', b'[{"participant_id":"pt_1","present_s":NaN}]', b"[" * 100_000]  # fmt: skip


@pytest.mark.parametrize("name", ["manifest.json", "events.jsonl", "people.jsonl", "chat.jsonl", "statements.jsonl", "files.json", "attendance.json", "public-key.pem", "manifest.sig", "session.json"])  # fmt: skip
def test_no_content_makes_it_stumble(made: Made, name: str) -> None:
    """Whoever hands a dossier over may have written anything into it, and signed it with a key of their own."""
    from apps.evidence.parcel import Held, Parcel

    small = {key: held for key, held in made.members().items() if not key.startswith(("recordings/", "minutes"))}
    head = {"session": made.record.opening.id, "head": {"number": 25, "hash": made.record.head.hash}}
    for shape in SHAPES:
        members = {**small, name: shape}
        signed = Parcel(head, [Held(key, held) for key, held in members.items()][3:], made.seal)
        assert made.judged(packed(members)).findings
        verdict = made.judged(b"".join(signed.pieces()))
        assert verdict.findings or name not in COMMITTED


# --- the command line -----------------------------------------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of somebody who has Python and nothing else."""
    (tmp_path / "nobody").mkdir()
    return {"HOME": str(tmp_path / "nobody"), "PATH": os.defpath}


def test_one_file_checks_it_on_a_machine_without_sala(made: Made, tmp_path: Path, bare: dict[str, str]) -> None:
    tool = tmp_path / FILE_NAME
    tool.write_bytes(single_file())
    dossier = shutil.copy(made.folder / "sound.zip", tmp_path)
    key = tmp_path / "key.pem"
    key.write_bytes(made.seal.pem)
    command = [sys.executable, "-I", str(tool), str(dossier), "--key", str(key), "--language", "it"]
    done = subprocess.run(command, cwd=bare["HOME"], env=bare, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Il fascicolo è come è stato firmato" in done.stdout
    assert os.listdir(bare["HOME"]) == []


def test_a_missing_library_is_named(made: Made, tmp_path: Path, bare: dict[str, str]) -> None:
    tool = tmp_path / FILE_NAME
    tool.write_bytes(single_file())
    command = [sys.executable, "-I", "-S", str(tool), str(made.folder / "sound.zip")]
    done = subprocess.run(command, cwd=bare["HOME"], env=bare, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "pip install cryptography" in done.stderr


def test_serve_verifies_without_home_database_or_settings(made: Made, tmp_path: Path, bare: dict[str, str]) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(made.content.replace(b"segreto", b"pubblico"[:7]))
    command = [sys.executable, str(ROOT / "serve.py"), "verify", str(broken)]
    env = {**bare, "SALA_PORT": "no number at all"}
    done = subprocess.run(command, cwd=bare["HOME"], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert re.search(r"chat.jsonl: Line \d was changed", done.stdout), done.stdout
    assert os.listdir(bare["HOME"]) == []


def test_the_verifier_loads_nothing_of_sala() -> None:
    code = "import sys, sala_verify.check, sala_verify.command; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert not {"apps", "data", "media_core", "pydantic", "sqlmodel", "pandas", "tornado", "sqlite3"} & set(done.stdout.split())  # fmt: skip


def test_exit_codes_and_json(made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(made.folder / "sound.zip"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sound"] is True
    assert main([str(tmp_path / "none.zip")]) == 2
    assert main([str(made.folder / "sound.zip"), "--key", "abc"]) == 2
    (tmp_path / "empty.zip").write_bytes(b"")
    assert main([str(tmp_path / "empty.zip")]) == 1


def test_what_a_stranger_wrote_steers_no_terminal() -> None:
    assert "\x1b" not in sentence(Finding("file_without_event", "files.json", file="\x1b[2J recording"))


def test_every_sentence_is_there_in_every_language() -> None:
    for texts in (*FINDINGS.values(), *SAYINGS.values()):
        assert set(texts) == set(LANGUAGES)
        assert len({tuple(sorted(re.findall(r"{\w+}", text))) for text in texts.values()}) == 1


# --- large ones -----------------------------------------------------------------------------------------------------------


def test_recordings_beyond_four_gigabytes_are_framed_as_zip64(tmp_path: Path) -> None:
    """The content is a hole in the file: only what surrounds it is written and read."""
    entries = container.laid_out([("a.mp4", 5 << 30, 1), ("b.txt", 2, 2), ("c.mp4", 1 << 32, 3)])
    file = tmp_path / "large.zip"
    with file.open("wb") as out:
        for entry in entries:
            out.seek(entry.offset)
            out.write(container.local_header(entry))
        out.seek(entries[-1].ends)
        out.write(container.directory(entries))
        length = out.tell()
    with file.open("rb") as held:
        assert container.walked(held, length) == entries
        assert container.listed(held, length) == entries
    with zipfile.ZipFile(file) as archive:
        assert [(i.filename, i.file_size, i.header_offset) for i in archive.infolist()] == [(e.name, e.size, e.offset) for e in entries]  # fmt: skip


@given(offset=st.integers(0, 1 << 40), size=st.integers(0, 1 << 40))
def test_a_header_is_as_long_as_it_says(offset: int, size: int) -> None:
    entry = Entry("x", size, 0, offset)
    assert entry.begins - offset == len(container.local_header(entry))

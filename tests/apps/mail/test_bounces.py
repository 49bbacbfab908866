from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.mail import bounces
from apps.mail.bounces import Report, leave_bounce, read_report, take_bounce, waiting_bounces
from data import invitations
from data.database import Database
from tests.apps.mail.conftest import queue_one
from tests.apps.mail.reports import DELAYED, DELIVERED, FAILED, HEADERS_ONLY, HOLIDAY

KEY = "00112233445566ff"
MAIL_ID = "ml_0123456789abcdef01234567"


def test_a_failure_is_read_with_key_id_and_the_server_s_words() -> None:
    report = read_report(FAILED.replace("KEY", KEY).encode())
    words = "550 5.1.1 <ion@firma.example>: Recipient address rejected: unknown"
    assert report == Report(bounce_key=KEY, mail_id=MAIL_ID, words=words)


def test_line_ends_do_not_matter() -> None:
    assert read_report(FAILED.replace("KEY", KEY).replace("\n", "\r\n").encode()) is not None


def test_the_key_may_stand_in_the_return_path_alone() -> None:
    kept = FAILED.replace("To: returns+KEY@", "To: returns@").replace("KEY", KEY)
    report = read_report(kept.encode())
    assert report is not None
    assert report.bounce_key == KEY


def test_a_report_with_headers_only_is_known_by_the_message_id() -> None:
    assert read_report(HEADERS_ONLY.encode()) == Report(bounce_key="", mail_id=MAIL_ID, words="5.7.26")


@pytest.mark.parametrize("other", [DELAYED.replace("KEY", KEY), DELIVERED.replace("KEY", KEY), HOLIDAY, "", "x" * 1000])
def test_delays_confirmations_and_holiday_replies_are_no_failures(other: str) -> None:
    assert read_report(other.encode()) is None


def test_a_failure_of_somebody_else_s_mail_is_not_ours() -> None:
    assert read_report(FAILED.replace("+KEY", "").replace(MAIL_ID, "other").encode()) is None


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_passed_over(content: bytes) -> None:
    assert read_report(content) is None


@given(st.integers(0, len(FAILED)), st.binary(max_size=40), st.integers(0, 60))
def test_a_damaged_report_does_not_stop_the_reader(at: int, junk: bytes, cut: int) -> None:
    whole = FAILED.replace("KEY", KEY).encode()
    read_report(whole[:at] + junk + whole[at + cut :])


async def test_a_bounce_marks_the_invitation(database: Database) -> None:
    invitation, queued = database.run_now(queue_one)
    told = await take_bounce(database, FAILED.replace("KEY", queued.bounce_key).encode())
    assert told is not None
    found = database.read_now(invitations.get, invitation_id=invitation.id)
    assert found is not None
    assert (found.mail_state, found.mail_error[:9]) == ("bounced", "550 5.1.1")
    assert await take_bounce(database, FAILED.replace("KEY", "f" * 16).encode()) is None
    assert await take_bounce(database, HOLIDAY.encode()) is None


def test_left_bounces_are_private_and_taken_once(home: Path) -> None:
    file = leave_bounce(home, b"one")
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(waiting_bounces(home)) == [b"one"]
    assert list(waiting_bounces(home)) == []


def test_a_pipe_is_told_what_to_do(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bounces.drop_bounce(home, b"one") == 0
    assert bounces.drop_bounce(home, b"x" * (bounces.BOUNCE_MAX_BYTES + 1)) == bounces.EX_DATAERR
    (tmp_path / "file").write_text("")
    assert bounces.drop_bounce(tmp_path / "file", b"one") == bounces.EX_TEMPFAIL
    assert "bytes" in capsys.readouterr().err


def test_too_large_or_too_many_bounces_are_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="bytes"):
        leave_bounce(home, b"x" * (bounces.BOUNCE_MAX_BYTES + 1))
    monkeypatch.setattr(bounces, "BOUNCES_WAITING", 1)
    leave_bounce(home, b"one")
    with pytest.raises(ValueError, match="is Sala running"):
        leave_bounce(home, b"two")

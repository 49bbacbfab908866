"""A person can be erased, and the logs still verify."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlmodel import Session, select

from data import accounts, contacts, erase, event_log, frames, mail, messages, participants, sessions, sign_ins
from data.database import Database
from data.erase import Erased
from data.event_log import NewEvent
from data.ids import AccountId, PersonId, RoomId, SessionId
from data.models import Account, ContactList, Invitation, Mail, Participant, SignIn
from tests.data.conftest import NOW
from tests.data.planned import add_account, add_invitation, add_room

EMAIL, NAME, TEXT = "zaharia.unic@example.org", "Zaharia Unicul", "textul lui Zaharia"


def one_conference(session: Session) -> SessionId:
    """Somebody is invited twice, stands in a list, and talks in a session beside somebody else."""
    room = add_room(session)
    invited = add_invitation(session, room=room, email=EMAIL)
    invited.name = NAME
    add_invitation(session, email=EMAIL)
    mail.queue(session, invitation_id=invited.id, now=NOW, secret="geheim")
    later = NOW + timedelta(days=1)
    sign_ins.create(session, secret_hash="h", invitation_id=invited.id, now=NOW, expires_at=later)  # type: ignore[arg-type]
    session.add(ContactList(id="cl_1", owner_id=room.owner_id, name="list", created_at=NOW))
    session.flush()
    contacts.add(session, list_id="cl_1", email=EMAIL, name=NAME, now=NOW)
    session_id = SessionId(sessions.open_(session, room_id=RoomId(room.id), now=NOW).id)
    for person, name in ((invited.id, NAME), ("in_other", "Other")):
        seat = participants.seat(session, session_id=session_id, person_id=PersonId(person), name=name, email=EMAIL)
        messages.add(session, session_id=session_id, text=TEXT, now=NOW, participant_id=seat.id)  # type: ignore[arg-type]
        joined = NewEvent("participant_joined", "system", {"participant": seat.id, "person": person})
        connected = NewEvent("connected", "system", {"participant": seat.id, "connection": f"cn_{person}"})
        event_log.append(session, session_id, NOW, [joined, connected])
    return session_id


def test_an_address_is_erased_everywhere_and_the_log_verifies(database: Database) -> None:
    session_id = database.run_now(one_conference)
    erased = database.run_now(erase.erase_address, email=EMAIL.upper(), now=NOW)
    names = frozenset({EMAIL, NAME, "Ion Țepeș"})
    assert erased == Erased(people=2, participants=1, messages=1, contacts=1, names=names)
    assert event_log.verify(database.read_now(event_log.read, session_id)) is None
    assert sorted(database.read_now(lambda session: session.exec(select(Participant.name)).all())) == ["", "Other"]
    assert sorted(m.text for m in database.read_now(messages.of_session, session_id=session_id)) == ["", TEXT]
    assert database.read_now(lambda session: session.exec(select(SignIn)).all()) == []
    for invitation in database.read_now(lambda session: session.exec(select(Invitation)).all()):
        assert (invitation.name, invitation.erased_at, invitation.revoked_at) in (
            ("", NOW, NOW),
            ("Ion Țepeș", NOW, NOW),
        )
    [letter] = database.read_now(lambda session: session.exec(select(Mail)).all())
    assert (letter.secret, letter.state) == ("", "failed")


def test_attendance_of_the_others_is_as_before(database: Database) -> None:
    session_id = database.run_now(one_conference)
    end = NOW + timedelta(hours=1)
    before = database.read_now(frames.attendance, now=end, session_id=session_id)
    database.run_now(erase.erase_address, email=EMAIL, now=NOW)
    after = database.read_now(frames.attendance, now=end, session_id=session_id)
    assert sorted(after["name"]) == ["", "Other"]
    assert after["present_s"].tolist() == before["present_s"].tolist()


def test_an_account_is_erased_and_its_address_is_free_again(database: Database) -> None:
    account_id = AccountId(database.run_now(add_account).id)
    email = database.read_now(accounts.get, account_id=account_id).email
    later = NOW + timedelta(days=1)
    database.run_now(sign_ins.create, secret_hash="h", account_id=account_id, now=NOW, expires_at=later)
    database.run_now(erase.erase_address, email=email, now=NOW)
    account = database.read_now(accounts.get, account_id=account_id)
    assert (account.name, account.password_hash, account.disabled_at, account.erased_at) == ("", "", NOW, NOW)
    assert database.read_now(accounts.by_email, email=email) is None
    assert database.read_now(sign_ins.find, secret_hash="h", now=NOW) is None
    database.run_now(accounts.create, email=email, name="new", role="moderator", password_hash="-", now=NOW)


def test_erasing_nobody_changes_nothing(database: Database) -> None:
    database.run_now(add_account)
    assert database.run_now(erase.erase_address, email="nobody@example.org", now=NOW) == Erased()
    assert database.run_now(erase.erase_person, person_id=PersonId("in_none"), now=NOW) == Erased()
    [account] = database.read_now(lambda session: session.exec(select(Account)).all())
    assert account.erased_at is None


def test_what_was_erased_is_not_in_the_file_any_more(sqlite: Database, tmp_path: Path) -> None:
    sqlite.run_now(one_conference)
    sqlite.run_now(erase.erase_address, email=EMAIL, now=NOW)
    sqlite.run_now(erase_the_other)
    sqlite.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for secret in (EMAIL, NAME, TEXT, "geheim"):
        assert secret.encode() not in kept


def erase_the_other(session: Session) -> None:
    """They share address and text with the one who was erased."""
    erase.erase_person(session, person_id=PersonId("in_other"), now=NOW)

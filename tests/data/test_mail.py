from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from data import invitations, mail
from data.database import Database, open_database
from data.models import Invitation, Mail
from tests.data.planned import LATER, NOW, add_invitation


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_database(tmp_path) as database:
        yield database


def _queue(session: Session, *, kind: str = "invitation") -> tuple[Invitation, Mail]:
    invitation = add_invitation(session)
    return invitation, mail.queue(session, invitation_id=invitation.id, now=NOW, kind=kind, secret="s3cret")


def _mail(database: Database, mail_id: str) -> Mail | None:
    return database.read_now(lambda session: session.get(Mail, mail_id))


def _invitation(database: Database, invitation_id: str) -> Invitation:
    found = database.read_now(invitations.get, invitation_id=invitation_id)
    assert found is not None
    return found


def test_what_is_due_comes_with_all_that_its_text_needs(database: Database) -> None:
    invitation, queued = database.run_now(_queue)
    assert database.read_now(mail.next_due_at) == NOW
    assert database.read_now(mail.due, now=NOW - timedelta(seconds=1)) == []
    (found,) = database.read_now(mail.due, now=NOW)
    assert (found.mail.id, found.mail.secret) == (queued.id, "s3cret")
    assert (found.invitation.id, found.room.id) == (invitation.id, invitation.room_id)
    assert found.owner.id == found.room.owner_id


def test_the_longest_waiting_are_sent_first_and_no_more_than_asked_for(database: Database) -> None:
    _, first = database.run_now(_queue)
    _, second = database.run_now(_queue)
    database.run_now(mail.defer, mail_id=first.id, error="busy", due_at=LATER)
    assert [found.mail.id for found in database.read_now(mail.due, now=LATER)] == [second.id, first.id]
    assert [found.mail.id for found in database.read_now(mail.due, now=LATER, limit=1)] == [second.id]


def test_a_sent_message_forgets_the_secret_of_the_link(database: Database) -> None:
    invitation, queued = database.run_now(_queue)
    database.run_now(mail.mark_sent, mail_id=queued.id, now=LATER)
    found = _mail(database, queued.id)
    assert found is not None
    assert (found.state, found.secret, found.attempts) == ("sent", "", 1)
    told = _invitation(database, invitation.id)
    assert (told.mail_state, told.sent_at) == ("sent", LATER)
    assert database.read_now(mail.next_due_at) is None


def test_a_deferred_message_stays_pending_with_the_server_s_words(database: Database) -> None:
    invitation, queued = database.run_now(_queue)
    database.run_now(mail.defer, mail_id=queued.id, error="451 " + "x" * 1000, due_at=LATER)
    found = _mail(database, queued.id)
    assert found is not None
    assert (found.state, found.secret, found.attempts, len(found.error)) == ("pending", "s3cret", 1, 500)
    assert _invitation(database, invitation.id).mail_state == "pending"
    assert database.read_now(mail.due, now=NOW) == []
    assert database.read_now(mail.next_due_at) == LATER


def test_a_failed_message_is_over(database: Database) -> None:
    invitation, queued = database.run_now(_queue)
    database.run_now(mail.mark_failed, mail_id=queued.id, error="550 no such person")
    told = _invitation(database, invitation.id)
    assert (told.mail_state, told.mail_error, told.sent_at) == ("failed", "550 no such person", None)
    assert database.read_now(mail.next_due_at) is None
    found = _mail(database, queued.id)
    assert found is not None
    assert found.secret == ""


def test_a_bounce_is_known_by_its_key_or_by_the_message_s_id(database: Database) -> None:
    for by_key in (True, False):
        invitation, queued = database.run_now(_queue)
        database.run_now(mail.mark_sent, mail_id=queued.id, now=NOW)
        told = database.run_now(
            mail.mark_bounced,
            bounce_key=queued.bounce_key if by_key else "unknown",
            mail_id="" if by_key else queued.id,
            error="550 5.1.1",
        )
        assert told is not None
        assert told.id == invitation.id
        assert (told.mail_state, told.mail_error, told.sent_at) == ("bounced", "550 5.1.1", NOW)
    assert database.run_now(mail.mark_bounced, bounce_key="unknown", mail_id="ml_none") is None
    assert database.run_now(mail.mark_bounced) is None


def test_a_message_without_a_bounce_key_is_not_found_by_an_empty_one(database: Database) -> None:
    _, queued = database.run_now(_queue)

    def empty(session: Session) -> None:
        row = session.get(Mail, queued.id)
        assert row is not None
        row.bounce_key = ""
        assert mail.mark_bounced(session, bounce_key="") is None

    database.run_now(empty)


def test_withdrawn_messages_are_gone_and_sent_ones_stay(database: Database) -> None:
    invitation, first = database.run_now(_queue)
    database.run_now(mail.mark_sent, mail_id=first.id, now=NOW)
    second = database.run_now(mail.queue, invitation_id=invitation.id, now=NOW)
    database.run_now(mail.withdraw, invitation_id=invitation.id)
    assert _mail(database, first.id) is not None
    assert _mail(database, second.id) is None
    assert database.run_now(mail.mark_sent, mail_id=second.id, now=NOW) is None
    assert database.run_now(mail.defer, mail_id=second.id, error="", due_at=NOW) is None
    assert database.run_now(mail.mark_failed, mail_id=second.id, error="") is None


def test_a_cancellation_says_nothing_of_the_invitation(database: Database) -> None:
    invitation, queued = database.run_now(_queue, kind="cancellation")
    database.run_now(mail.mark_failed, mail_id=queued.id, error="550")
    assert _invitation(database, invitation.id).mail_state == "pending"


def test_an_account_s_invitations_of_a_day_are_counted(database: Database) -> None:
    invitation, _ = database.run_now(_queue)
    database.run_now(_queue)
    database.run_now(mail.queue, invitation_id=invitation.id, now=NOW, kind="cancellation")
    database.run_now(mail.queue, invitation_id=invitation.id, now=LATER)
    since = NOW - timedelta(days=1)
    owner = next(o.room.owner_id for o in database.read_now(mail.due, now=LATER) if o.invitation.id == invitation.id)
    assert database.read_now(mail.count_invitations_since, owner_id=owner, since=since) == 2
    assert database.read_now(mail.count_invitations_since, owner_id=owner, since=NOW) == 1
    assert database.read_now(mail.count_invitations_since, owner_id="ac_none", since=since) == 0

from __future__ import annotations

import asyncio
import email
import logging
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlmodel import Session

from apps.mail.bounces import leave_bounce
from apps.mail.postman import RETRY_AFTER_S, Postman
from apps.service import RecordsNotice
from apps.settings import Settings
from apps.single import free_port
from data import invitations
from data.database import Database
from data.models import Invitation, Mail
from tests.apps.mail.conftest import queue_one
from tests.apps.mail.letters import SECRET
from tests.apps.mail.mail_server import ACCOUNT, certificate, mail_server
from tests.apps.mail.reports import FAILED
from tests.waiting import until


def settings(home: Path, **values: Any) -> Settings:
    return Settings(home=home, public_url="https://sala.example", mail_from="Sala <sala@sala.example>", **values)


class Desk:
    """A postman's surroundings: what it published, and what the database says."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.notices: list[RecordsNotice] = []
        self.now = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

    def postman(self, home: Path, *, retry_after_s: tuple[float, ...] = RETRY_AFTER_S, **values: Any) -> Postman:
        return Postman(
            self.database,
            settings(home, **values),
            self.notices.append,
            clock=lambda: self.now,
            retry_after_s=retry_after_s,
            poll_s=0.1,
        )

    def invitation(self, invitation_id: str) -> Invitation:
        found = self.database.read_now(invitations.get, invitation_id=invitation_id)
        assert found is not None
        return found

    def mail(self, mail_id: str) -> Mail:
        found = self.database.read_now(lambda session: session.get(Mail, mail_id))
        assert found is not None
        return found

    def state_is(self, invitation_id: str, state: str) -> Callable[[], bool]:
        return lambda: self.invitation(invitation_id).mail_state == state


def queue_three(session: Session) -> None:
    for number in range(3):
        queue_one(session, email=f"p{number}@firma.example")


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


async def test_an_invitation_goes_through_a_mail_server(desk: Desk, home: Path) -> None:
    invitation, queued = desk.database.run_now(queue_one)
    async with mail_server() as server, desk.postman(home, smtp_url=f"smtp://127.0.0.1:{server.port}"):
        await until(lambda: desk.notices)
    (received,) = server.received
    assert desk.state_is(invitation.id, "sent")()
    assert received.recipients == ("ion@firma.example",)
    assert received.sender == "sala@sala.example"
    assert f"https://sala.example/j/{SECRET}" in received.text()
    assert "Bună ziua, Ion Țepeș" in received.text()
    assert desk.mail(queued.id).secret == ""
    assert desk.invitation(invitation.id).sent_at == desk.now
    assert desk.notices == [RecordsNotice("invitation", (invitation.id,), invitation.room_id)]  # type: ignore[arg-type]
    assert not (home / "outbox").exists()


async def test_what_is_queued_later_is_sent_when_the_postman_is_woken(desk: Desk, home: Path) -> None:
    async with mail_server() as server:
        postman = Postman(
            desk.database,
            settings(home, smtp_url=f"smtp://127.0.0.1:{server.port}"),
            desk.notices.append,
            clock=lambda: desk.now,
            poll_s=3600.0,
        )
        async with postman:
            await asyncio.sleep(0.05)
            await desk.database.run(queue_three)  # at once, however late the postman's first look is
            postman.wake()
            await until(lambda: len(server.received) == 3)
            await until(lambda: len(desk.notices) == 3)
        assert server.connections == 1


async def test_bounces_return_to_an_address_of_their_own(desk: Desk, home: Path) -> None:
    invitation, queued = desk.database.run_now(queue_one)
    async with mail_server() as server:
        url = f"smtp://127.0.0.1:{server.port}"
        async with desk.postman(home, smtp_url=url, mail_bounce="returns@sala.example"):
            await until(desk.state_is(invitation.id, "sent"))
    assert server.received[0].sender == f"returns+{queued.bounce_key}@sala.example"


@pytest.mark.parametrize("form", ["smtps", "starttls", "offered"])
async def test_tls_and_a_password(desk: Desk, home: Path, tmp_path: Path, form: str) -> None:
    context, trusted = certificate(tmp_path)
    invitation, _ = desk.database.run_now(queue_one)
    user = f"{ACCOUNT[0]}:{quote(ACCOUNT[1], safe='')}"
    tls, starttls = (context, None) if form == "smtps" else (None, context)
    scheme = "smtps" if form == "smtps" else "smtp"
    required = "&starttls=required" if form == "starttls" else ""
    async with mail_server(account=ACCOUNT, tls=tls, starttls=starttls) as server:
        url = f"{scheme}://{user}@127.0.0.1:{server.port}?ca={trusted}{required}"
        async with desk.postman(home, smtp_url=url):
            await until(desk.state_is(invitation.id, "sent"))
    assert [(received.over_tls, received.signed_in) for received in server.received] == [(True, True)]


@pytest.mark.parametrize("wrong", ["unknown authority", "other name", "no starttls", "password"])
async def test_an_unsafe_server_or_a_wrong_password_gets_nothing_and_is_tried_again(
    desk: Desk, home: Path, tmp_path: Path, wrong: str
) -> None:
    context, trusted = certificate(tmp_path, names=("127.0.0.2",) if wrong == "other name" else ("127.0.0.1",))
    invitation, queued = desk.database.run_now(queue_one)
    starttls: ssl.SSLContext | None = None if wrong == "no starttls" else context
    ca = "" if wrong == "unknown authority" else f"&ca={trusted}"
    user, account = ("sala:wrong@", ACCOUNT) if wrong == "password" else ("", None)
    async with mail_server(starttls=starttls, account=account) as server:
        url = f"smtp://{user}127.0.0.1:{server.port}?starttls=required{ca}"
        async with desk.postman(home, smtp_url=url):
            await until(lambda: desk.mail(queued.id).attempts == 1)
    assert server.received == []
    assert desk.mail(queued.id).state == "pending"
    assert desk.mail(queued.id).due_at == desk.now + timedelta(seconds=60)
    assert desk.invitation(invitation.id).mail_error


async def test_a_server_that_is_busy_is_tried_again_after_a_minute(desk: Desk, home: Path) -> None:
    invitation, queued = desk.database.run_now(queue_one)
    async with mail_server() as server:
        server.replies.append("451 4.7.1 greylisted, come back")
        async with desk.postman(home, smtp_url=f"smtp://127.0.0.1:{server.port}") as postman:
            await until(lambda: desk.mail(queued.id).attempts == 1)
            assert desk.invitation(invitation.id).mail_state == "pending"
            assert "greylisted" in desk.invitation(invitation.id).mail_error
            postman.wake()
            await asyncio.sleep(0.05)
            assert server.received == []
            desk.now += timedelta(seconds=60)
            await until(desk.state_is(invitation.id, "sent"))
    assert desk.invitation(invitation.id).mail_error == ""


async def test_retries_go_on_after_a_restart_and_end_as_failed(desk: Desk, home: Path) -> None:
    invitation, queued = desk.database.run_now(queue_one)
    async with mail_server() as server:
        server.replies.extend(["450 later"] * 5)
        url = f"smtp://127.0.0.1:{server.port}"
        for attempt, wait_s in enumerate((*RETRY_AFTER_S, 0.0), start=1):
            async with desk.postman(home, smtp_url=url):
                await until(lambda attempt=attempt: desk.mail(queued.id).attempts == attempt)  # type: ignore[misc]
            desk.now += timedelta(seconds=wait_s)
    assert desk.mail(queued.id).state == "failed"
    assert desk.mail(queued.id).secret == ""
    assert desk.invitation(invitation.id).mail_state == "failed"
    assert "450 later" in desk.invitation(invitation.id).mail_error


async def test_a_refused_address_fails_at_once_and_the_others_are_sent(desk: Desk, home: Path) -> None:
    wrong, _ = desk.database.run_now(queue_one, email="nobody@firma.example")
    right, _ = desk.database.run_now(queue_one, email="ion@firma.example")
    async with mail_server() as server:
        server.refused["nobody@firma.example"] = "550 5.1.1 no such person"
        async with desk.postman(home, smtp_url=f"smtp://127.0.0.1:{server.port}"):
            await until(lambda: len(desk.notices) == 2)
    assert desk.state_is(right.id, "sent")()
    assert desk.state_is(wrong.id, "failed")()
    assert desk.invitation(wrong.id).mail_error == "550 5.1.1 no such person"
    assert {notice.ids[0] for notice in desk.notices} == {wrong.id, right.id}


async def test_a_refused_message_fails_with_the_server_s_words(desk: Desk, home: Path) -> None:
    invitation, _ = desk.database.run_now(queue_one)
    async with mail_server() as server:
        server.replies.append("554 5.7.1 looks like spam")
        async with desk.postman(home, smtp_url=f"smtp://127.0.0.1:{server.port}"):
            await until(desk.state_is(invitation.id, "failed"))
    assert desk.invitation(invitation.id).mail_error == "554 5.7.1 looks like spam"


async def test_a_server_that_is_away_defers_everything_and_gets_it_later(desk: Desk, home: Path) -> None:
    port = free_port("127.0.0.1")
    first, first_mail = desk.database.run_now(queue_one)
    second, second_mail = desk.database.run_now(queue_one)
    async with desk.postman(home, smtp_url=f"smtp://127.0.0.1:{port}"):
        await until(lambda: desk.mail(first_mail.id).attempts == desk.mail(second_mail.id).attempts == 1)
        async with mail_server(port=port) as server:
            desk.now += timedelta(seconds=60)
            await until(desk.state_is(first.id, "sent"))
            await until(desk.state_is(second.id, "sent"))
            assert len(server.received) == 2


async def test_without_a_mail_server_messages_are_files_for_the_owner_alone(desk: Desk, home: Path) -> None:
    invitation, queued = desk.database.run_now(queue_one)
    async with desk.postman(home):
        await until(desk.state_is(invitation.id, "sent"))
    (file,) = (home / "outbox").iterdir()
    assert file.name.endswith(f"-{queued.id}.eml")
    assert "ion" not in file.name
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    message = email.message_from_bytes(file.read_bytes(), policy=default)
    assert message["To"].addresses[0].addr_spec == "ion@firma.example"
    assert SECRET in file.read_text()


async def test_an_outbox_that_cannot_be_written_is_tried_again(desk: Desk, home: Path) -> None:
    (home / "outbox").write_text("in the way")
    invitation, queued = desk.database.run_now(queue_one)
    async with desk.postman(home):
        await until(lambda: desk.mail(queued.id).attempts == 1)
        (home / "outbox").unlink()
        desk.now += timedelta(seconds=60)
        await until(desk.state_is(invitation.id, "sent"))


async def test_a_message_that_came_back_is_shown_as_bounced(desk: Desk, home: Path) -> None:
    invitation, queued = desk.database.run_now(queue_one)
    async with desk.postman(home):
        await until(desk.state_is(invitation.id, "sent"))
        leave_bounce(home, FAILED.replace("KEY", queued.bounce_key).encode())
        leave_bounce(home, b"not a message at all")
        await until(desk.state_is(invitation.id, "bounced"))
        await until(lambda: not list((home / "bounces").iterdir()))
        await until(lambda: len(desk.notices) == 2)
    assert desk.invitation(invitation.id).mail_error.startswith("550 5.1.1")
    assert len(desk.notices) == 2


async def test_a_message_that_cannot_be_written_fails_alone(desk: Desk, home: Path) -> None:
    wrong, _ = desk.database.run_now(queue_one, email="no-domain")
    right, _ = desk.database.run_now(queue_one)
    async with mail_server() as server:
        server.refused["no-domain"] = "501 5.1.3 bad address"
        async with desk.postman(home, smtp_url=f"smtp://127.0.0.1:{server.port}"):
            await until(desk.state_is(wrong.id, "failed"))
            await until(desk.state_is(right.id, "sent"))


async def test_a_cancellation_has_no_link_and_does_not_change_what_the_console_shows(desk: Desk, home: Path) -> None:
    invitation, queued = desk.database.run_now(queue_one, kind="cancellation")
    async with mail_server() as server, desk.postman(home, smtp_url=f"smtp://127.0.0.1:{server.port}"):
        await until(lambda: desk.mail(queued.id).state == "sent")
    assert server.received[0].message["Subject"] == "Anulat: Instruire SSM"
    assert "/j/" not in server.received[0].text()
    assert desk.invitation(invitation.id).mail_state == "pending"


async def test_the_log_names_nobody(desk: Desk, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="apps")
    wrong, _ = desk.database.run_now(queue_one, email="nobody@firma.example")
    right, _ = desk.database.run_now(queue_one)
    async with mail_server() as server:
        server.refused["nobody@firma.example"] = "550 <nobody@firma.example> unknown"
        async with desk.postman(home, smtp_url=f"smtp://127.0.0.1:{server.port}"):
            await until(desk.state_is(wrong.id, "failed"))
            await until(desk.state_is(right.id, "sent"))
    logged = " ".join(f"{record.getMessage()} {record.__dict__.get('fields')}" for record in caplog.records)
    assert "mail_sent" in logged
    assert "mail_failed" in logged
    for personal in ("firma.example", "Țepeș", "Ion", SECRET, "Instruire"):
        assert personal not in logged


async def test_a_postman_ends_while_a_server_keeps_it_waiting(desk: Desk, home: Path) -> None:
    async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    _, queued = desk.database.run_now(queue_one)
    silent = await asyncio.start_server(never_answers, "127.0.0.1", 0)
    async with silent:
        port = silent.sockets[0].getsockname()[1]
        async with desk.postman(home, smtp_url=f"smtp://127.0.0.1:{port}"):
            await asyncio.sleep(0.1)
    assert desk.mail(queued.id).state == "pending"


def test_unusable_settings_are_refused_at_the_start(desk: Desk, home: Path) -> None:
    with pytest.raises(ValueError, match="smtp_url"):
        desk.postman(home, smtp_url="http://mail.example")

"""Signing in, what a secret is worth, and how often one may try."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from apps.auth import (
    ADDRESS_WINDOW_S,
    RESETS_PER_ACCOUNT,
    RESETS_PER_ACCOUNT_AND_DAY,
    RESETS_PER_ADDRESS_AND_DAY,
    SIGN_IN_FAILURES,
    SIGN_IN_WINDOW_S,
    SIGN_INS_PER_ADDRESS,
    WRONG_LINKS_PER_ADDRESS,
    Auth,
    reset_password,
)
from apps.cookies import SIGN_IN_LIFE
from apps.live.state import Denied
from apps.passwords import hash_password, matches, new_password
from apps.settings import Settings
from apps.vault import Vault
from apps.visitors import person_of, secret_hash
from data import accounts, invitations, rooms, sign_ins
from data.database import Database, open_database
from data.ids import AccountId, PersonId
from data.models import Account, Invitation, Room

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
IDLE = timedelta(hours=2)
IP, OTHER_IP = "192.0.2.1", "198.51.100.7"
PASSWORD = "correct horse battery staple"
PASSWORD_HASH = hash_password(PASSWORD)


class Clock:
    """Stands until it is moved; gives the moment and the seconds of a clock that never jumps."""

    def __init__(self) -> None:
        self.passed_s = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed_s)

    def monotonic(self) -> float:
        return self.passed_s

    def pass_(self, time: timedelta) -> None:
        self.passed_s += time.total_seconds()


class Pages:
    """Remembers what was closed."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    def end_secret(self, secret_hash: str) -> None:
        self.ended.append(secret_hash)

    def end_person(self, person: PersonId) -> None:
        self.ended.append(person)


class Desk:
    """A database with two accounts and a room with one invitation, and the Auth over it."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock, self.pages = database, Clock(), Pages()
        self.auth = Auth(
            database,
            self.clock.now,
            idle=IDLE,
            pages=self.pages,
            vault=Vault(bytes(32)),
            monotonic=self.clock.monotonic,
        )
        self.owner = self.account("ana@example.org", "moderator")
        self.room: Room = database.run_now(rooms.create, slug="room", owner_id=self.owner.id, title="T", now=START)
        self.invitation: Invitation = database.run_now(
            invitations.create, room_id=self.room.id, email="dan@example.org", name="Dan", token_hash="h", now=START
        )

    def account(self, email: str, role: str) -> Account:
        return self.database.run_now(
            accounts.create, email=email, name=email, role=role, password_hash=PASSWORD_HASH, now=START
        )

    async def signed_in(self, email: str = "ana@example.org") -> str:
        secret = await self.auth.sign_in(email, PASSWORD, IP)
        assert isinstance(secret, str)
        return secret


@pytest.fixture
async def desk(home: Path) -> AsyncIterator[Desk]:
    database = open_database(home)
    yield Desk(database)
    database.close()


# --- passwords --------------------------------------------------------------------------------------------------------


def test_passwords_are_kept_as_argon2id_of_owasps_cost() -> None:
    assert PASSWORD_HASH.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches(PASSWORD_HASH, PASSWORD)
    assert not matches(PASSWORD_HASH, PASSWORD.upper())
    assert not matches(PASSWORD_HASH, PASSWORD * 1000)
    assert not matches("not a hash", PASSWORD)


def test_made_passwords_are_long_and_differ() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) == 23 for password in made)


# --- accounts -----------------------------------------------------------------------------------------------------------


async def test_signing_in_gives_a_fresh_secret_each_time_and_keeps_only_its_hash(desk: Desk) -> None:
    first, second = await desk.signed_in(), await desk.signed_in(" ANA@example.org ")
    assert first != second
    visitor = await desk.auth.visitor(first)
    assert visitor is not None
    assert visitor.account is not None
    assert visitor.account.id == desk.owner.id
    assert desk.database.read_now(sign_ins.find, secret_hash=first, now=START) is None
    assert desk.database.read_now(sign_ins.find, secret_hash=secret_hash(first), now=START) is not None


@pytest.mark.parametrize(
    ("email", "password"), [("ana@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("", "")]
)
async def test_a_wrong_pair_is_refused_in_one_way(desk: Desk, email: str, password: str) -> None:
    assert await desk.auth.sign_in(email, password, IP) == Denied("sign_in_wrong")


async def test_a_disabled_account_is_refused_and_its_open_sign_in_ends(desk: Desk) -> None:
    secret = await desk.signed_in()
    await desk.database.run(accounts.disable, account_id=AccountId(desk.owner.id), now=START)
    assert await desk.auth.visitor(secret) is None
    assert await desk.auth.sign_in("ana@example.org", PASSWORD, IP) == Denied("sign_in_wrong")


async def test_an_idle_sign_in_ends_and_a_used_one_ends_too_in_time(desk: Desk) -> None:
    idle, used = await desk.signed_in(), await desk.signed_in()
    steps = SIGN_IN_LIFE // timedelta(hours=1)
    for _ in range(steps - 1):
        desk.clock.pass_(timedelta(hours=1))
        assert await desk.auth.visitor(used) is not None
    assert await desk.auth.visitor(idle) is None
    desk.clock.pass_(timedelta(hours=1))
    assert await desk.auth.visitor(used) is None


async def test_signing_out_ends_one_browser_and_closes_what_it_has_open(desk: Desk) -> None:
    gone, stays = await desk.signed_in(), await desk.signed_in()
    await desk.auth.sign_out(gone)
    assert await desk.auth.visitor(gone) is None
    assert await desk.auth.visitor(stays) is not None
    assert desk.pages.ended == [secret_hash(gone)]


async def test_signing_out_everywhere_ends_all_browsers(desk: Desk) -> None:
    secrets = [await desk.signed_in(), await desk.signed_in()]
    await desk.auth.sign_out_everywhere(desk.owner)
    assert [await desk.auth.visitor(secret) for secret in secrets] == [None, None]
    assert desk.pages.ended == [desk.owner.id]


@pytest.mark.parametrize("secret", ["", "x", "x" * 100_000, "\udcff", "' OR 1=1 --"])
async def test_what_is_no_secret_belongs_to_nobody(desk: Desk, secret: str) -> None:
    assert await desk.auth.visitor(secret) is None


# --- limits -------------------------------------------------------------------------------------------------------------


async def test_after_five_failures_even_the_right_password_has_to_wait(desk: Desk) -> None:
    for _ in range(SIGN_IN_FAILURES):
        assert await desk.auth.sign_in("ana@example.org", "wrong", IP) == Denied("sign_in_wrong")
    refused = await desk.auth.sign_in("ana@example.org", PASSWORD, OTHER_IP)
    assert refused == Denied("too_many_attempts", {"minutes": 1})
    desk.clock.pass_(timedelta(minutes=1))
    assert isinstance(await desk.auth.sign_in("ana@example.org", PASSWORD, OTHER_IP), str)


async def test_an_unknown_account_is_locked_as_a_known_one_is(desk: Desk) -> None:
    for _ in range(SIGN_IN_FAILURES):
        await desk.auth.sign_in("nobody@example.org", "wrong", IP)
    refused = await desk.auth.sign_in("nobody@example.org", "wrong", IP)
    assert refused == Denied("too_many_attempts", {"minutes": 1})


async def test_an_address_may_try_thirty_times_in_ten_minutes(desk: Desk) -> None:
    for number in range(SIGN_INS_PER_ADDRESS):
        await desk.auth.sign_in(f"nobody{number}@example.org", "", IP)
    refused = await desk.auth.sign_in("ana@example.org", PASSWORD, IP)
    assert refused == Denied("too_many_attempts", {"minutes": 10})
    assert isinstance(await desk.auth.sign_in("ana@example.org", PASSWORD, OTHER_IP), str)
    desk.clock.pass_(timedelta(seconds=ADDRESS_WINDOW_S))
    assert isinstance(await desk.auth.sign_in("ana@example.org", PASSWORD, IP), str)


async def test_an_address_may_try_twenty_wrong_links(desk: Desk) -> None:
    for _ in range(WRONG_LINKS_PER_ADDRESS):
        assert desk.auth.link_allowed(IP)
        desk.auth.wrong_link(IP)
    assert not desk.auth.link_allowed(IP)
    assert desk.auth.link_allowed(OTHER_IP)


# --- rooms --------------------------------------------------------------------------------------------------------------


async def test_an_exchanged_invitation_gives_a_seat_in_its_room_alone(desk: Desk) -> None:
    other = await desk.database.run(rooms.create, slug="other", owner_id=desk.owner.id, title="O", now=START)
    secret = await desk.auth.exchange(desk.invitation)
    admission = await desk.auth.admit("room", [secret])
    assert admission is not None
    assert (admission.person.id, admission.person.name, admission.person.role) == (
        desk.invitation.id,
        "Dan",
        "participant",
    )
    assert await desk.auth.admit(other.slug, [secret]) is None
    assert await desk.auth.admit("no-such-room", [secret]) is None


async def test_the_first_secret_with_a_right_counts(desk: Desk) -> None:
    guest, owner = await desk.auth.exchange(desk.invitation), await desk.signed_in()
    for held, person in (
        ([guest, owner], desk.invitation.id),
        ([owner, guest], desk.owner.id),
        (["", "x", owner], desk.owner.id),
    ):
        admission = await desk.auth.admit("room", held)
        assert admission is not None
        assert admission.person.id == person


@pytest.mark.parametrize(
    ("change", "code"), [("ban", "removed"), ("revoke", "link_revoked"), ("expire", "link_expired")]
)
async def test_a_right_that_was_taken_away_is_told_to_its_holder_alone(desk: Desk, change: str, code: str) -> None:
    secret = await desk.auth.exchange(desk.invitation)
    match change:
        case "ban":
            await desk.database.run(invitations.ban, invitation_id=desk.invitation.id, now=START)
        case "revoke":
            await desk.database.run(invitations.revoke, invitation_id=desk.invitation.id, now=START)
        case "expire":
            await desk.database.run(
                invitations.renew, invitation_id=desk.invitation.id, token_hash="x", now=START, expires_at=START
            )
    assert await desk.auth.admit("room", [secret]) is None
    assert await desk.auth.lost_right("room", [secret]) == code
    assert await desk.auth.lost_right("room", ["another"]) == ""
    assert await desk.auth.lost_right("no-such-room", [secret]) == ""


async def test_a_moderator_leads_own_rooms_and_an_administrator_all(desk: Desk) -> None:
    desk.account("root@example.org", "administrator")
    desk.account("bea@example.org", "moderator")
    expected = {"ana@example.org": "moderator", "root@example.org": "moderator", "bea@example.org": None}
    for email, role in expected.items():
        visitor = await desk.auth.visitor(await desk.signed_in(email))
        assert visitor is not None
        person = person_of(visitor, desk.room, START)
        assert (person.role if person else None) == role


# --- the command line -----------------------------------------------------------------------------------------------------


async def test_a_password_reset_prints_a_password_that_works_and_ends_what_was(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = open_database(home)
    secret = await Desk(database).signed_in()
    database.close()
    assert reset_password(Settings(home=home), "Ana@example.org") == 0
    password = capsys.readouterr().out.rsplit(" ", 1)[1].strip()
    database = open_database(home)
    account = database.read_now(accounts.by_email, email="ana@example.org")
    found = database.read_now(sign_ins.find, secret_hash=secret_hash(secret), now=START)
    database.close()
    assert account is not None
    assert matches(account.password_hash, password)
    assert found is None


def test_a_password_reset_of_nobody_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert reset_password(Settings(home=home), "nobody@example.org") == 1
    assert "no account" in capsys.readouterr().err


# --- links for a new password ---------------------------------------------------------------------------------------------


def asked(desk: Desk, email: str, ip: str) -> str:
    refusal = desk.auth.reset_refusal(email, ip)
    return "" if refusal is None else refusal.code


async def test_links_are_asked_for_a_few_times_in_a_while_and_ten_times_a_day(desk: Desk) -> None:
    found = []
    for _ in range(5):
        found += [asked(desk, "anybody@example.org", IP) for _ in range(RESETS_PER_ACCOUNT + 1)]
        desk.clock.pass_(timedelta(seconds=SIGN_IN_WINDOW_S))
    assert found.count("") == RESETS_PER_ACCOUNT_AND_DAY
    assert found[RESETS_PER_ACCOUNT] == "too_many_attempts"
    assert found[-1] == "links_asked"
    assert asked(desk, "another@example.org", IP) == ""
    desk.clock.pass_(timedelta(days=1))
    assert asked(desk, "anybody@example.org", IP) == ""


async def test_one_address_asks_for_sixty_links_a_day_of_whomever(desk: Desk) -> None:
    found = []
    for number in range(RESETS_PER_ADDRESS_AND_DAY + 1):
        found.append(asked(desk, f"person{number}@example.org", IP))
        desk.clock.pass_(timedelta(minutes=1))
    assert found == [""] * RESETS_PER_ADDRESS_AND_DAY + ["links_asked"]
    assert asked(desk, "person0@example.org", OTHER_IP) == ""

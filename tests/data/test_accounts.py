"""Accounts and their signed-in browsers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from data import accounts, sign_ins
from data.database import Database
from data.errors import NotFound, Taken
from data.ids import AccountId
from tests.data.conftest import NOW

LATER = NOW + timedelta(hours=8)


@pytest.fixture
def ana(database: Database) -> AccountId:
    made = database.run_now(
        accounts.create, now=NOW, email="Ana@Example.org", name="Ana", role="moderator", password_hash="old"
    )
    return AccountId(made.id)


def test_an_address_is_one_account_whatever_its_case(database: Database, ana: AccountId) -> None:
    found = database.read_now(accounts.by_email, email="aNA@example.ORG")
    assert found is not None
    assert (found.id, found.email) == (ana, "ana@example.org")
    with pytest.raises(Taken, match="ANA@"):
        database.run_now(accounts.create, email="ANA@example.org", name="", role="moderator", password_hash="", now=NOW)


def test_password_language_and_disabling_are_kept(database: Database, ana: AccountId) -> None:
    database.run_now(accounts.set_password_hash, account_id=ana, password_hash="new")
    database.run_now(accounts.set_language, account_id=ana, language="ro")
    database.run_now(accounts.disable, account_id=ana, now=NOW)
    database.run_now(accounts.disable, account_id=ana, now=LATER)
    [account] = database.read_now(accounts.list_all)
    assert (account.password_hash, account.language, account.disabled_at) == ("new", "ro", NOW)
    database.run_now(accounts.enable, account_id=ana)
    assert database.read_now(accounts.get, account_id=ana).disabled_at is None


def test_an_unknown_account_is_named(database: Database) -> None:
    with pytest.raises(NotFound, match="ac_none"):
        database.read_now(accounts.get, account_id=AccountId("ac_none"))


def test_a_sign_in_is_found_until_it_expires(database: Database, ana: AccountId) -> None:
    database.run_now(sign_ins.create, secret_hash="h", account_id=ana, now=NOW, expires_at=LATER)
    found = database.read_now(sign_ins.find, secret_hash="h", now=NOW)
    assert found is not None
    assert (found.account_id, found.invitation_id, found.seen_at) == (ana, None, NOW)
    assert database.read_now(sign_ins.find, secret_hash="other", now=NOW) is None
    assert database.read_now(sign_ins.find, secret_hash="h", now=LATER) is None


def test_being_seen_keeps_it_longer(database: Database, ana: AccountId) -> None:
    database.run_now(sign_ins.create, secret_hash="h", account_id=ana, now=NOW, expires_at=LATER)
    database.run_now(sign_ins.touch, secret_hash="h", now=LATER, expires_at=LATER + timedelta(hours=8))
    database.run_now(sign_ins.touch, secret_hash="none", now=LATER, expires_at=LATER)
    assert database.read_now(sign_ins.find, secret_hash="h", now=LATER) is not None


def test_signing_out_one_browser_all_browsers_and_old_ones(database: Database, ana: AccountId) -> None:
    for number in range(4):
        expires_at = LATER + timedelta(hours=number)
        database.run_now(sign_ins.create, secret_hash=f"h{number}", account_id=ana, now=NOW, expires_at=expires_at)
    database.run_now(sign_ins.delete, secret_hash="h3")
    assert database.read_now(sign_ins.find, secret_hash="h3", now=NOW) is None
    assert database.run_now(sign_ins.delete_expired, now=LATER) == 1
    assert database.run_now(sign_ins.delete_of_account, account_id=ana) == 2


def test_a_sign_in_has_one_owner(database: Database) -> None:
    with pytest.raises(ValueError, match="belongs"):
        database.run_now(sign_ins.create, secret_hash="h", now=NOW, expires_at=LATER)

"""Secrets of the second step: sealed in the database, and what happens when the key is gone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from sqlmodel import Session

from apps.keys import key_file
from apps.passwords import hash_password
from apps.second_step import new_totp_secret, recovery_hash
from apps.single import running
from apps.vault import NAME, SEALED, Vault, VaultLocked, open_vault
from data import account_tokens, accounts
from data.database import Database, open_database
from data.ids import AccountId
from tests.apps.visit import Visit

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
EMAIL, PASSWORD, CODE = "ana@example.org", "correct horse battery staple", "k3x9m-7hq2d"


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    with open_database(home) as opened:
        yield opened


def in_clear(session: Session, secret: str) -> AccountId:
    """Keep an account as an older Sala did."""
    made = accounts.create(
        session, email=EMAIL, name="Ana", role="moderator", password_hash=hash_password(PASSWORD), now=NOW
    )
    hashes = [recovery_hash(made.id, CODE)]
    account_tokens.switch_second_step_on(session, account_id=made.id, secret=secret, step=0, code_hashes=hashes)
    return AccountId(made.id)


def kept(database: Database) -> str:
    (account,) = database.read_now(accounts.with_second_step)
    return account.totp_secret or ""


def test_what_is_sealed_opens_for_its_account_and_key_alone() -> None:
    vault, secret = Vault(bytes(32)), new_totp_secret()
    sealed = vault.seal(secret, account_id="ac_1")
    assert secret not in sealed
    assert vault.seal(secret, account_id="ac_1") != sealed, "a fresh nonce each time"
    assert vault.open(sealed, account_id="ac_1") == secret
    for other, account in ((vault, "ac_2"), (Vault(b"x" * 32), "ac_1"), (Vault(None), "ac_1")):
        with pytest.raises(VaultLocked):
            other.open(sealed, account_id=account)
    with pytest.raises(VaultLocked):
        Vault(None).seal(secret, account_id="ac_1")


@pytest.mark.parametrize("text", ["", "GEZDGNBVGY3TQOJQ", SEALED, f"{SEALED}AAAA", f"{SEALED}A"])
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(VaultLocked):
        Vault(bytes(32)).open(text, account_id="ac_1")


async def test_what_an_older_sala_kept_in_clear_is_sealed_at_the_start(database: Database, home: Path) -> None:
    secret = new_totp_secret()
    account = database.run_now(in_clear, secret)
    vault, lost = await open_vault(database, home)
    assert (vault.open(kept(database), account_id=account), lost) == (secret, 0)
    assert not [file for file in home.rglob("sala.db*") if secret.encode() in file.read_bytes()]
    assert key_file(home, NAME).stat().st_mode & 0o077 == 0
    before = kept(database)
    assert (await open_vault(database, home))[1] == 0
    assert kept(database) == before


@pytest.mark.parametrize("instead", [None, "", "something else", "A" * 43], ids=["gone", "empty", "torn", "another"])
async def test_a_key_that_is_gone_is_told_and_never_made_anew(
    database: Database, home: Path, instead: str | None
) -> None:
    account = database.run_now(in_clear, new_totp_secret())
    await open_vault(database, home)
    file, sealed = key_file(home, NAME), kept(database)
    key = file.read_text()
    file.unlink()
    if instead is not None:
        file.write_text(instead)
    vault, lost = await open_vault(database, home)
    assert lost == 1
    assert file.exists() is (instead is not None)
    with pytest.raises(VaultLocked):
        vault.open(kept(database), account_id=account)
    file.write_text(key)  # from a backup
    assert (await open_vault(database, home))[1] == 0
    assert kept(database) == sealed


async def test_without_the_key_people_are_told_and_come_in_by_a_recovery_code(home: Path) -> None:
    with open_database(home) as database:
        secret = new_totp_secret()
        database.run_now(in_clear, secret)

    async def enter(visit: Visit, code: str) -> tuple[int, str]:
        first = await visit.sign_in(EMAIL, PASSWORD)
        step = re.search(r'name="step" value="([^"]+)"', first.text)
        assert step is not None
        answer = await visit.post("/signin/step", step=step[1], code=code)
        return answer.status_code, answer.text

    async with running(home=home) as sala, Visit(sala.url) as visit:
        assert (await enter(visit, pyotp.TOTP(secret).now()))[0] == 303
        assert not any("second-step.key" in line for line in sala.parts.say)
    key_file(home, NAME).unlink()
    async with running(home=home) as sala, Visit(sala.url) as visit:
        assert any("second-step.key" in line for line in sala.parts.say)
        status, page = await enter(visit, pyotp.TOTP(secret).now())
        assert status == 403
        assert "lost the key" in page
        assert (await enter(visit, CODE))[0] == 303
        page = (await visit.post("/account/second-step", form="/account", password=PASSWORD)).text
        assert "lost the key" in page, "nothing is sealed with another key meanwhile"

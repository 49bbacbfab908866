from __future__ import annotations

from datetime import timedelta

import pytest

from apps.passwords import matches
from apps.planning import commands
from apps.service import RecordsNotice
from data import accounts, sign_ins
from data.ids import AccountId, PersonId
from tests.apps.planning.conftest import Office


async def test_an_account_is_made_with_a_password_that_is_shown_once(office: Office) -> None:
    command = commands.CreateAccount(email="Nou@SSM.example", name=" Nicolae  Nou ", language="ro")
    values = await office.done(command, office.admin)
    account = office.database.read_now(accounts.get, account_id=values["account"])
    assert (account.email, account.name, account.role, account.language) == (
        "nou@ssm.example",
        "Nicolae Nou",
        "moderator",
        "ro",
    )
    assert matches(account.password_hash, values["password"])
    assert office.notices == [RecordsNotice("account", (account.id,))]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"email": "x"}, "email_invalid"),
        ({"name": "\u200d\u3164"}, "name_missing"),
        ({"name": "a\u202eb"}, "text_invisible"),
        ({"name": "\ufdfa" * 20}, "name_too_long"),
    ],
)
async def test_an_account_needs_an_address_and_a_name(office: Office, values: dict[str, str], code: str) -> None:
    command = commands.CreateAccount.model_validate({"email": "a@b.example", "name": "A", **values})
    assert (await office.denied(command, office.admin)).code == code


async def test_an_address_has_one_account(office: Office) -> None:
    command = commands.CreateAccount(email=office.maria.email.upper(), name="Other")
    assert (await office.denied(command, office.admin)).code == "account_exists"


async def test_a_disabled_account_is_signed_out_everywhere(office: Office) -> None:
    maria = AccountId(office.maria.id)
    office.database.run_now(
        sign_ins.create, secret_hash="h", now=office.now, expires_at=office.now + timedelta(days=1), account_id=maria
    )
    await office.done(commands.DisableAccount(account=maria), office.admin)
    assert office.database.read_now(accounts.get, account_id=maria).disabled_at == office.now
    assert office.database.read_now(sign_ins.find, secret_hash="h", now=office.now) is None
    assert office.expelled == [PersonId(maria)]


async def test_nobody_disables_themselves_or_nobody(office: Office) -> None:
    own = commands.DisableAccount(account=AccountId(office.admin.id))
    assert (await office.denied(own, office.admin)).code == "account_own"
    unknown = commands.DisableAccount(account=AccountId("ac_none"))
    assert (await office.denied(unknown, office.admin)).code == "account_unknown"

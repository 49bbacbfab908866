"""``/account``: what somebody who signed in can set for themselves: the second step of signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.handlers import PageHandler, Problem
from apps.live.state import Denied
from apps.second_step import (
    matching_step,
    new_recovery_codes,
    new_totp_secret,
    picture_of,
    recovery_hash,
    setup_address,
)
from data import account_tokens, accounts
from data.ids import AccountId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.models import Account


class AccountHandler(PageHandler):
    """Base of the pages of a signed-in account."""

    async def prepare(self) -> None:
        await super().prepare()
        if self.visitor is None or self.visitor.account is None:
            raise Problem(403, "sign_in_needed")
        self.account: Account = self.visitor.account

    async def show(self, *, error: str = "", codes: Sequence[str] = (), done: str = "", status: int = 200) -> None:
        """Show the account as it is now; ``codes`` are shown this once."""
        account = await self.parts.database.read(accounts.get, account_id=AccountId(self.account.id))
        left = await self.parts.database.read(account_tokens.recovery_codes_left, account_id=account.id)
        self.page(
            "account.html",
            status=status,
            account=account,
            organisation=self.visitor.organisation if self.visitor else None,
            codes_left=left,
            codes=codes,
            error=error,
            done=done,
        )

    async def refuse(self, denied: Denied) -> None:
        await self.show(error=self.sentence(denied.code, **denied.values), status=403)


class AccountPage(AccountHandler):
    async def get(self) -> None:
        await self.show()


class SecondStepSetUp(AccountHandler):
    """The password again, then a secret for the app, which counts once a code of it was typed in."""

    async def post(self) -> None:
        wrong = await self.parts.auth.password_is(self.account, self.text("password"), self.ip)
        if wrong is not None:
            return await self.refuse(wrong)
        if self.parts.auth.vault.locked:
            return await self.refuse(Denied("second_step_locked"))
        secret = new_totp_secret()
        self.parts.auth.steps.begin(secret, f"set-up:{self.account.id}")
        return self.show_secret(secret)

    def show_secret(self, secret: str, error: str = "") -> None:
        address = setup_address(secret, email=self.account.email)
        self.page(
            "second_step_setup.html",
            status=403 if error else 200,
            secret=secret,
            picture=picture_of(address),
            error=error,
        )

    def get(self) -> None:
        self.redirect("/account")


class SecondStepOn(SecondStepSetUp):
    async def post(self) -> None:
        key = f"set-up:{self.account.id}"
        secret = self.parts.auth.steps.attempt(key)
        if not secret:
            return await self.refuse(Denied("second_step_expired"))
        now = self.parts.clock()
        step = matching_step(secret, self.text("code"), now_s=now.timestamp(), after_step=0)
        if step is None:
            return self.show_secret(secret, self.sentence("second_step_wrong"))
        self.parts.auth.steps.end(key)
        codes = new_recovery_codes()
        hashes = [recovery_hash(self.account.id, code) for code in codes]
        await self.parts.database.run(
            account_tokens.switch_second_step_on,
            account_id=self.account.id,
            secret=self.parts.auth.vault.seal(secret, account_id=self.account.id),
            step=step,
            code_hashes=hashes,
        )
        return await self.show(codes=codes, done="on")


class SecondStepOff(AccountHandler):
    async def post(self) -> None:
        wrong = await self.parts.auth.password_is(self.account, self.text("password"), self.ip)
        if wrong is not None:
            return await self.refuse(wrong)
        await self.parts.database.run(account_tokens.switch_second_step_off, account_id=self.account.id)
        return await self.show(done="off")

    def get(self) -> None:
        self.redirect("/account")

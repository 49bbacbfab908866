"""Suppliers' way in: signing in, asking for a new password, and choosing one by a link from a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.handlers import PageHandler, Problem
from apps.password_rules import PASSWORD_LEAST_CHARACTERS, problem_of
from apps.portal.pages.signing_in import SigningIn
from apps.tenders.activation import choose_password, find, send_reset
from data import organisations

if TYPE_CHECKING:
    from data.models import Account, Organisation


class SupplierSignIn(SigningIn):
    """``/supplier``: *Accesso fornitori*."""

    template = "supplier_signin.html"
    home = "/tenders"

    def get(self) -> None:
        if self.visitor is not None and self.visitor.organisation is not None:
            return self.redirect(self.next_path(self.home))
        return super().get()


class Forgot(PageHandler):
    """
    ``/supplier/forgot``: asks for a link to choose a new password.

    The answer is the same for every address, and comes before anything is looked up: nobody learns who has an account.
    """

    def get(self) -> None:
        self.page("supplier_forgot.html", asked=False)

    async def post(self) -> None:
        email = self.text("email").lower()[:254]
        refusal = self.parts.auth.reset_refusal(email, self.ip)
        if refusal is not None:
            raise Problem(429, refusal.code, **refusal.values)
        self.page("supplier_forgot.html", asked=True)
        self.parts.sockets.spawn(self._send(email), "password-link")

    async def _send(self, email: str) -> None:
        if await self.parts.database.run(send_reset, email=email, now=self.parts.clock()):
            self.parts.postman_wake()


class ChoosePassword(PageHandler):
    """``/supplier/activate/<secret>`` and ``/supplier/reset/<secret>``: a form by GET, which changes nothing; POST uses the link up."""

    async def get(self, kind: str, secret: str) -> None:
        account, organisation = await self.owner(secret)
        self.show(kind, account, organisation)

    async def post(self, kind: str, secret: str) -> None:
        account, organisation = await self.owner(secret)
        password = self.get_argument("password", "", strip=False)
        known = (
            account.name,
            account.email,
            account.email.partition("@")[0],
            organisation.name if organisation else "",
        )
        problem = problem_of(password, known=known)
        if problem is not None:
            return self.show(kind, account, organisation, self.sentence(problem.code, **problem.values))
        if password != self.get_argument("again", "", strip=False):
            return self.show(kind, account, organisation, self.sentence("passwords_differ"))
        password_hash = await self.parts.auth.hashed(password)
        chosen = await self.parts.database.run(choose_password, secret, password_hash, now=self.parts.clock())
        if chosen is None:
            raise Problem(410, "link_used")
        await self.parts.auth.sign_out_everywhere(chosen)
        return self.page("supplier_ready.html", account=chosen)

    async def owner(self, secret: str) -> tuple[Account, Organisation | None]:
        """Return whose link it is; counts the guesses."""
        if not self.parts.auth.link_allowed(self.ip):
            raise Problem(429, "too_many_attempts", minutes=10)
        found = await self.parts.database.read(find, secret, now=self.parts.clock())
        if found is None:
            self.parts.auth.wrong_link(self.ip)
            raise Problem(410, "link_used")
        account = found[1]
        self.prefer_language(account.language)
        organisation = None
        if account.organisation_id is not None:
            organisation = await self.parts.database.read(organisations.get, organisation_id=account.organisation_id)
        return account, organisation

    def show(self, kind: str, account: Account, organisation: Organisation | None, error: str = "") -> None:
        self.page(
            "supplier_password.html",
            status=400 if error else 200,
            kind=kind,
            account=account,
            organisation=organisation,
            error=error,
            least=PASSWORD_LEAST_CHARACTERS,
        )

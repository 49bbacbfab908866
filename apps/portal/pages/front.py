"""The front page, signing out, the language, and a link that somebody pastes."""

from __future__ import annotations

import re

from apps.handlers import PageHandler, Problem
from apps.i18n import LANGUAGES
from data import accounts
from data.ids import AccountId

PASTED_LINK = re.compile(r"(?:^|/j/)([A-Za-z0-9_-]{20,200})(?:[/?#].*)?$")


class Front(PageHandler):
    def get(self) -> None:
        self.page("front.html", error="")


class OpenLink(PageHandler):
    """A link pasted into the front page leads to its own page, whatever host it was copied with."""

    def post(self) -> None:
        found = PASTED_LINK.search(self.text("link"))
        if found is None:
            return self.page("front.html", status=400, error=self.sentence("link_unknown"))
        return self.redirect(f"/j/{found[1]}", status=303)


class SignOut(PageHandler):
    """Ends the account's sign-in in this browser; seats taken by personal links are another matter."""

    async def post(self) -> None:
        if self.account_secret:
            await self.parts.auth.sign_out(self.account_secret)
        self.clear_account_cookie()
        self.redirect("/", status=303)


class Language(PageHandler):
    """Keeps the choice in this browser, and for who is signed in with the account: mail and the console of another browser follow it."""

    async def post(self) -> None:
        language = self.text("language")
        if language not in LANGUAGES:
            raise Problem(400, "bad_request")
        self.set_language_cookie(language)
        account = self.visitor.account if self.visitor else None
        if account is not None:
            await self.parts.database.run(accounts.set_language, account_id=AccountId(account.id), language=language)
        self.redirect(self.next_path(), status=303)

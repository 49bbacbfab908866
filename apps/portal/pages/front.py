"""The front page, signing in and out, the language, and a link that somebody pastes."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from apps.addresses import console_address
from apps.handlers import PageHandler, Problem
from apps.headers import content_policy, frame_ancestors
from apps.i18n import LANGUAGES
from apps.live.state import Denied

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


class SignIn(PageHandler):
    async def prepare(self) -> None:
        """Let the form lead on to the console: its port makes it another origin, to which browsers else refuse to follow."""
        await super().prepare()
        console = urlsplit(console_address(self.parts.settings, asked=self.request.host))
        policy = content_policy(
            self.nonce,
            self.request.host,
            forms_lead_to=f"{console.scheme}://{console.netloc}",
            framed_by=frame_ancestors(self.parts.settings.embed_in),
        )
        self.set_header("Content-Security-Policy", policy)

    def get(self) -> None:
        self.page("signin.html", error="", email="", next=self.next_path())

    async def post(self) -> None:
        email = self.text("email")
        secret = await self.parts.auth.sign_in(email, self.text("password"), self.ip)
        if isinstance(secret, Denied):
            status = 429 if secret.code == "too_many_attempts" else 403
            error = self.sentence(secret.code, **secret.values)
            return self.page("signin.html", status=status, error=error, email=email, next=self.next_path())
        if self.account_secret:
            await self.parts.auth.sign_out(self.account_secret)  # a new sign-in never goes on with an old secret
        self.set_account_cookie(secret)
        return self.redirect(self.next_path(), status=303)


class SignOut(PageHandler):
    """Ends the account's sign-in in this browser; seats taken by personal links are another matter."""

    async def post(self) -> None:
        if self.account_secret:
            await self.parts.auth.sign_out(self.account_secret)
        self.clear_account_cookie()
        self.redirect("/", status=303)


class Language(PageHandler):
    def post(self) -> None:
        language = self.text("language")
        if language not in LANGUAGES:
            raise Problem(400, "bad_request")
        self.set_language_cookie(language)
        self.redirect(self.next_path(), status=303)

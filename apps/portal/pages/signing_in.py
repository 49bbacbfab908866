"""Signing in: the authority's people at ``/signin``, suppliers at ``/supplier``, and for both the second step where somebody has one."""

from __future__ import annotations

from urllib.parse import urlsplit

from apps.addresses import console_address
from apps.auth import SecondStep
from apps.handlers import PageHandler
from apps.headers import content_policy, frame_ancestors
from apps.live.state import Denied

TOO_MANY = "too_many_attempts"


class SigningIn(PageHandler):
    """What the pages of signing in share. ``template`` gets ``error``, ``email`` and ``next``; ``home`` is where it leads by default."""

    template = "signin.html"
    home = "/"

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
        self.page(self.template, error="", email="", next=self.next_path(self.home))

    async def post(self) -> None:
        email = self.text("email")
        found = await self.parts.auth.sign_in(email, self.text("password"), self.ip)
        if isinstance(found, Denied):
            error = self.sentence(found.code, **found.values)
            return self.page(
                self.template, status=status_of(found), error=error, email=email, next=self.next_path(self.home)
            )
        if isinstance(found, SecondStep):
            return self.page("second_step.html", error="", step=found.key, next=self.next_path(self.home))
        return await self.enter(found)

    async def enter(self, secret: str) -> None:
        """The browser is signed in from now on; a new sign-in never goes on with an old secret."""
        if self.account_secret:
            await self.parts.auth.sign_out(self.account_secret)
        self.set_account_cookie(secret)
        self.redirect(self.next_path(self.home), status=303)


class SignIn(SigningIn):
    """``/signin``, for those who plan and lead."""


class SecondStepPage(SigningIn):
    """``/signin/step``: the code of the app, or a recovery code."""

    def get(self) -> None:
        """Somebody loaded the address by hand: back to the beginning."""
        self.redirect("/signin")

    async def post(self) -> None:
        step = self.text("step")
        found = await self.parts.auth.take_second_step(step, self.text("code"), self.ip)
        if isinstance(found, Denied):
            again = "" if found.code == "second_step_expired" else step
            error = self.sentence(found.code, **found.values)
            return self.page(
                "second_step.html", status=status_of(found), error=error, step=again, next=self.next_path(self.home)
            )
        return await self.enter(found)


def status_of(denied: Denied) -> int:
    """Return the status of a page that says why somebody was not let in."""
    return 429 if denied.code == TOO_MANY else 403

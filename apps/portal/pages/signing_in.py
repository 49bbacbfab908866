"""Signing in: the authority's people at ``/signin``, suppliers at ``/supplier``, and for both the second step where somebody has one."""

from __future__ import annotations

from urllib.parse import urlsplit

from apps.addresses import console_address
from apps.auth import SecondStep
from apps.handlers import PageHandler
from apps.headers import content_policy, frame_ancestors
from apps.live.state import Denied

TOO_MANY = "too_many_attempts"
EMAIL_MAX_CHARACTERS, STEP_MAX_CHARACTERS = 254, 100


class SigningIn(PageHandler):
    """What the pages of signing in share. ``template`` gets ``error``, ``email`` and ``next``; ``home`` is where it leads by default."""

    template = "signin.html"
    home = "/"

    async def prepare(self) -> None:
        await super().prepare()
        self._lead_on()

    def _lead_on(self) -> None:
        """Let the form lead on to the console: its port makes it another origin, to which browsers else refuse to follow."""
        console = urlsplit(console_address(self.parts.settings, asked=self.request.host))
        policy = content_policy(
            self.nonce,
            self.request.host,
            forms_lead_to=f"{console.scheme}://{console.netloc}",
            framed_by=frame_ancestors(self.parts.settings.embed_in),
        )
        self.set_header("Content-Security-Policy", policy)

    def problem(self, status: int, code: str, **values: object) -> None:
        """A form whose token does not count comes back with one that does, so that it needs only be sent again; without the password."""
        if code != "form_expired" or self.request.headers.get("Sec-Fetch-Site") == "cross-site":
            return super().problem(status, code, **values)
        self._lead_on()
        return self.again(self.sentence("form_again"), status)

    def again(self, error: str, status: int) -> None:
        """Show the form with what was typed into it, and what is wrong."""
        email, leads_to = self.get_argument("email", "")[:EMAIL_MAX_CHARACTERS], self.next_path(self.home)
        self.page(self.template, status=status, error=error, email=email, next=leads_to)

    def get(self) -> None:
        self.page(self.template, error="", email="", next=self.next_path(self.home))

    async def post(self) -> None:
        found = await self.parts.auth.sign_in(self.text("email"), self.text("password"), self.ip)
        if isinstance(found, Denied):
            return self.again(self.sentence(found.code, **found.values), status_of(found))
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

    def again(self, error: str, status: int, *, over: bool = False) -> None:
        """``over``: the step cannot be taken any more, only begun anew."""
        step = "" if over else self.get_argument("step", "")[:STEP_MAX_CHARACTERS]
        self.page("second_step.html", status=status, error=error, step=step, next=self.next_path(self.home))

    async def post(self) -> None:
        found = await self.parts.auth.take_second_step(self.text("step"), self.text("code"), self.ip)
        if isinstance(found, Denied):
            over = found.code == "second_step_expired"
            return self.again(self.sentence(found.code, **found.values), status_of(found), over=over)
        return await self.enter(found)


def status_of(denied: Denied) -> int:
    """Return the status of a page that says why somebody was not let in."""
    return 429 if denied.code == TOO_MANY else 403

"""
Personal links: what a person sees before anything is asked, and the three buttons.

Only a press does something: a mail scanner that opens the link changes nothing (AB-04). *Enter* exchanges the link's secret for this
browser's cookie, so that the secret leaves the address bar.
"""

from __future__ import annotations

from apps.handlers import PageHandler, Problem
from apps.planning import links
from apps.portal.room_texts import inviter_name, moment_text
from data import rooms
from data.models import Invitation, Room

STATUS_OF_PROBLEM = {"link_unknown": 404, "link_expired": 410, "link_revoked": 410, "removed": 403}


class LinkHandler(PageHandler):
    """Base of what stands below ``/j/<secret>``."""

    async def link(self, secret: str) -> tuple[Invitation, Room]:
        """Return what a link opens; raises the human page for every link that opens nothing, and counts the guesses (AB-01)."""
        if not self.parts.auth.link_allowed(self.ip):
            raise Problem(429, "too_many_attempts", minutes=10)
        found = await self.parts.database.read(links.find, secret, now=self.parts.clock())
        room = None
        if isinstance(found, Invitation):
            room = await self.parts.database.read(rooms.get, room_id=found.room_id)
        if isinstance(found, links.LinkProblem) or room is None:
            code = found.code if isinstance(found, links.LinkProblem) else "link_unknown"
            if code == "link_unknown":
                self.parts.auth.wrong_link(self.ip)
            if isinstance(found, links.LinkProblem) and found.language:
                self.prefer_language(found.language)
            raise Problem(STATUS_OF_PROBLEM.get(code, 404), code)
        self.prefer_language(found.language)
        return found, room


class PersonalLink(LinkHandler):
    async def get(self, secret: str) -> None:
        invitation, room = await self.link(secret)
        self.page(
            "invitation.html",
            token=secret,
            invitation=invitation,
            room=room,
            inviter=await inviter_name(self.parts.database, room),
            starts_at_text=moment_text(room.starts_at, room.zone, self.language),
        )

    def head(self, secret: str) -> None:
        """Scanners ask so; it tells nothing."""


class AnswerLink(LinkHandler):
    """*Accept* and *Decline*; pressing the other one later changes the answer."""

    async def post(self, secret: str, answer: str) -> None:
        await self.link(secret)
        await self.parts.planner.answer(secret, "accepted" if answer == "accept" else "declined")
        self.redirect(f"/j/{secret}", status=303)

    async def get(self, secret: str, answer: str) -> None:
        """Somebody loaded the address by hand: back to the page with the buttons."""
        self.redirect(f"/j/{secret}", status=303)


class EnterLink(LinkHandler):
    """*Enter*: the link becomes this browser's cookie for the room."""

    leads_to = ""

    async def post(self, secret: str) -> None:
        invitation, room = await self.link(secret)
        self.set_room_cookie(room.slug, await self.parts.auth.exchange(invitation))
        self.redirect(f"/r/{room.slug}{self.leads_to}", status=303)

    async def get(self, secret: str) -> None:
        """Somebody loaded the address by hand: back to the page with the buttons."""
        self.redirect(f"/j/{secret}", status=303)


class CheckLink(EnterLink):
    """*Check this computer*: as *Enter*, and leads to the check."""

    leads_to = "/check"

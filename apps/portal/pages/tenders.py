"""*Gare*: the list of a supplier's tenders, and each one's page with the yellow button (C2, C3)."""

from __future__ import annotations

from collections.abc import Container
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from apps.handlers import PageHandler, Problem
from apps.i18n import translate
from apps.portal.pages.recording import clock, name_of
from apps.portal.room_texts import moment_text
from apps.tenders.texts import OFFER_TONES, OFFERS, PROCEDURES, amount_text, day_text, words_of
from data import readiness, recordings, tenders
from data.ids import PersonId, RoomId
from data.tenders import Sort, TenderQuery, TenderRow

if TYPE_CHECKING:
    from data.models import Account, Organisation

ROWS = 25
SEARCH_MAX_CHARACTERS = 100
LAST_PAGE = 100_000
SORTS: tuple[Sort, ...] = ("deadline", "number", "subject", "amount", "procedure")


class SupplierPage(PageHandler):
    """For signed-in suppliers; others are led to where they sign in, and the authority's people to their console."""

    account: Account
    organisation: Organisation

    async def prepare(self) -> None:
        await super().prepare()
        visitor = self.visitor
        if visitor is None:
            self.redirect(f"/supplier?{urlencode({'next': self.request.uri or '/tenders'})}", status=303)
        elif visitor.account is None or visitor.organisation is None:
            self.redirect("/console/")
        else:
            self.account, self.organisation = visitor.account, visitor.organisation

    @property
    def person(self) -> PersonId:
        return PersonId(self.account.id)

    def shown(self, row: TenderRow) -> dict[str, Any]:
        """Return what pages show of a tender: ``live`` says whether its session can be entered at this moment."""
        tender, language = row.tender, self.language
        return {
            "tender": tender,
            "slug": row.room.slug,
            "live": self.parts.hub.streams_to(RoomId(tender.room_id), self.person),
            "procedure": words_of(language, PROCEDURES)[tender.procedure],
            "deadline": day_text(tender.deadline, row.room.zone, language),
            "past": tender.deadline < self.parts.clock(),
            "amount": amount_text(tender.base_amount_cents, tender.currency, language),
            "offer": words_of(language, OFFERS)[row.offer_state],
            "tone": OFFER_TONES[row.offer_state],
        }


class TendersPage(SupplierPage):
    """``/tenders``: searched, filtered, sorted and cut into pages by the database."""

    async def get(self) -> None:
        query, number = self._query()
        rows, total = await self.parts.database.read(tenders.page, query=query, now=self.parts.clock())
        pages = max(1, -(-total // ROWS))
        if number > pages:
            return self.redirect(self.address(page=str(pages)))
        return self.page(
            "tenders.html",
            rows=[self.shown(row) for row in rows],
            total=total,
            first=query.offset + 1,
            last=query.offset + len(rows),
            number=number,
            pages=pages,
            query=query,
            filtered=any((query.search, query.procedure, query.offer_state, query.deadline, query.live)),
            procedures=words_of(self.language, PROCEDURES),
            offers=words_of(self.language, OFFERS),
            address=self.address,
            organisation=self.organisation,
        )

    def _query(self) -> tuple[TenderQuery, int]:
        """Return what the address asks for, and the number of the page; what it should not ask is as if it did not."""
        page = self.text("page")
        number = max(1, min(int(page), LAST_PAGE)) if page.isascii() and page.isdigit() and len(page) < 10 else 1
        sort: Sort = next((known for known in SORTS if known == self.text("sort")), "deadline")
        deadlines: tuple[Literal["open", "past"], ...] = ("open", "past")
        query = TenderQuery(
            organisation_id=self.organisation.id,
            search=self.text("q")[:SEARCH_MAX_CHARACTERS],
            procedure=_one_of(self.text("procedure"), PROCEDURES),
            offer_state=_one_of(self.text("offer"), OFFERS),
            deadline=next((known for known in deadlines if known == self.text("deadline")), ""),
            live=self.text("live") == "1",
            sort=sort,
            descending=self.text("down", "" if self.text("sort") else "1") == "1",  # the latest deadline first
            offset=(number - 1) * ROWS,
            limit=ROWS,
        )
        return query, number

    def address(self, **changes: str) -> str:
        """Return this list's address with some of what it asks for changed."""
        kept = {name: self.text(name) for name in ("q", "procedure", "offer", "deadline", "live", "sort", "down")}
        asked = urlencode({name: value for name, value in (kept | changes).items() if value})
        return f"/tenders?{asked}" if asked else "/tenders"


class TenderPage(SupplierPage):
    """``/tenders/<id>``. One that the supplier is not admitted to is the 404 that an unknown one is (AB-08)."""

    async def get(self, tender_id: str) -> None:
        read = self.parts.database.read
        row = await read(tenders.seen_by, tender_id=tender_id, organisation_id=self.organisation.id)
        if row is None:
            raise Problem(404, "not_found")
        room = row.room
        held = await read(tenders.sessions_of, tender_id=tender_id)
        shown = await read(recordings.released, room_id=room.id)
        check = await read(readiness.of_person, room_id=room.id, person_id=self.person)
        self.page(
            "tender.html",
            **self.shown(row),
            room=room,
            deadline_text=moment_text(row.tender.deadline, room.zone, self.language),
            starts_at_text=moment_text(room.starts_at, room.zone, self.language),
            sessions=[
                {
                    "opened_at": one.opened_at,
                    "opened_text": moment_text(one.opened_at, room.zone, self.language),
                    "closed_at": one.closed_at,
                    "closed_text": moment_text(one.closed_at, room.zone, self.language),
                }
                for one in held
                if one.closed_at is not None
            ],
            recordings=[
                {
                    "id": one.id,
                    "name": name_of(one, partial(translate, self.language)),
                    "begins_at": one.begins_at,
                    "begins_text": moment_text(one.begins_at, room.zone, self.language),
                    "length": clock(one.duration_ms),
                }
                for one in shown
            ],
            check=check,
        )


def _one_of(value: str, known: Container[str]) -> str:
    return value if value in known else ""

"""The console's pages put together: the left panel, one page at a time, and what happens when the link or the sign-in is lost."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable

import panel as pn

from apps.console.desk import Desk
from apps.console.pages.attendance import AttendancePage, SessionsPage
from apps.console.pages.conferences import ConferencesPage
from apps.console.pages.contact_list import ContactListPage
from apps.console.pages.contacts import ContactsPage
from apps.console.pages.cut import CutPage
from apps.console.pages.encoders import EncodersPage
from apps.console.pages.evidence import EvidencePage
from apps.console.pages.house import HousePage
from apps.console.pages.invitations import InvitationsPage
from apps.console.pages.live import LivePage
from apps.console.pages.log import LogPage
from apps.console.pages.overview import OverviewPage
from apps.console.pages.page import Page
from apps.console.pages.people import PeoplePage
from apps.console.pages.recordings import RecordingsPage
from apps.console.pages.room import SettingsPage
from apps.console.pages.supplier import SupplierPage
from apps.console.pages.suppliers import SuppliersPage
from apps.console.pages.tender import TenderPage
from apps.console.pages.tenders import TendersPage
from apps.console.parts.bar import Bar
from apps.console.parts.component import Message
from apps.console.parts.navigation import Navigation
from apps.console.store import ConsoleStore

log = logging.getLogger(__name__)

CHECK_SIGN_IN_EVERY_S = 30.0  # a page that was signed out elsewhere closes within this

ROOM_PAGES: dict[str, type[Page]] = {
    "live": LivePage,
    "invitations": InvitationsPage,
    "encoders": EncodersPage,
    "settings": SettingsPage,
    "attendance": SessionsPage,
    "evidence": EvidencePage,
}

SINGLE_PAGES: dict[str, type[Page]] = {"overview": OverviewPage, "attendance": AttendancePage}
ADMINISTRATORS_PAGES: dict[str, type[Page]] = {"people": PeoplePage, "settings": HousePage}

SHELL = """
:host { display: grid !important; grid-template-columns: 248px minmax(0, 1fr); min-height: 100vh; width: 100%; }
:host > * { min-width: 0; }
:host > .side { position: sticky; top: 0; height: 100vh; }
@media (max-width: 820px) { :host { display: block !important; } :host > .side { position: static; height: auto; } }
"""
MAIN = """
:host { display: block !important; width: 100%; max-width: 1240px; padding: 28px 32px 96px; box-sizing: border-box; }
@media (max-width: 820px) { :host { padding: 16px 14px 96px; } }
"""


class ConsoleApp(pn.viewable.Viewer):
    """
    One moderator's console in one browser page, or in a notebook cell.

    ``still_signed_in`` is asked now and then; ``sign_in_address`` is where the browser is sent when it says no. ``owns_page``: the console may use the
    address bar, which in a notebook is not its own.
    """

    def __init__(
        self,
        desk: Desk,
        *,
        owns_page: bool = False,
        still_signed_in: Callable[[], Awaitable[bool]] | None = None,
        sign_in_address: str = "",
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.desk = desk
        self.store = ConsoleStore(desk)
        self._owns_page, self._sign_in_address = owns_page, sign_in_address
        self._still_signed_in, self._checked_s = still_signed_in, time.monotonic()
        self._pages: dict[type[Page], Page] = {}
        self.page: Page | None = None
        self._shown: Page | None = None
        self.place = ""
        self.navigation = Navigation(desk.pulse, self._on_navigation, css_classes=["side"])
        self.banner = Bar(desk.pulse)
        self.main = pn.Column(sizing_mode="stretch_width")
        self.store.param.watch(self._link_changed, ["link_up"])
        self.store.param.watch(self._account_changed, ["signed_in"])
        self._draw_navigation()
        self._link_changed()

    def __panel__(self) -> pn.viewable.Viewable:
        content = pn.Column(self.banner, self.main, self.desk.messages, stylesheets=[MAIN])
        return pn.Column(self.navigation, content, stylesheets=[SHELL], sizing_mode="stretch_width")

    # --- life ---------------------------------------------------------------------------------------------------------

    async def start(self, place: str = "") -> None:
        """Listen to the service and show a place, such as ``conferences`` or ``conferences/rm_1/live``. In a notebook, call this first."""
        self.store.start()
        await self.go(place or "conferences")

    def close(self) -> None:
        """End everything that this page holds; called when its browser session is destroyed."""
        self.store.stop()
        self.desk.pulse.close()

    # --- places -------------------------------------------------------------------------------------------------------

    async def go(self, place: str) -> None:
        """Show a place; an unknown one shows the conferences."""
        names = tuple(part for part in place.split("/") if part)[:4] or ("conferences",)
        kind, rest = self._find(names)
        page = self._page(kind)
        if self.page is not None and self.page is not page:
            self.page.leave()
        self.place, self.page = "/".join(names), page
        self._draw_navigation()
        await page.open(*rest)
        if self.page is page and self._shown is not page:  # else another place was chosen meanwhile
            self._shown = page
            self.main.objects = [page]

    def _find(self, names: tuple[str, ...]) -> tuple[type[Page], tuple[str, ...]]:
        match names:
            case ("conferences", room, *rest):
                return ROOM_PAGES.get(rest[0] if rest else "live", LivePage), (room, *rest)
            case ("contacts", one, *_):
                return ContactListPage, (one,)
            case ("contacts",):
                return ContactsPage, ()
            case ("tenders", *one):
                return (TenderPage, tuple(one)) if one else (TendersPage, ())
            case ("suppliers", *one):
                return (SupplierPage, tuple(one[:1])) if one else (SuppliersPage, ())
            case ("recordings", session, *_):
                return CutPage, (session,)
            case ("recordings",):
                return RecordingsPage, ()
            case ("log", *session):
                return LogPage, tuple(session[:1])
        single = SINGLE_PAGES | (ADMINISTRATORS_PAGES if self.desk.administrator else {})
        return single.get(names[0], ConferencesPage), ()

    def _page(self, kind: type[Page]) -> Page:
        if kind not in self._pages:
            self._pages[kind] = kind(self.store)
        return self._pages[kind]

    # --- the left panel -----------------------------------------------------------------------------------------------

    def _draw_navigation(self) -> None:
        _, desk = self.desk.words, self.desk
        items = [
            ("overview", _("Overview"), "gauge"),
            ("conferences", _("Conferences"), "calendar"),
            ("tenders", _("Tenders"), "gavel"),
            ("suppliers", _("Suppliers"), "briefcase"),
            ("contacts", _("Contacts"), "book"),
            ("attendance", _("Attendance"), "list"),
            ("recordings", _("Recordings"), "record"),
        ]
        items.append(("log", _("Log"), "archive"))
        if desk.administrator:
            items.append(("people", _("People"), "key"))
            items.append(("settings", _("House settings"), "settings"))
        current = self.place.partition("/")[0] or "conferences"
        self.navigation.draw(
            label=_("Pages"),
            items=[{"name": name, "label": label, "icon": icon} for name, label, icon in items],
            current=current,
            who=desk.account.name,
            email=desk.account.email,
            out=f"{desk.portal}/" if desk.portal else "",
            out_label=_("To the portal"),
            sign_out=_("Sign out") if self._owns_page else "",
            title=" · ".join((next((label for name, label, _icon in items if name == current), "Sala"), "Sala")),
            language=_.language,
            owns_page=self._owns_page,
        )

    async def _on_navigation(self, message: Message) -> None:
        if "start" in message:
            self.desk.words.zone = str(message["start"].get("zone") or "UTC")
            await self.start(str(message["start"].get("go") or self.place))
        elif "go" in message:
            await self.go(str(message["go"]))
        elif "out" in message:
            await self.desk.service.sign_out(self.desk.secret)
            self.navigation.tell({"leave": self._sign_in_address})
        elif "seen" in message:
            self.desk.pulse.seen(bool(message["seen"]))
        elif "alive" in message:
            self.desk.pulse.resume()
            if time.monotonic() - self._checked_s > CHECK_SIGN_IN_EVERY_S:
                await self.check_sign_in()

    async def check_sign_in(self) -> None:
        """Send the browser to the sign-in page if it is no longer signed in."""
        self._checked_s = time.monotonic()
        if self._still_signed_in is not None and not await self._still_signed_in():
            self.navigation.tell({"leave": self._sign_in_address})
            self.close()

    def _account_changed(self, *_events: object) -> None:
        self.store.chores.want("sign-in", self.check_sign_in)

    def _link_changed(self, *_events: object) -> None:
        text = self.desk._(
            "The connection to the server is being restored. What you see may be a moment old; actions wait until then."
        )
        if self.store.link_up:
            self.banner.draw()
        else:
            self.banner.draw(title="", small=True, boxes=[{"tone": "warn", "text": text}])

"""The portal's pages, one module an area; ``routes()`` is all that the web process needs."""

from __future__ import annotations

from tornado.web import RequestHandler

from apps.portal.pages.account import AccountPage, SecondStepOff, SecondStepOn, SecondStepSetUp
from apps.portal.pages.check import CheckPage
from apps.portal.pages.front import Front, Language, OpenLink, SignOut
from apps.portal.pages.link import AnswerLink, CheckLink, EnterLink, PersonalLink
from apps.portal.pages.preparing import PreparingPage
from apps.portal.pages.recording import RecordingFile, RecordingName, RecordingPage
from apps.portal.pages.room import RoomPage
from apps.portal.pages.signing_in import SecondStepPage, SignIn
from apps.portal.pages.supplier import ChoosePassword, Forgot, SupplierSignIn
from apps.portal.pages.tenders import TenderPage, TendersPage
from apps.portal.pages.verify import Verify

TOKEN = r"([A-Za-z0-9_-]{1,200})"
SLUG = r"([a-z0-9-]{1,100})"
TENDER = r"(td_[0-9a-f]{1,40})"
RECORDING = r"(rc_[0-9a-f]{1,40})"


def routes() -> list[tuple[str, type[RequestHandler]]]:
    """Return the addresses of the portal's pages with their handlers; each handler takes ``parts``."""
    return [
        (r"/", Front),
        (r"/signin", SignIn),
        (r"/signin/step", SecondStepPage),
        (r"/account", AccountPage),
        (r"/account/second-step", SecondStepSetUp),
        (r"/account/second-step/on", SecondStepOn),
        (r"/account/second-step/off", SecondStepOff),
        (r"/supplier/?", SupplierSignIn),
        (r"/supplier/forgot", Forgot),
        (rf"/supplier/(activate|reset)/{TOKEN}", ChoosePassword),
        (r"/tenders/?", TendersPage),
        (rf"/tenders/{TENDER}", TenderPage),
        (r"/signout", SignOut),
        (r"/language", Language),
        (r"/open", OpenLink),
        (rf"/j/{TOKEN}", PersonalLink),
        (rf"/j/{TOKEN}/enter", EnterLink),
        (rf"/j/{TOKEN}/check", CheckLink),
        (rf"/j/{TOKEN}/(accept|decline)", AnswerLink),
        (rf"/r/{SLUG}", RoomPage),
        (rf"/r/{SLUG}/check", CheckPage),
        (rf"/r/{SLUG}/library", PreparingPage),
        (rf"/recordings/{RECORDING}", RecordingPage),
        (rf"/recordings/{RECORDING}/file", RecordingFile),
        (rf"/recordings/{RECORDING}/name", RecordingName),
        (r"/verify/?", Verify),
        (r"/verify/([0-9A-Za-z-]{1,100})", Verify),
    ]

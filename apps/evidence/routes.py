"""Where evidence is asked for: files for those who lead a session, pages for participants, and what is public."""

from __future__ import annotations

from tornado.web import RequestHandler

from apps.api import evidence as files
from apps.portal.pages.evidence import EvidenceKey, EvidencePage, HeadPage, ReceiptFile, ReceiptPage, VerifierFile

SLUG = r"([a-z0-9-]{1,100})"


def routes() -> list[tuple[str, type[RequestHandler]]]:
    """Return the addresses with their handlers; each takes ``parts``."""
    return [
        *files.routes(),
        (r"/evidence/?", EvidencePage),
        (r"/evidence/key\.pem", EvidenceKey),
        (r"/evidence/sala-verify\.pyz", VerifierFile),
        (r"/heads/?", HeadPage),
        (r"/heads/([0-9A-Za-z:. -]{1,200})", HeadPage),
        (rf"/r/{SLUG}/receipt", ReceiptPage),
        (rf"/r/{SLUG}/receipt/(se_[0-9a-f]{{1,40}})\.json", ReceiptFile),
    ]

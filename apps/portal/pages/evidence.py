"""Public pages of evidence: this Sala's key and verifier, a head that is confirmed without a name, and a participant's receipt."""

from __future__ import annotations

import re
import time

from apps.evidence.attendance_report import moment_text
from apps.evidence.receipts import Receipt, as_file, note_heads, receipts
from apps.evidence.seal import fingerprint_of, open_seal, pem_of, retired_keys
from apps.evidence.verifier_file import FILE_NAME, single_file
from apps.handlers import PageHandler, Problem
from apps.ratelimit import WindowLimit, address_key
from data import heads
from data.csv_export import clock_text

HEADS_PER_ADDRESS, WINDOW_S = 30, 600.0
_HASH = re.compile(r"[0-9a-f]+")


def head_limit() -> WindowLimit:
    """Return how often an address may ask for heads; one for the whole program."""
    return WindowLimit(HEADS_PER_ADDRESS, WINDOW_S)


class EvidencePage(PageHandler):
    """``/evidence``: what anybody needs who wants to check a dossier, a receipt or minutes."""

    def get(self) -> None:
        home = self.parts.settings.home
        seal = open_seal(home)
        old = [(fingerprint_of(key), pem_of(key).decode()) for key in retired_keys(home)]
        self.page("evidence.html", fingerprint=seal.fingerprint, pem=seal.pem.decode(), retired=old, verifier=FILE_NAME)


class EvidenceKey(PageHandler):
    def get(self) -> None:
        self.set_header("Content-Type", "application/x-pem-file")
        self.set_header("Content-Disposition", 'attachment; filename="sala-evidence.pem"')
        self.finish(open_seal(self.parts.settings.home).pem)


class VerifierFile(PageHandler):
    def get(self) -> None:
        self.set_header("Content-Type", "application/zip")
        self.set_header("Content-Disposition", f'attachment; filename="{FILE_NAME}"')
        self.finish(single_file())


class HeadPage(PageHandler):
    """``/heads/<hash>``, or the first characters of one. Tells which session and when, and nobody's name."""

    async def get(self, typed: str = "") -> None:
        asked = re.sub(r"[\s:.-]", "", typed or self.text("hash")).lower()[:64]
        if not asked:
            self.redirect("/evidence")
            return
        limit, key, now_s = self.settings["head_limit"], address_key(self.ip), time.monotonic()
        if not limit.allows(key, now_s):
            raise Problem(429, "heads_too_many")
        limit.count(key, now_s)
        found = await self.parts.database.read(heads.confirm, prefix=asked)
        short = len(asked) < heads.LEAST_CHARACTERS or _HASH.fullmatch(asked) is None
        moment = moment_text(found.at, "UTC", self.language) if found else ""
        status = 200 if found else 404
        self.page("head.html", status=status, asked=asked, short=short, found=found, moment=moment, least=heads.LEAST_CHARACTERS)  # fmt: skip


class _Receipts(PageHandler):
    async def receipts(self, slug: str) -> list[Receipt]:
        held = [self.room_secret(slug), self.account_secret]
        found = await self.parts.database.read(receipts, slug=slug, secrets=held, now=self.parts.clock())
        await self.parts.database.run(note_heads, given=found, now=self.parts.clock())
        return found


class ReceiptPage(_Receipts):
    """``/r/<slug>/receipt``: the receipts of who asks, of this room's sessions that have ended."""

    async def get(self, slug: str) -> None:
        found = await self.receipts(slug)
        if not found:
            raise Problem(404, "receipt_none")
        self.set_header("Cache-Control", "no-store")
        self.page(
            "receipt.html",
            slug=slug,
            room=found[0].room,
            receipts=[self._told(one) for one in found],
            fingerprint=open_seal(self.parts.settings.home).fingerprint,
        )

    def _told(self, one: Receipt) -> dict[str, object]:
        zone = one.room.zone
        parts = [(moment_text(part.begins.at, zone, self.language), moment_text(part.ends.at, zone, self.language)) for part in one.parts]  # fmt: skip
        return {
            "session": one.opening.id,
            "opened": moment_text(one.opening.opened_at, zone, self.language),
            "closed": moment_text(one.opening.closed_at, zone, self.language),
            "parts": parts,
            "present": clock_text(one.present_s),
            "number": one.head.number,
            "hash": one.head.hash,
        }


class ReceiptFile(_Receipts):
    """``/r/<slug>/receipt/<session>.json``: signed, for the verifier."""

    async def get(self, slug: str, session: str) -> None:
        one = next((found for found in await self.receipts(slug) if found.opening.id == session), None)
        if one is None:
            raise Problem(404, "not_found")
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header(
            "Content-Disposition", f'attachment; filename="receipt-{one.opening.opened_at:%Y-%m-%d-%H%M}.json"'
        )
        self.set_header("Cache-Control", "no-store")
        self.finish(as_file(one, open_seal(self.parts.settings.home), issuer=self.parts.settings.public_url))

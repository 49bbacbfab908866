"""``/healthz`` (the process lives), ``/readyz`` (it can do its work, or why not), ``/metrics`` (for Prometheus)."""

from __future__ import annotations

import asyncio
import hmac
import shutil
from collections.abc import Awaitable

from prometheus_client import CONTENT_TYPE_LATEST

from apps.handlers import ApiHandler, Handler, Problem
from apps.metrics import media_text
from apps.ratelimit import is_loopback
from data import accounts
from media_core.errors import EngineUnavailable

CHECK_LIMIT_S = 3.0  # a part that needs longer to say that it lives is not ready
DISK_MIN_BYTES = 200 * 1024 * 1024  # below this the database may fail at any moment


class Healthz(ApiHandler):
    async def prepare(self) -> None:
        """Nobody is looked up: this must answer while the database does not."""

    def get(self) -> None:
        self.json({"alive": True})


class Readyz(ApiHandler):
    """200, or 503 with what is not ready. The answers name no paths, versions or addresses."""

    async def prepare(self) -> None:
        """Nobody is looked up: this must answer while the database does not."""

    async def get(self) -> None:
        database, media = await asyncio.gather(_said(self._ask_database()), _said(self.parts.engine.rooms()))
        checks = {"database": database, "media": media, "disk": self._disk()}
        ready = all(said == "ok" for said in checks.values())
        self.json({"ready": ready, "checks": checks}, status=200 if ready else 503)

    async def _ask_database(self) -> None:
        """Ask something small by both ways: the readers, and the one writer, whose transaction changes nothing."""
        await self.parts.database.read(accounts.by_email, email="")
        await self.parts.database.run(accounts.by_email, email="")

    def _disk(self) -> str:
        free_bytes = shutil.disk_usage(self.parts.settings.home).free
        return "ok" if free_bytes >= DISK_MIN_BYTES else f"{free_bytes // 2**20} MiB are free, 200 are needed"


async def _said(answer: Awaitable[object]) -> str:
    (said,) = await asyncio.gather(asyncio.wait_for(answer, CHECK_LIMIT_S), return_exceptions=True)
    if isinstance(said, TimeoutError):
        return f"no answer within {CHECK_LIMIT_S:.0f} s"
    return str(getattr(said, "code", "failed")) if isinstance(said, BaseException) else "ok"


class MetricsPage(Handler):
    """For this machine, or with the token of the settings as a bearer token; to others it does not exist."""

    async def prepare(self) -> None:
        if not (self._from_here() or self._has_token()):
            raise Problem(404, "not_found")

    def _from_here(self) -> bool:
        return is_loopback(self.ip) and "X-Forwarded-For" not in self.request.headers

    def _has_token(self) -> bool:
        wanted = self.parts.settings.metrics_token.get_secret_value()
        given = self.request.headers.get("Authorization", "").removeprefix("Bearer ")
        return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())

    async def get(self) -> None:
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(self.parts.metrics.text() + await self._media())

    async def _media(self) -> bytes:
        """Return what the media workers tell; nothing while they are away."""
        engine = self.parts.engine
        ask_all, ask = getattr(engine, "metrics_by_worker", None), getattr(engine, "metrics", None)
        try:
            if ask_all is not None:
                return media_text(await ask_all())
            return b"" if ask is None else media_text({"0": await ask()})
        except EngineUnavailable:
            return b""

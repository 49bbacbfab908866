"""``/assets/<hash>/…``: the portal's files, cached for ever under the address that carries their hash."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from tornado.web import StaticFileHandler

from apps.assets import CONTENT_TYPES
from apps.handlers import Handler, Problem

if TYPE_CHECKING:
    from apps.parts import Parts

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


class AssetHandler(Handler, StaticFileHandler):
    """An address with an old hash (a page from before an upgrade) gets today's file, and is not cached."""

    def initialize(self, parts: Parts) -> None:  # type: ignore[override]
        Handler.initialize(self, parts)
        StaticFileHandler.initialize(self, path=str(parts.templates.assets.folder))

    async def prepare(self) -> None:
        """The same files for everybody: nobody is looked up."""

    def head(self, digest: str, path: str) -> Awaitable[None]:  # type: ignore[override]
        return self.get(digest, path, include_body=False)

    async def get(self, digest: str, path: str, include_body: bool = True) -> None:  # type: ignore[override]
        if not path.isprintable():  # a NUL makes the file system raise
            raise Problem(404, "not_found")
        self._fresh = digest == self.parts.templates.assets.hash
        await StaticFileHandler.get(self, path, include_body)

    def set_extra_headers(self, path: str) -> None:
        self.set_header("Cache-Control", FOR_EVER if self._fresh else ASK_AGAIN)

    def get_content_type(self) -> str:
        suffix = PurePosixPath(self.absolute_path or "").suffix
        return CONTENT_TYPES.get(suffix, "application/octet-stream")


class MadeAsset(Handler):
    """A file that is on no disk but was made at the start (``Assets.made``)."""

    async def prepare(self) -> None:
        """The same files for everybody: nobody is looked up."""

    def head(self, digest: str, path: str) -> None:
        self.get(digest, path)

    def get(self, digest: str, path: str) -> None:
        assets = self.parts.templates.assets
        if path not in assets.made:
            raise Problem(404, "not_found")
        self.set_header("Content-Type", CONTENT_TYPES[PurePosixPath(path).suffix])
        self.set_header("Cache-Control", FOR_EVER if digest == assets.hash else ASK_AGAIN)
        self.finish(assets.made[path])

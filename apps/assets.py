"""
Files of the portal's pages: styles, scripts, fonts, pictures.

All stand below one address that carries a hash of the whole tree, so that they can be cached for ever and modules that import each
other by relative paths always come from one version. The room's scripts come in two files that are made of them (``apps.bundle``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from apps.bundle import bundle, in_order

PORTAL_ASSETS = Path(__file__).parent / "portal" / "assets"
ROOM_FIRST, ROOM_REST = "js/room-first.made.js", "js/room-rest.made.js"

CONTENT_TYPES: Mapping[str, str] = {  # not left to the machine's mime tables, which some systems lack or bend
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json; charset=utf-8",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


def tree_hash(folder: Path) -> str:
    """Return 16 hex digits that change when any file's name or content below ``folder`` does."""
    whole = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            whole.update(file.relative_to(folder).as_posix().encode())
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()[:16]


def room_scripts(scripts: Path) -> Mapping[str, bytes]:
    """Return the room's scripts as two files: what the connection needs, and, while that is at work already, what draws."""
    first = bundle(scripts, "start.js")
    rest = bundle(scripts, "room.js", after=(PurePosixPath(ROOM_FIRST).name, in_order(scripts, "start.js")))
    return {ROOM_FIRST: first.encode(), ROOM_REST: rest.encode()}


class Assets:
    """The portal's files as they were when the program started."""

    def __init__(self, folder: Path = PORTAL_ASSETS) -> None:
        self.folder = folder
        self.hash = tree_hash(folder)
        self.made = room_scripts(folder / "js")
        """Files that are on no disk, by their paths."""

    def url(self, path: str) -> str:
        """
        Return the address of a file given relative to the assets folder, such as ``js/room.js``.

        Raises:
            FileNotFoundError: If there is no such file; a page must not name one.
        """
        if path not in self.made and not (self.folder / path).is_file():
            raise FileNotFoundError(f"{path!r} is not in {self.folder.name}/; a page names it")
        return f"/assets/{self.hash}/{path}"

"""Where the files of presentations lie: ``documents/<id>/`` in the home folder. Every name is made here; a person's name for a file is only a label."""

from __future__ import annotations

import os
import re
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from data.ids import PresentationId

SIZES = ("large", "small")
_ID = re.compile(r"pn_[0-9a-f]{24}\Z")
_PAGE = re.compile(r"([1-9][0-9]{0,3})-(large|small)\.webp\Z")
_FILM = re.compile(r"film\.(mp4|webm)\Z")
FILM_TYPES = {"film.mp4": "video/mp4", "film.webm": "video/webm"}
TITLE_MAX_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Shelf:
    """``folder`` is ``documents`` in the home folder."""

    folder: Path

    def prepare(self) -> None:
        """Make the folders, and empty the one that unfinished work lies in."""
        for each in (self.folder, self.incoming):
            each.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(mode=0o700)

    @property
    def work(self) -> Path:
        """What a conversion writes lies here until it is taken over."""
        return self.folder / "work"

    @property
    def incoming(self) -> Path:
        """Uploads that are not finished."""
        return self.folder / "incoming"

    def of(self, presentation: PresentationId | str) -> Path:
        """Return a presentation's folder. Raises ``ValueError`` for what is no id."""
        if not _ID.match(presentation):
            raise ValueError("not an id of a presentation")
        return self.folder / presentation

    def original(self, presentation: str) -> Path:
        """Return the file as it was uploaded; it is deleted once it was converted."""
        return self.of(presentation) / "original"

    def page(self, presentation: str, number: int, size: str) -> Path:
        return self.of(presentation) / f"{number}-{size}.webp"

    def film(self, presentation: str) -> Path | None:
        """Return the film, if it is there."""
        return next((film for name in FILM_TYPES if (film := self.of(presentation) / name).exists()), None)

    def take_over(self, presentation: str, made: Path) -> int:
        """
        Move what the jail made to its presentation; return its size.

        Raises:
            ValueError: If it is not a plain file, has no name that is expected, or is not what its name says: the jail is not trusted.
        """
        if not (_PAGE.match(made.name) or _FILM.match(made.name)):
            raise ValueError(f"unexpected name {made.name!r}")
        opened = os.open(made, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            found = os.fstat(opened)
            head = os.read(opened, 12)
        finally:
            os.close(opened)
        is_page = made.suffix == ".webp"
        if not stat.S_ISREG(found.st_mode) or (is_page and not (head[:4] == b"RIFF" and head[8:] == b"WEBP")):
            raise ValueError(f"{made.name} is not what its name says")
        os.replace(made, self.of(presentation) / made.name)
        return found.st_size

    def forget(self, presentation: str) -> None:
        """Delete all files of a presentation."""
        shutil.rmtree(self.of(presentation), ignore_errors=True)


def title_of(name: str) -> str:
    """Return what people see of a file's name: no folders, no ending, nothing that could not be printed."""
    plain = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(character if character.isprintable() else " " for character in plain)
    stem, dot, ending = plain.rpartition(".")
    plain = stem if dot and stem.strip() and 0 < len(ending) <= 5 else plain
    return " ".join(plain.split())[:TITLE_MAX_CHARACTERS].strip() or "?"

"""Searching in texts: folding, so that case and accents do not matter, and conditions on columns."""

from __future__ import annotations

import unicodedata
from typing import Any

ESCAPE = "\\"


def folded(text: str) -> str:
    """Return a text in lower case without accents: ``Città`` and ``CITTA`` are the same to who searches."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in decomposed if not unicodedata.combining(letter)).split())


def contains(column: Any, words: str) -> Any:
    """Return the condition that a column contains a text as it stands: ``%`` and ``_`` mean themselves."""
    literal = words.replace(ESCAPE, ESCAPE * 2).replace("%", f"{ESCAPE}%").replace("_", f"{ESCAPE}_")
    return column.like(f"%{literal}%", escape=ESCAPE)

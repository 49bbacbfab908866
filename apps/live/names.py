"""Names as people see them: cleaned of what could deceive, and told apart where two look the same."""

from __future__ import annotations

import unicodedata

NAME_MAX_CHARACTERS = 120

# Letters of other alphabets that look like Latin ones (a small part of Unicode TR 39: Cyrillic and Greek, small letters).
_LOOK_ALIKES = str.maketrans("авекмнорстухіјѕɡαεικνορτυχ", "abekmhopctyxijsgaeiknoptux")


def clean(name: str) -> str:
    """Return a name in NFKC without control, format and bidi characters, its spaces single, at most 120 characters."""
    normal = unicodedata.normalize("NFKC", name)
    kept = "".join(" " if unicodedata.category(c)[0] == "Z" else c for c in normal if unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())[:NAME_MAX_CHARACTERS].strip()


def skeleton(name: str) -> str:
    """Return what a glance sees of a name: small letters without accents, look-alikes as one, no spaces."""
    bare = unicodedata.normalize("NFKD", clean(name)).casefold().translate(_LOOK_ALIKES)
    return "".join(c for c in bare if not unicodedata.combining(c) and not c.isspace())

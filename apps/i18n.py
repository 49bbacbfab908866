"""
Texts in English, Romanian and Italian.

English sentences are the keys. Catalogues are ``apps/locale/<language>/<part>.po``, one part for each area of the program (portal,
console, mail, sentences), so that an area's texts stand together; all parts of a language are one catalogue at run time.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES: Mapping[str, str] = {"en": "English", "ro": "Română", "it": "Italiano"}
LOCALE = Path(__file__).parent / "locale"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language; its ``gettext`` and ``ngettext`` give English for what is not translated."""
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is not one of {', '.join(LANGUAGES)}")
    whole: gettext.NullTranslations = gettext.NullTranslations()
    for file in sorted((LOCALE / language).glob("*.po")):
        compiled = io.BytesIO()
        with file.open("rb") as source:
            write_mo(compiled, read_po(source, locale=language))
        compiled.seek(0)
        part = gettext.GNUTranslations(compiled)
        part.add_fallback(whole)
        whole = part
    return whole


def translate(language: str, sentence: str, **values: object) -> str:
    """Return ``sentence`` in a language, with ``{name}`` places filled from ``values``."""
    text = translations(language).gettext(sentence)
    return text.format(**values) if values else text


def translate_plural(language: str, one: str, many: str, count: int, **values: object) -> str:
    """Return the right plural form for ``count``; ``{count}`` is filled in too."""
    return translations(language).ngettext(one, many, count).format(count=count, **values)


def best_language(accept: str | None, *, default: str = "en") -> str:
    """Choose a language by an ``Accept-Language`` header (RFC 9110, 12.5.4)."""
    wishes: list[tuple[float, str]] = []
    for item in (accept or "")[:500].split(","):
        tag, _, rest = item.strip().partition(";")
        weight = rest.strip().removeprefix("q=") or "1"
        try:
            wishes.append((-float(weight), tag.strip()[:2].lower()))
        except ValueError:
            continue
    for _, language in sorted(wishes, key=lambda wish: wish[0]):
        if language in LANGUAGES:
            return language
    return default

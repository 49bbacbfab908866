"""The sentences that the portal's scripts say, translated, for a page to carry along."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from apps.assets import PORTAL_ASSETS
from apps.i18n import translations

_STRING = r"'((?:[^'\\\n]|\\.)*)'"
SENTENCE = re.compile(rf"\bt\(\s*{_STRING}")
PLURAL = re.compile(rf"\btn\(\s*{_STRING}\s*,\s*{_STRING}")
EXAMPLE_COUNTS = {"en": (1, 2), "it": (1, 2), "ro": (1, 2, 20)}
"""A number for each plural form of a language, in the catalogue's order."""


@dataclass(frozen=True, slots=True)
class ScriptSentences:
    """English sentences of the scripts: single ones, and plurals as (one, many)."""

    single: tuple[str, ...]
    plural: tuple[tuple[str, str], ...]


@cache
def script_sentences(folder: Path = PORTAL_ASSETS / "js") -> ScriptSentences:
    """Read the sentences out of ``t('…')`` and ``tn('…', '…', …)`` in the scripts, as they were when the program started."""
    single: dict[str, None] = {}
    plural: dict[tuple[str, str], None] = {}
    for file in sorted(folder.glob("*.js")):
        text = file.read_text(encoding="utf-8")
        single.update((_plain(found), None) for found in SENTENCE.findall(text))
        plural.update(((_plain(one), _plain(many)), None) for one, many in PLURAL.findall(text))
    return ScriptSentences(tuple(single), tuple(plural))


def _plain(source: str) -> str:
    return re.sub(r"\\(.)", r"\1", source)


@cache
def script_texts(language: str) -> dict[str, str | Sequence[str]]:
    """Return the catalogue of a page's scripts: sentence to translation, a plural's singular to its forms. Empty for English."""
    if language == "en":
        return {}
    known = script_sentences()
    texts: dict[str, str | Sequence[str]] = {one: translations(language).gettext(one) for one in known.single}
    for one, many in known.plural:
        texts[one] = [translations(language).ngettext(one, many, count) for count in EXAMPLE_COUNTS[language]]
    return texts

"""Rules of the house that no single part can hold: who imports whom, catalogues, settings in the docs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from apps.i18n import LANGUAGES, LOCALE

ROOT = Path(__file__).parent.parent
MEDIA_LIBRARIES = {"aiortc", "aioice", "av", "pylibsrtp"}
IMPURE = {"asyncio", "time", "socket", "logging", "sqlmodel", "sqlalchemy", "tornado", *MEDIA_LIBRARIES}
PURE_RULES = ("commands", "events", "state", "decide", "evolve", "permissions", "grants", "visibility")

FORBIDDEN: dict[str, set[str]] = {  # files (glob below the root): what none of them may import
    "media_core/**/*.py": {"apps", "data", "tornado", "panel", "sqlmodel"},
    "media_core/rtp/*.py": IMPURE,
    "media_core/signaling/*.py": IMPURE,
    "data/**/*.py": {"apps", "media_core", "tornado", "panel"},
    "sala_verify/*.py": {"apps", "data", "media_core", "pydantic", "sqlmodel", "sqlalchemy", "pandas", "tornado"},
    "apps/portal/**/*.py": {"apps.console", "panel", "sqlmodel", "sqlalchemy"},
    "apps/console/**/*.py": {"apps.portal", "sqlmodel", "sqlalchemy"},
    "apps/live/**/*.py": {"panel", "sqlalchemy", *MEDIA_LIBRARIES},
    "apps/api/**/*.py": {"panel", *MEDIA_LIBRARIES},
    **{f"apps/live/{name}*.py": IMPURE for name in PURE_RULES},
}


def imports_of(file: Path) -> Iterator[str]:
    """Yield what a file imports, in full."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("files", FORBIDDEN)
def test_no_forbidden_import(files: str) -> None:
    found = sorted(ROOT.glob(files))
    assert found, f"{files} names no file; the rule has lost its object"
    for file in found:
        for name in imports_of(file):
            broken = [bad for bad in FORBIDDEN[files] if f"{name}.".startswith(f"{bad}.")]
            assert not broken, f"{file.relative_to(ROOT)} imports {name}; move it, or pass the value in"


def test_only_its_places_touch_the_media_libraries() -> None:
    allowed = ("media_core/webrtc/", "media_core/tape/", "media_core/bots", "tests/", "bench/")
    for file in sorted(ROOT.glob("[!.]*/**/*.py")):
        place = str(file.relative_to(ROOT))
        if place.startswith(allowed):
            continue
        broken = [name for name in imports_of(file) if name.split(".")[0] in MEDIA_LIBRARIES]
        assert not broken, f"{place} imports {broken}; only {', '.join(allowed[:3])} may"


def test_only_serve_reads_the_environment() -> None:
    for folder in ("apps", "media_core", "data"):
        for file in (ROOT / folder).rglob("*.py"):
            assert not re.search(r"os\.(environ|getenv)", file.read_text(encoding="utf-8")), file


# --- catalogues ---------------------------------------------------------------------------------------------------------

METHODS = [
    ("locale/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**", "jinja2"),
    ("**/assets/**.js", "javascript"),
]
KEYWORDS = {
    "_": None,
    "N_": None,
    "t": None,
    "tn": (1, 2),
    "gettext": None,
    "ngettext": (1, 2),
    "translate": (2,),
    "translate_plural": (2, 3),
}


def used_sentences() -> dict[str, str]:
    """Return each sentence of the program with the file that uses it."""
    options = {"**/templates/**": {"trimmed": "true"}}
    found = extract_from_dir(str(ROOT / "apps"), METHODS, options, KEYWORDS)
    sentences: dict[str, str] = {}
    for file, _line, message, _comments, _context in found:
        key = message[0] if isinstance(message, tuple) else message
        if key:
            sentences.setdefault(key, file)
    return sentences


OTHERS = [language for language in LANGUAGES if language != "en"]


def catalogue(language: str) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Yield file name, English forms and translated forms of each message of a language."""
    for file in sorted((LOCALE / language).glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id:
                    forms: tuple[str, ...] = (message.id,) if isinstance(message.id, str) else tuple(message.id)
                    texts: Any = message.string
                    yield file.name, forms, (texts,) if isinstance(texts, str) else tuple(texts)


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_is_translated(language: str) -> None:
    done = {forms[0] for _, forms, texts in catalogue(language) if all(texts)}
    missing = {key: file for key, file in used_sentences().items() if key not in done}
    assert not missing, f"{len(missing)} sentences lack {language}: {list(missing.items())[:20]}"


@pytest.mark.parametrize("language", OTHERS)
def test_placeholders_survive_translation(language: str) -> None:
    place = re.compile(r"\{(\w+)\}")
    for file, forms, texts in catalogue(language):
        wanted = set(place.findall(forms[-1]))
        for text in texts:
            found = set(place.findall(text))
            assert found == wanted or (len(forms) > 1 and found <= wanted), f"{file}: {text!r} for {forms!r}"


def test_romanian_uses_commas_below() -> None:
    for file, _, texts in catalogue("ro"):
        for text in texts:
            assert not set(text) & set("şţŞŢ"), f"{file}: {text!r} has cedillas; use ș and ț"

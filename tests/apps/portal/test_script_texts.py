"""The sentences of the scripts, translated for the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apps.i18n import LANGUAGES
from apps.portal.script_texts import script_sentences, script_texts


def test_sentences_are_found_whatever_quotes_stand_in_them(tmp_path: Path) -> None:
    (tmp_path / "one.js").write_text(r"t('It\'s {name}', { name }); tn('{count} hand', '{count} hands', 2); set('no')")
    found = script_sentences(tmp_path)
    assert found.single == ("It's {name}",)
    assert found.plural == (("{count} hand", "{count} hands"),)


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_every_sentence_of_the_scripts_is_there(language: str) -> None:
    texts, known = script_texts(language), script_sentences()
    assert len(known.single) > 50
    assert set(texts) == {*known.single, *(one for one, _ in known.plural)}
    assert all(texts.values())


def test_plurals_keep_their_place_and_their_order() -> None:
    assert script_texts("ro")["{count} new message"] == [
        "{count} mesaj nou",
        "{count} mesaje noi",
        "{count} de mesaje noi",
    ]


def test_plurals_may_have_other_places_too() -> None:
    """The browser fills them; one more place once made every page in another language fail."""
    for one, many in script_sentences().plural:
        for form in script_texts("ro")[one]:
            assert set(re.findall(r"{\w+}", form)) == set(re.findall(r"{\w+}", many)), form


def test_english_needs_no_catalogue() -> None:
    assert script_texts("en") == {}

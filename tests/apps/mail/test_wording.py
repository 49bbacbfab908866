from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apps.i18n import translations
from apps.mail import wording as module
from apps.mail.wording import TEMPLATES, language_of, length, when, wording
from tests.apps.mail.letters import outgoing

LINK = "https://sala.example/j/secret"


@pytest.mark.parametrize(
    ("language", "subject", "phrases"),
    [
        (
            "en",
            "Invitation: Instruire SSM – ședință",
            ["Saturday, 9 May 2026, 11:00", "Eastern European Summer Time", "1 hour and 30 minutes", "not be recorded"],
        ),
        (
            "ro",
            "Invitație: Instruire SSM – ședință",
            ["sâmbătă, 9 mai 2026, ora 11:00", "Europe/Bucharest", "1 oră și 30 de minute", "nu va fi înregistrată"],
        ),
        (
            "it",
            "Invito: Instruire SSM – ședință",
            ["sabato 9 maggio 2026, ore 11:00", "Europe/Bucharest", "1 ora e 30 minuti", "non sarà registrata"],
        ),
    ],
)
def test_an_invitation_says_who_what_when_how_long_and_whether_recorded(
    language: str, subject: str, phrases: list[str]
) -> None:
    words = wording(outgoing(invitation={"language": language}), link=LINK, address="ion@firma.example")
    assert words.subject == subject
    for phrase in ["Maria Ionescu", "Ion Țepeș", "Instruire SSM – ședință", LINK, "ion@firma.example", *phrases]:
        assert phrase in words.text
        assert phrase in words.html


@pytest.mark.parametrize(
    ("minutes", "ro", "it", "en"),
    [
        (1, "1 minut", "1 minuto", "1 minute"),
        (5, "5 minute", "5 minuti", "5 minutes"),
        (45, "45 de minute", "45 minuti", "45 minutes"),
        (60, "1 oră", "1 ora", "1 hour"),
        (121, "2 ore și 1 minut", "2 ore e 1 minuto", "2 hours and 1 minute"),
        (20 * 60, "20 de ore", "20 ore", "20 hours"),
    ],
)
def test_lengths_have_the_right_plural(minutes: int, ro: str, it: str, en: str) -> None:
    assert (length(minutes, "ro"), length(minutes, "it"), length(minutes, "en")) == (ro, it, en)


def test_a_moment_is_shown_in_its_zone_in_summer_and_winter() -> None:
    winter = when(datetime(2026, 1, 10, 8, 0, tzinfo=UTC), "Europe/Rome", "it")
    assert winter == "sabato 10 gennaio 2026, ore 09:00 (Ora standard dell’Europa centrale, Europe/Rome)"
    assert "11:00" in when(datetime(2026, 7, 10, 8, 0, tzinfo=UTC), "Europe/Bucharest", "ro")
    assert "08:00 (Coordinated Universal Time)" in when(datetime(2026, 7, 10, 8, 0, tzinfo=UTC), "UTC", "en")
    assert "08:00" in when(datetime(2026, 7, 10, 8, 0, tzinfo=UTC), "Mars/Olympus", "en")


def test_a_room_without_date_and_length_says_nothing_of_them() -> None:
    words = wording(
        outgoing(room={"starts_at": None, "length_min": None}, invitation={"expires_at": None}), link=LINK, address="a"
    )
    for label in ("Când", "Durata", "valabil"):
        assert label not in words.text


def test_markup_and_template_text_stay_text() -> None:
    nasty = '<img src=x onerror=alert(1)> {{7*7}} {title} & "q"'
    words = wording(outgoing(room={"title": nasty, "description": nasty}), link=LINK, address="a@b.example")
    assert nasty in words.text
    assert "<img" not in words.html
    assert "&lt;img src=x onerror=alert(1)&gt; {{7*7}} {title} &amp;" in words.html
    assert "49" not in words.html


def test_the_html_loads_nothing() -> None:
    html = wording(outgoing(), link=LINK, address="a@b.example").html
    assert not re.search(r"src=|url\(|<link|<script|@import", html)
    assert set(re.findall(r'href="([^"]*)"', html)) == {LINK}


def test_a_moderator_is_told_so() -> None:
    assert "moderator" in wording(outgoing(invitation={"role": "moderator"}), link=LINK, address="a").text
    assert "moderator" not in wording(outgoing(), link=LINK, address="a").text


def test_a_cancellation_tells_a_withdrawn_invitation_from_a_cancelled_conference() -> None:
    withdrawn = wording(outgoing(kind="cancellation"), link="", address="ion@firma.example")
    assert withdrawn.subject == "Anulat: Instruire SSM – ședință"
    assert "retrasă" in withdrawn.text
    assert "/j/" not in withdrawn.html
    cancelled = wording(
        outgoing(kind="cancellation", room={"archived_at": datetime(2026, 5, 4, tzinfo=UTC)}), link="", address="a"
    )
    assert "a fost anulată" in cancelled.text
    assert "a fost anulată" in cancelled.html


def test_an_unknown_language_falls_back_to_the_room_s_then_to_english() -> None:
    assert language_of(outgoing(invitation={"language": ""}, room={"language": "it"})) == "it"
    assert language_of(outgoing(invitation={"language": "xx"}, room={"language": "yy"})) == "en"


def _sentences() -> set[str]:
    """Every sentence that templates and module translate."""
    found = set()
    for template in TEMPLATES.iterdir():
        found |= set(re.findall(r'_\("([^"]+)"', template.read_text(encoding="utf-8")))
    for node in ast.walk(ast.parse(Path(module.__file__).read_text(encoding="utf-8"))):
        named = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if isinstance(node, ast.Call) and named in {"translate", "translate_plural", "N_"}:
            found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)}
    return found


@pytest.mark.parametrize("language", ["ro", "it"])
def test_every_sentence_is_translated_with_its_places(language: str) -> None:
    sentences = _sentences()
    assert len(sentences) > 20
    catalogue = translations(language)
    for sentence in sentences:
        translated = catalogue.gettext(sentence)
        if translated == sentence:
            translated = catalogue.ngettext(sentence, sentence, 1)
        if sentence.startswith("{count}"):
            assert "{count}" in translated
            continue
        assert translated != sentence or sentence in {"{date}, {time} ({zone})"}, sentence
        assert set(re.findall(r"{\w+}", sentence)) == set(re.findall(r"{\w+}", translated))
    assert not re.search("[şţŞŢ]", " ".join(catalogue.gettext(sentence) for sentence in sentences))

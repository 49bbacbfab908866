from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.planning.errors import Refused
from apps.planning.texts import clean_email, clean_line, clean_text, shown


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ion   Țepeș ", "Ion Țepeș"),
        ("S\u0326edint\u0326a\u0306", "Ședință"),
        ("Ｆｕｌｌ\u00a0width", "Full width"),
        ('<b>Ion</b> & {{7*7}} "Țepeș" d\'Ávila', '<b>Ion</b> & {{7*7}} "Țepeș" d\'Ávila'),
        ("\U0001f469\u200d\U0001f3eb Ana", "\U0001f469\u200d\U0001f3eb Ana"),
        ("عائشة", "عائشة"),
        ("\u200d \u3164", ""),
    ],
)
def test_a_name_is_kept_as_visible_text(typed: str, kept: str) -> None:
    assert clean_line(typed, field="name", max_characters=120) == kept


@pytest.mark.parametrize(
    "hidden",
    [
        "a\r\nBcc: b",
        "a\nb",
        "a\x00b",
        "a\u202eb",
        "a\u2066b",
        "\ufeffa",
        "a\u200bb",
        "a\u2028b",
        "a\ud800b",
        "a\tb",
        "a\x1b[31m",
    ],
)
def test_a_name_with_hidden_characters_is_refused_and_shown_without_them(hidden: str) -> None:
    with pytest.raises(Refused) as raised:
        clean_line(hidden, field="name", max_characters=120)
    assert raised.value.code == "text_invisible"
    assert all(character.isprintable() for character in str(raised.value.values["text"]))


def test_a_name_may_grow_too_long_by_being_written_out() -> None:
    with pytest.raises(Refused) as raised:
        clean_line("\ufdfa" * 50, field="name", max_characters=120)  # one sign, eighteen letters
    assert (raised.value.code, raised.value.values) == ("name_too_long", {"limit": 120})
    with pytest.raises(Refused) as raised:
        clean_line("n" * 300, field="title", max_characters=200)
    assert raised.value.code == "title_too_long"


@given(st.text(max_size=100))
def test_a_cleaned_line_is_clean_and_stays_as_it_is(typed: str) -> None:
    try:
        kept = clean_line(typed, field="name", max_characters=2000)
    except Refused:
        return
    assert clean_line(kept, field="name", max_characters=2000) == kept
    assert not {"Cc", "Zl", "Zp", "Cs"} & {unicodedata.category(character) for character in kept}


def test_a_description_keeps_its_lines() -> None:
    assert clean_text(" a\r\nb\rc\n\nd\te ", field="description", max_characters=50) == "a\nb\nc\n\nd\te"
    with pytest.raises(Refused):
        clean_text("a\u202eb", field="description", max_characters=50)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Ion.Popescu@Firma.RO ", "ion.popescu@firma.ro"),
        ("ana+sala@firma.example", "ana+sala@firma.example"),
        ("ana@sănătate.ro", "ana@" + "sănătate.ro".encode("idna").decode()),
        ("ana@firma.test", "ana@firma.test"),
    ],
)
def test_an_address_is_kept_in_lower_case(typed: str, kept: str) -> None:
    assert clean_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "ana",
        "ana@",
        "@firma.ro",
        "ana@firma",
        "ana firma@x.ro",
        "a@b.ro, c@d.ro",
        "Ana <ana@firma.ro>",
        "ana@firma.ro\r\nBcc: all@firma.ro",
        "ana\n@firma.ro",
        "ană@firma.ro",
        "a" * 300 + "@firma.ro",
        '"a b"@firma.ro',
        "ana@[127.0.0.1]",
        "ana@firma.ro\u202e",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as raised:
        clean_email(typed)
    assert raised.value.code == "email_invalid"
    assert "\n" not in str(raised.value.values["email"])


def test_no_address_at_all_is_asked_for() -> None:
    with pytest.raises(Refused, match="email_missing"):
        clean_email("  ")


@given(st.text(max_size=300))
def test_any_text_is_an_ascii_address_or_refused(typed: str) -> None:
    try:
        kept = clean_email(typed)
    except Refused:
        return
    assert kept.isascii()
    assert kept == kept.lower()
    assert clean_email(kept) == kept


def test_a_refused_text_is_shown_in_short() -> None:
    assert shown("a\u202e\nb") == "a b"
    assert shown("x" * 1000) == "x" * 40 + "…"

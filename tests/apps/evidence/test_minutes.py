"""Minutes tell what happened, with event and recording; no name can be anything but text, and the facts can't be changed."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from apps.evidence.minutes import minutes
from apps.evidence.typeset import code_of, markup_of, typeset_markup
from data import prefaces
from data.database import Database, open_database
from data.models_evidence import Preface
from data.records import Record, whole
from tests.apps.evidence import evening

ADDRESS, KEY = "https://sala.example", "ab" * 32


def text_of(pdf: bytes) -> str:
    """Return a PDF's text with line breaks as spaces."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return re.sub(r"\s+", " ", " ".join(pages))


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    home = tmp_path_factory.mktemp("home")
    with open_database(home) as database:
        held = evening.hold(database, home, kind="tender")
        return database.read_now(whole, session_id=held.session)


def test_the_course_of_a_session_is_told_with_event_and_recording(record: Record) -> None:
    text = text_of(minutes(record, language="it", address=ADDRESS, key=KEY))
    zeno = f"{evening.BIDDER} ({evening.BIDDER} srl)"
    lines = {event.type: event for event in record.events}
    assert f"10:01:25 {lines['floor_policy_set'].number + 1} 1: 00:01:05 {zeno} chiede la parola." in text
    assert f"{evening.CHAIR} dà la parola a {zeno} (al massimo 0:05:00)." in text
    assert f"{zeno} restituisce la parola, dopo 0:00:10; ha parlato per 0:00:07." in text
    assert f"{zeno} 2 1 0 0:00:10 0:00:07" in text, "two hands, one floor"
    assert f"10:00:05 (5) – 10:01:00 (12) 10:01:15 (13) – 10:02:00 ({lines['session_closed'].number - 1})" in text
    assert evening.STATEMENT in text
    assert evening.sha256(evening.DOCUMENT) in text
    assert "respinta. Tardiva" in text
    assert evening.sha256(evening.FILM_OF_SESSION) in text.replace(" ", "") or evening.sha256(evening.FILM_OF_SESSION) in text  # fmt: skip
    assert record.head.hash in text


def test_what_was_not_public_is_counted_and_not_told(record: Record) -> None:
    text = text_of(minutes(record, language="en", address=ADDRESS, key=KEY))
    assert evening.SECRET_TEXT in text
    assert "(deleted by a moderator)" in text
    for private in ("in privato", "detto in riservato", "da eliminare"):
        assert private not in text
    assert "not reproduced here: 2." in text


@pytest.mark.parametrize(("language", "title"), [("en", "Minutes of the session"), ("ro", "Proces-verbal de ședință"), ("it", "Verbale di seduta")])  # fmt: skip
def test_they_are_tagged_follow_pdf_ua_and_are_the_same_each_time(record: Record, language: str, title: str) -> None:
    made = minutes(record, language=language, address=ADDRESS, key=KEY)
    assert b"pdfuaid" in made
    assert f"/Lang({language})".encode() in made.replace(b" ", b"") or f"/Lang ({language})".encode() in made
    assert title in text_of(made)
    assert minutes(record, language=language, address=ADDRESS, key=KEY) == made


@pytest.mark.parametrize("text", ['O"Neil', "#let x = 1", "a\\b", '\\"; #panic("x")', "$x$ *b* _i_ `c` <l> @r", "]\n[", "#\"x\";", "line\nbreak", "\x00\x1b"])  # fmt: skip
def test_no_text_is_ever_source(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert re.fullmatch(r'#"(?:[^"\\\n]|\\["\\n])*";', markup_of(text)), markup_of(text)
    assert not code_of(text).endswith('\\"') or text.endswith('"')


def test_hostile_names_are_shown_as_they_are(record: Record) -> None:
    hostile = 'Eve"); #panic("no") // \\'
    changed = [person.model_copy(update={"name": hostile, "organisation": ""}) for person in record.people]
    held = Record(**{**{name: getattr(record, name) for name in record.__slots__}, "people": changed})
    assert f"{hostile} #2" in text_of(minutes(held, language="en", address=ADDRESS, key=KEY))


def test_the_preface_is_kept_in_versions_and_changes_no_fact(tmp_path: Path) -> None:
    with open_database(tmp_path) as database:
        held = evening.hold(database, tmp_path)
        before = facts_of(database, held)
        for moment, text in enumerate(("Prima stesura", "Il giorno *due* marzo #ore 9\nsono presenti", "Il giorno *due* marzo #ore 9\nsono presenti")):  # fmt: skip
            at = evening.START + timedelta(days=1, minutes=moment)
            database.run_now(
                prefaces.write, session_id=held.session, language="it", text=text, account_id=held.owner, now=at
            )
        written = facts_of(database, held)
        versions: list[Preface] = database.read_now(prefaces.of_session, session_id=held.session)
    assert [version.version for version in versions] == [2, 1]
    assert "Il giorno *due* marzo #ore 9 sono presenti" in written
    assert "Scritto da Anna Verdi il 3 marzo 2026, 10:01:00 (UTC+1), versione 2." in written
    start = written.index("Premessa")
    assert before == written[:start] + written[written.index("Presenti Nome") :]


def facts_of(database: Database, held: evening.Evening) -> str:
    record = database.read_now(whole, session_id=held.session)
    text = text_of(minutes(record, language="it", address=ADDRESS, key=KEY))
    return re.sub(rf" ?{record.opening.id} · Evento \d+ · {record.head.hash} \d / \d", "", text)


def test_a_template_can_not_show_what_it_was_not_given() -> None:
    with pytest.raises(Exception, match="undefined"):
        typeset_markup("minutes.typ.j2", {})

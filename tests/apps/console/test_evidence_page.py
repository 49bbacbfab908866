"""Evidence in the console: the log's state, links to minutes and dossier, and a preface whose versions stay."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import Session, select

from apps.console.pages.evidence import EvidencePage
from apps.console.pages.people import PeoplePage
from apps.console.store import ConsoleStore
from apps.evidence.commands import ErasePerson, SavePreface
from apps.service import Done
from data import prefaces
from data.database import Database
from data.ids import AccountId, SessionId
from data.models import Account, Event
from tests.apps.console.fakes import NOW, FakeService
from tests.apps.evidence import evening


def link_of(page: EvidencePage, path: str) -> str:
    actions = [*page.minutes.drawn["actions"], *page.dossier.drawn["actions"]]
    return next(str(action["href"]) for action in actions if f"/{path}" in str(action["href"]))


async def test_it_tells_the_state_of_the_log_and_links_to_everything(
    store: ConsoleStore, database: Database, home: Path
) -> None:
    held = await database.run(evening.hold_in, home, "conference")
    store.desk.portal = "https://sala.example"
    page = EvidencePage(store)
    await page.open(held.room, "evidence")
    assert [box["tone"] for box in page.state.drawn["boxes"]] == ["good", "info"]
    for path in ("minutes-it.pdf", "minutes-ro.pdf", "minutes-en.pdf", "dossier.zip", "connections.csv"):
        assert link_of(page, path).startswith(f"https://sala.example/api/v1/sessions/{held.session}/")
    assert "include=recordings" in str(page.dossier.drawn["actions"][1]["href"])


async def test_a_log_that_was_tampered_with_is_shown_as_such(
    store: ConsoleStore, database: Database, home: Path
) -> None:
    held = await database.run(evening.hold_in, home, "conference")

    def tamper(session: Session) -> None:
        line = session.exec(select(Event).where(Event.session_id == held.session, Event.number == 6)).one()
        line.payload = {**line.payload, "role": "moderator"}
        session.add(line)

    await database.run(tamper)
    page = EvidencePage(store)
    await page.open(held.room, "evidence")
    assert page.state.drawn["boxes"][0]["tone"] == "bad"
    assert "6" in page.state.drawn["boxes"][0]["text"]


async def test_only_a_changed_preface_is_saved(
    store: ConsoleStore, database: Database, home: Path, service: FakeService, administrator: Account
) -> None:
    held = await database.run(evening.hold_in, home, "conference")
    write = {"session_id": held.session, "account_id": AccountId(administrator.id), "now": NOW}
    await database.run(prefaces.write, language="it", text="Uno", **write)  # type: ignore[arg-type]
    page = EvidencePage(store)
    await page.open(held.room, "evidence")
    assert next((field["name"], field["value"]) for field in page.preface.fields) == ("it", "Uno")
    await page.save({"it": "Uno", "ro": "Unu ", "en": ""})
    expected = SavePreface(session=SessionId(held.session), language="ro", text="Unu")
    assert [command for _, command, _ in service.commands] == [expected]
    assert [row["cells"]["text"] for row in page.versions.rows] == ["Uno"]


async def test_before_a_session_has_ended_there_is_none(store: ConsoleStore, room: object) -> None:
    page = EvidencePage(store)
    await page.open(getattr(room, "id"), "evidence")  # noqa: B009
    assert page.session is None
    assert page.preface.fields == []


async def test_a_person_is_erased_only_after_a_second_thought(store: ConsoleStore, service: FakeService) -> None:
    page = PeoplePage(store)
    await page.open()
    await page.erasing.erase({"email": " Zeno@Impresa.example ", "sure": False})
    assert set(page.erasing.form.problems) == {"sure"}
    assert service.commands == []
    service.answers["erase_person"] = Done(
        {"people": 1, "participants": 1, "messages": 0, "statements": 0, "contacts": 0}
    )
    await page.erasing.erase({"email": " Zeno@Impresa.example ", "sure": True})
    assert [command for _, command, _ in service.commands] == [ErasePerson(email="zeno@impresa.example")]
    assert page.erasing.form.problems == {}

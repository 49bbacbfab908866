"""The page of encoders: a token shown once, and withdrawn."""

from __future__ import annotations

from apps.console.pages.encoders import EncodersPage
from apps.console.store import ConsoleStore
from apps.planning.commands import MakeEncoder, RevokeEncoder
from apps.service import Done
from data import encoders
from data.database import Database
from data.models import Room
from tests.apps.console.fakes import NOW, FakeService


def add(database: Database, room: Room, name: str) -> str:
    made = database.run_now(
        encoders.create, room_id=room.id, name=name, token_hash=name, account_id=room.owner_id, now=NOW
    )
    return made.id


async def test_a_token_is_shown_once(store: ConsoleStore, service: FakeService, room: Room) -> None:
    page = EncodersPage(store)
    await page.open(room.id)
    assert page.table.rows == []
    values = {"encoder": "en_1", "token": "secret-token", "address": "https://sala.example/whip/ssm"}
    service.answers["make_encoder"] = Done(values)
    assert not await page.make("  ")
    assert page.form.problems == {"name": "Please fill this in."}
    assert await page.make(" Hall camera ")
    (_, command, _) = service.commands[-1]
    assert isinstance(command, MakeEncoder)
    assert (command.name, command.room) == ("Hall camera", room.id)
    shown = [row["cells"]["value"]["text"] for row in page.made_table.rows]
    assert shown == ["https://sala.example/whip/ssm", "secret-token"]
    page.leave()
    await page.open(room.id)
    assert page.made_table.rows == []


async def test_encoders_are_listed_and_withdrawn(
    store: ConsoleStore, service: FakeService, database: Database, room: Room
) -> None:
    first, _second = add(database, room, "Hall camera"), add(database, room, "Slides")
    page = EncodersPage(store)
    await page.open(room.id)
    assert [row["cells"]["name"]["text"] for row in page.table.rows] == ["Hall camera", "Slides"]
    assert page.table.rows[0]["cells"]["state"]["text"] == "Never used"
    database.run_now(encoders.used, encoder_id=first, now=NOW)
    await page.open(room.id)
    assert page.table.rows[0]["cells"]["state"]["text"] == "Used"
    database.run_now(encoders.revoke, encoder_id=first, now=NOW)
    await page._on_table({"press": "withdraw", "row": first})
    (_, command, _) = service.commands[-1]
    assert command == RevokeEncoder(encoder=first)
    assert [row["cells"]["name"]["text"] for row in page.table.rows] == ["Slides"]

"""Pages without a browser: what they show, what a press asks for, what a refusal says."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from apps.console.desk import Desk
from apps.console.pages.conferences import ConferencesPage
from apps.console.pages.contact_list import ContactListPage
from apps.console.pages.contacts import ContactsPage
from apps.console.pages.invitations import InvitationsPage, typed
from apps.console.pages.people import PeoplePage
from apps.console.pages.room import SettingsPage
from apps.console.store import ConsoleStore
from apps.live.state import Denied
from apps.service import Done, LinkNotice
from data import invitations
from data.database import Database
from data.models import Account, Contact, ContactList, Invitation, Room
from tests.apps.console.fakes import NOW, FakeService
from tests.waiting import until

FORM: dict[str, Any] = {
    "title": " Ladders ",
    "description": "",
    "date": "2026-12-01",
    "time": "10:30",
    "length_min": "45",
    "zone": "Europe/Rome",
    "language": "it",
    "max_participants": "20",
    "record": True,
}


def asked(service: FakeService) -> list[Any]:
    return [command for _secret, command, _room in service.commands]


# --- conferences ----------------------------------------------------------------------------------------------------------


async def test_a_saved_conference_is_a_command_with_aware_times(store: ConsoleStore, service: FakeService) -> None:
    page = ConferencesPage(store)
    service.answers["create_room"] = Done({"room": "rm_new"})
    page.show_form()
    assert await page.save(FORM) == "rm_new"
    settings = asked(service)[0].settings
    assert settings.starts_at.astimezone(UTC) == datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
    assert (settings.title, settings.length_min, settings.max_participants, settings.record) == (
        "Ladders",
        45,
        20,
        True,
    )
    assert page.form.fields == []


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"title": "  "}, "title", "Please fill this in."),
        ({"title": "x" * 201}, "title", "At most 200 characters."),
        ({"length_min": "2"}, "length_min", "At least 5."),
        ({"length_min": "long"}, "length_min", "At least 5."),
        ({"max_participants": "9999999"}, "max_participants", "At most 300."),
        ({"max_participants": ""}, "max_participants", "A whole number, please."),
        ({"date": "", "time": "10:00"}, "date", "Please choose the date, too."),
        ({"date": "2026-13-45"}, "date", "Please check this."),
        ({"zone": "Mars/Base"}, "zone", "This is not a time zone. Write it like Europe/Rome."),
    ],
)
async def test_what_is_wrong_stands_at_its_field(
    store: ConsoleStore, service: FakeService, change: dict[str, Any], field: str, sentence: str
) -> None:
    page = ConferencesPage(store)
    page.show_form()
    assert await page.save({**FORM, **change}) is None
    assert page.form.problems == {field: sentence}
    assert service.commands == []


async def test_the_list_tells_planned_live_and_past(store: ConsoleStore, service: FakeService, room: Room) -> None:
    page = ConferencesPage(store)
    await page.open()
    row = page.table.rows[0]
    assert row["cells"]["state"]["text"] == "Planned"
    assert row["actions"][0]["href"] == "http://127.0.0.1:8000/r/fire"
    service.live = [{"room": room.id, "present": 2}]
    service.changed("session", "se_1", room=room.id)
    await until(lambda: page.table.rows[0]["cells"]["state"]["text"] == "Live now")
    assert page.table.rows[0]["cells"]["state"]["sub"] == "2 people"


async def test_a_refusal_is_a_sentence_in_the_moderators_language(
    service: FakeService, database: Database, administrator: Account, room: Room
) -> None:
    administrator.language = "ro"
    desk = Desk(service, database, administrator, "-", clock=lambda: NOW)
    page = ConferencesPage(ConsoleStore(desk))
    service.answers["archive_room"] = Denied("forbidden")
    await page.archive(room.id)
    tone, text = desk.messages.said[-1]
    assert tone == "bad"
    assert text != "You may not do this."


async def test_an_unexpected_failure_is_logged_and_said_calmly(
    store: ConsoleStore, desk: Desk, service: FakeService, room: Room, caplog: Any
) -> None:
    def fail(_command: Any) -> Done:
        raise RuntimeError("secret detail")

    service.answers["archive_room"] = fail
    page = ConferencesPage(store)
    await page.archive(room.id)
    assert "secret detail" not in desk.messages.said[-1][1]
    assert "console_command_failed" in caplog.text


async def test_while_the_link_is_down_actions_cannot_be_pressed(
    store: ConsoleStore, service: FakeService, room: Room
) -> None:
    page = ConferencesPage(store)
    await page.open()
    service.tell(LinkNotice(up=False))
    archive = page.table.rows[0]["actions"][-1]
    assert archive["disabled"]
    assert page.bar.drawn["actions"][0]["disabled"]


async def test_settings_are_changed(store: ConsoleStore, service: FakeService, room: Room) -> None:
    page = SettingsPage(store)
    await page.open(room.id, "settings")
    values = {field["name"]: field["value"] for field in page.form.fields}
    assert (values["title"], values["zone"], values["time"]) == ("Fire safety", "Europe/Bucharest", "11:30")
    assert await page.save({**values, "title": "Fire"})
    command = asked(service)[0]
    assert (command.type, command.room, command.settings.title) == ("update_room", room.id, "Fire")
    assert command.settings.starts_at == room.starts_at


async def test_an_unknown_conference_says_so(store: ConsoleStore) -> None:
    page = SettingsPage(store)
    await page.open("rm_unknown", "settings")
    assert page.bar.drawn["boxes"][0]["text"] == "There is no such conference, or it is not yours."


# --- invitations ----------------------------------------------------------------------------------------------------------


def test_typed_addresses_in_any_form() -> None:
    text = 'Ana Pop <ana@example.org>, ion@example.org; "Țîrlea, Ș." <s@example.org>\n eva@example.org'
    assert [(one["email"], one.get("name", "")) for one in typed(text)] == [
        ("ana@example.org", "Ana Pop"),
        ("s@example.org", "Țîrlea, Ș."),
        ("ion@example.org", ""),
        ("eva@example.org", ""),
    ]


async def test_ticked_and_typed_people_are_invited(
    store: ConsoleStore, desk: Desk, service: FakeService, room: Room, contact: Contact
) -> None:
    page = InvitationsPage(store)
    await page.open(room.id, "invitations")
    service.answers["invite"] = Done({"invited": 2, "skipped": 1})
    assert await page.invite({"people": {contact.id: True}, "typed": "x@example.org", "typed_moderators": False})
    invitees = asked(service)[0].invitees
    assert [(one.email, one.name, one.language, one.moderator) for one in invitees] == [
        ("ana@example.org", "Ana Pop", "ro", True),
        ("x@example.org", "", "", False),
    ]
    assert desk.messages.said[-1][1] == "2 people are invited. 1 was invited already."


async def test_nobody_chosen_is_said_at_the_form(store: ConsoleStore, service: FakeService, room: Room) -> None:
    page = InvitationsPage(store)
    await page.open(room.id, "invitations")
    assert not await page.invite({"typed": "  "})
    assert page.form.problems == {"": "Please choose somebody, or type an address."}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "Being sent"),
        ({"mail_state": "sent"}, "Sent"),
        ({"mail_state": "bounced", "mail_error": "550 no mailbox"}, "Bounced"),
        ({"mail_state": "failed"}, "Not sent"),
        ({"mail_state": "none"}, "Link only"),
        ({"mail_state": "sent", "answer": "accepted"}, "Accepted"),
        ({"mail_state": "sent", "answer": "declined"}, "Declined"),
        ({"answer": "accepted", "banned_at": NOW}, "Removed"),
        ({"answer": "accepted", "revoked_at": NOW}, "Revoked"),
    ],
)
async def test_the_state_of_an_invitation(
    store: ConsoleStore, invitation: Invitation, change: dict[str, Any], text: str
) -> None:
    for name, value in change.items():
        setattr(invitation, name, value)
    assert InvitationsPage(store).state_cell(invitation)["text"] == text


async def test_an_accepted_invitation_shows_live(
    store: ConsoleStore, service: FakeService, database: Database, room: Room, invitation: Invitation
) -> None:
    page = InvitationsPage(store)
    await page.open(room.id, "invitations")
    await database.run(invitations.set_answer, invitation_id=invitation.id, answer="accepted", now=NOW)
    service.changed("invitation", invitation.id, room=room.id)
    await until(lambda: page.table.rows[0]["cells"]["state"]["text"] == "Accepted")
    assert page.heading.drawn["facts"] == "1 of 1 accepted"


# --- contacts ---------------------------------------------------------------------------------------------------------------


async def test_lists_are_shown_with_their_size(store: ConsoleStore, contact: Contact) -> None:
    page = ContactsPage(store)
    await page.open()
    assert [(row["cells"]["name"]["text"], row["cells"]["count"]) for row in page.table.rows] == [("Depozit", "1")]


async def test_a_file_is_imported_and_counted(
    store: ConsoleStore, desk: Desk, service: FakeService, contact_list: ContactList
) -> None:
    page = ContactListPage(store)
    await page.open(contact_list.id)
    service.answers["import_contacts"] = Done({"added": 3, "updated": 1, "skipped": 0})
    content = base64.b64encode(b"email\na@example.org\n").decode()
    await page.import_file({"file": {"name": "a.csv", "size": 20, "base64": content}})
    assert (asked(service)[0].list, asked(service)[0].content) == (contact_list.id, content)
    assert desk.messages.said[-1] == ("good", "Imported: 3 added, 1 updated, 0 skipped.")


async def test_a_file_that_is_too_large_never_leaves_the_console(
    store: ConsoleStore, service: FakeService, contact_list: ContactList
) -> None:
    page = ContactListPage(store)
    await page.open(contact_list.id)
    await page.import_file({"file": {"name": "a.csv", "size": 2_000_000, "base64": ""}})
    assert page.form.problems == {"file": "The file is too large: at most 1 MB."}
    assert service.commands == []


async def test_a_contact_is_changed_under_its_own_id(
    store: ConsoleStore, service: FakeService, contact: Contact
) -> None:
    page = ContactListPage(store)
    await page.open(contact.list_id)
    page.show_form(f"person:{contact.id}")
    await page.save({"name": "Ana P.", "email": "ana@example.org", "organisation": "", "language": "ro"})
    assert (asked(service)[0].contact, asked(service)[0].name) == (contact.id, "Ana P.")


# --- accounts ---------------------------------------------------------------------------------------------------------------


async def test_a_new_accounts_password_is_shown_once(store: ConsoleStore, service: FakeService) -> None:
    page = PeoplePage(store)
    await page.open()
    service.answers["create_account"] = Done({"account": "ac_1", "password": "a-b-c"})
    await page.create({"name": "New", "email": "new@example.org", "role": "moderator", "language": "en"})
    assert "a-b-c" in page.bar.drawn["boxes"][0]["text"]
    page.leave()
    await page.open()
    assert page.bar.drawn["boxes"] == []


async def test_nobody_disables_themselves(store: ConsoleStore, administrator: Account, moderator: Account) -> None:
    page = PeoplePage(store)
    await page.open()
    actions = {row["id"]: [action["name"] for action in row["actions"]] for row in page.table.rows}
    assert actions == {administrator.id: [], moderator.id: ["disable"]}

from __future__ import annotations

import base64
from typing import Any, get_args

import pytest

from apps.evidence.commands import EraseOrganisation, ErasePerson, SavePreface
from apps.planning import commands
from apps.planning.permissions import PERMISSIONS, ROLES, may_ask
from apps.sentences import SENTENCES
from apps.service import Done
from apps.tenders import commands as tender_commands
from data import sessions
from data.ids import (
    AccountId,
    ContactId,
    ContactListId,
    EncoderId,
    InvitationId,
    OrganisationId,
    RoomId,
    SessionId,
    TenderId,
)
from tests.apps.planning.conftest import Office

SETTINGS = commands.RoomSettings(title="T")
TYPES = {kind.model_fields["type"].default: kind for kind in get_args(get_args(commands.PlanningCommand)[0])}


async def things_of_maria(office: Office) -> dict[str, Any]:
    """A command of every type, about what belongs to Maria."""
    room, other = await office.room(), await office.room()
    list_id = ContactListId((await office.done(commands.CreateContactList(name="L")))["list"])
    spare = ContactListId((await office.done(commands.CreateContactList(name="M")))["list"])
    saved = await office.done(commands.SaveContact(list=list_id, email="a@b.example"))
    (invitation,) = await office.invited(room, "a@b.example")
    encoder = await office.done(commands.MakeEncoder(room=room, name="Studio"))
    made: list[commands.PlanningCommand] = [
        commands.CreateRoom(settings=SETTINGS),
        commands.UpdateRoom(room=room, settings=SETTINGS),
        commands.ArchiveRoom(room=other),
        commands.CreateContactList(name="N"),
        commands.RenameContactList(list=list_id, name="O"),
        commands.DeleteContactList(list=spare),
        commands.SaveContact(list=list_id, email="c@b.example"),
        commands.DeleteContact(contact=ContactId(saved["contact"])),
        commands.ImportContacts(list=list_id, content="RS1tYWlsCmRAYi5leGFtcGxlCg=="),
        commands.Invite(room=room, invitees=(commands.Invitee(email="e@b.example"),)),
        commands.ResendInvitation(invitation=InvitationId(invitation.id)),
        commands.SetInvitationRole(invitation=InvitationId(invitation.id), role="moderator"),
        commands.RevokeInvitation(invitation=InvitationId(invitation.id)),
        commands.MakeEncoder(room=room, name="OBS"),
        commands.RevokeEncoder(encoder=EncoderId(encoder["encoder"])),
        commands.CreateAccount(email="new@b.example", name="New"),
        commands.DisableAccount(account=AccountId(office.paolo.id)),
    ]
    made += await tender_things(office)
    made += [ErasePerson(email="a@b.example"), EraseOrganisation(organisation=await sole_trader(office))]
    made.append(SavePreface(session=await ended_session(office), language="it", text="Premessa"))
    return {command.type: command for command in made}


async def ended_session(office: Office) -> SessionId:
    """A session of a room of Maria's that was held and has ended."""
    room = await office.room()
    opened = await office.database.run(sessions.open_, room_id=room, now=office.now)
    await office.database.run(sessions.close, session_id=SessionId(opened.id), now=office.now)
    return SessionId(opened.id)


async def sole_trader(office: Office) -> OrganisationId:
    made = await office.done(tender_commands.SaveOrganisation(name="Ada Verdi", tax_code="VRDDAA70A01H501X"))
    return OrganisationId(made["organisation"])


async def tender_things(office: Office) -> list[commands.PlanningCommand]:
    """The commands about suppliers, which are the whole authority's, and about a tender of Maria's."""
    settings = tender_commands.TenderSettings(number="CIG 1", subject="Mensa", deadline=office.now)
    tender = TenderId((await office.done(tender_commands.SaveTender(settings=settings)))["tender"])
    spare = tender_commands.SaveTender(settings=settings.model_copy(update={"number": "CIG 2"}))
    organisation = OrganisationId(
        (await office.done(tender_commands.SaveOrganisation(name="Edil", tax_code="IT01234567890")))["organisation"]
    )
    person = await office.done(
        tender_commands.AddSupplierPerson(organisation=organisation, email="p@edil.example", name="Pia")
    )
    account = AccountId(person["account"])
    part = tender_commands.TenderPart(organisation=organisation)
    await office.done(tender_commands.SetTenderSuppliers(tender=tender, parts=(part,)))
    other = TenderId((await office.done(spare))["tender"])
    await office.done(tender_commands.SetTenderSuppliers(tender=other, parts=(part,)))
    suppliers = base64.b64encode(b"ragione sociale;codice fiscale;email\nA;IT99999;a@a.example\n").decode()
    tenders = base64.b64encode(b"numero;oggetto;scadenza\nCIG 3;Strada;2027-03-31 12:00\n").decode()
    return [
        tender_commands.SaveOrganisation(name="Altra", tax_code="IT09876543210"),
        tender_commands.SwitchOrganisation(organisation=organisation, enabled=False),
        tender_commands.AddSupplierPerson(organisation=organisation, email="q@edil.example", name="Quirino"),
        tender_commands.SwitchSupplierPerson(account=account, enabled=False),
        tender_commands.SendActivation(account=account),
        tender_commands.ResetSecondStep(account=account),
        tender_commands.ImportSuppliers(content=suppliers),
        tender_commands.SaveTender(tender=tender, settings=settings),
        tender_commands.ArchiveTender(tender=other),
        tender_commands.ImportTenders(content=tenders),
        tender_commands.SetTenderSuppliers(tender=tender, parts=(part,)),
        tender_commands.RemoveTenderSupplier(tender=tender, organisation=organisation),
    ]


OWN = {
    "create_room",
    "create_contact_list",
    "create_account",
    "disable_account",
    "erase_person",
    "erase_organisation",
} | {
    "save_organisation",
    "switch_organisation",
    "add_supplier_person",
    "switch_supplier_person",
    "send_activation",
    "reset_second_step",
    "import_suppliers",
    "import_tenders",
}  # these concern nobody's things


def test_the_table_has_a_row_for_every_command_and_no_other() -> None:
    assert set(PERMISSIONS) == set(TYPES)
    assert all(roles <= set(ROLES) for roles in PERMISSIONS.values())


@pytest.mark.parametrize("type_", sorted(TYPES))
async def test_the_owner_and_administrators_may_what_the_table_says(office: Office, type_: str) -> None:
    command = (await things_of_maria(office))[type_]
    result = await office.planner.execute(office.maria, command)
    assert isinstance(result, Done) == ("moderator" in PERMISSIONS[type_])
    if not isinstance(result, Done):
        assert result.code == "forbidden"
        await office.done(command, office.admin)


@pytest.mark.parametrize("type_", sorted(TYPES))
async def test_administrators_reach_what_is_not_theirs(office: Office, type_: str) -> None:
    await office.done((await things_of_maria(office))[type_], office.admin)


@pytest.mark.parametrize("type_", sorted(set(TYPES) - OWN))
async def test_for_another_moderator_it_does_not_exist(office: Office, type_: str) -> None:
    command = (await things_of_maria(office))[type_]
    office.notices.clear()
    denied = await office.denied(command, office.paolo)
    assert denied.code.endswith("_unknown")
    assert denied.code in SENTENCES
    assert office.notices == []
    assert office.expelled == []


@pytest.mark.parametrize("type_", sorted(set(TYPES) - OWN))
async def test_the_answer_is_the_same_for_an_id_that_never_was(office: Office, type_: str) -> None:
    command = (await things_of_maria(office))[type_]
    foreign = await office.denied(command, office.paolo)
    unknown = {
        name: "xx_none"
        for name in ("room", "list", "contact", "invitation", "encoder", "tender", "session")
        if getattr(command, name, None)
    }
    assert await office.denied(command.model_copy(update=unknown)) == foreign


@pytest.mark.parametrize("type_", sorted(TYPES))
async def test_a_disabled_account_may_nothing(office: Office, type_: str) -> None:
    command = (await things_of_maria(office))[type_]
    office.admin.disabled_at = office.now
    assert (await office.denied(command, office.admin)).code == "forbidden"


@pytest.mark.parametrize("role", ["participant", "supplier", "presenter", "", "Administrator"])
def test_other_roles_may_nothing(role: str) -> None:
    assert not any(may_ask(role, type_) for type_ in PERMISSIONS)


def test_an_unknown_command_is_nobody_s() -> None:
    assert not may_ask("administrator", "drop_everything")


async def test_ids_of_nothing_are_typed(office: Office) -> None:
    denied = await office.denied(commands.ArchiveRoom(room=RoomId("'; drop table room; --")))
    assert denied.code == "room_unknown"

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.planning import commands, links
from apps.service import RecordsNotice
from data import invitations, mail, sign_ins
from data.ids import InvitationId, PersonId, RoomId
from data.models import Invitation
from tests.apps.planning.conftest import Office
from tests.data.planned import NOW

STARTS_AT = NOW + timedelta(days=10)


def invite(room: RoomId, *people: commands.Invitee) -> commands.Invite:
    return commands.Invite(room=room, invitees=people)


def found_by(office: Office, secret: str) -> Invitation | links.LinkProblem:
    return office.database.read_now(links.find, secret, now=office.now)


async def test_people_are_invited_once_each_with_a_link_of_their_own(office: Office) -> None:
    room = await office.room(language="ro")
    values = await office.done(
        invite(
            room,
            commands.Invitee(email="Ana@B.example", name="Ana  Pop", moderator=True, language="it"),
            commands.Invitee(email="ion@b.example"),
            commands.Invitee(email="ana@b.example", name="again"),
        )
    )
    assert (values["invited"], values["skipped"]) == (2, 1)
    ana, ion = office.database.read_now(invitations.of_room, room_id=room)
    assert (ana.email, ana.name, ana.role, ana.language) == ("ana@b.example", "Ana Pop", "moderator", "it")
    assert (ion.email, ion.name, ion.role, ion.language) == ("ion@b.example", "ion", "participant", "ro")
    assert set(values["invitations"]) == {ana.id, ion.id}
    assert office.mail_queued == 1
    assert office.notices[-1] == RecordsNotice("invitation", tuple(values["invitations"]), room)
    secrets = office.secrets()
    assert set(secrets) == {"ana@b.example", "ion@b.example"}
    found = found_by(office, secrets["ana@b.example"])
    assert isinstance(found, Invitation)
    assert found.id == ana.id
    assert len(secrets["ana@b.example"]) >= 43


async def test_who_is_invited_already_is_skipped_and_counted(office: Office) -> None:
    room = await office.room()
    await office.invited(room, "a@b.example")
    secrets = office.secrets()
    values = await office.done(invite(room, commands.Invitee(email="A@b.example", moderator=True)))
    assert (values["invited"], values["skipped"]) == (0, 1)
    assert office.secrets() == secrets
    assert office.invitation(office.database.read_now(invitations.of_room, room_id=room)[0].id).role == "participant"


async def test_one_wrong_address_invites_nobody(office: Office) -> None:
    room = await office.room()
    denied = await office.denied(invite(room, commands.Invitee(email="a@b.example"), commands.Invitee(email="wrong")))
    assert (denied.code, denied.values) == ("email_invalid", {"email": "wrong"})
    assert office.database.read_now(invitations.of_room, room_id=room) == []
    bidi = commands.Invitee(email="a@b.example", name="a\u202eb")
    assert (await office.denied(invite(room, bidi))).code == "text_invisible"


async def test_an_account_sends_no_more_than_its_limit_in_a_day(office: Office) -> None:
    office = Office(office.database, mail_per_day=3)
    first, second = await office.room(), await office.room()
    (invitation, _) = await office.invited(first, "a@b.example", "b@b.example")
    denied = await office.denied(invite(second, *(commands.Invitee(email=f"{n}@b.example") for n in range(2))))
    assert (denied.code, denied.values) == ("mail_limit", {"limit": 3, "left": 1, "wanted": 2})
    await office.done(commands.ResendInvitation(invitation=InvitationId(invitation.id)))
    await office.invited(second, "c@b.example")
    assert (await office.denied(commands.ResendInvitation(invitation=InvitationId(invitation.id)))).code == "mail_limit"
    await office.done(invite(first, commands.Invitee(email="a@b.example")))
    office.now += timedelta(hours=24, seconds=1)
    await office.invited(second, "d@b.example")


async def test_sending_again_makes_a_new_link_and_kills_the_old_one(office: Office) -> None:
    room = await office.room()
    (invitation,) = await office.invited(room, "a@b.example")
    old = office.secrets()["a@b.example"]
    office.send_all()
    await office.planner.answer(old, "accepted")
    await office.done(commands.ResendInvitation(invitation=InvitationId(invitation.id)))
    new = office.secrets()["a@b.example"]
    assert new != old
    assert found_by(office, old) == links.LinkProblem("link_unknown")
    again = found_by(office, new)
    assert isinstance(again, Invitation)
    assert (again.id, again.answer, again.mail_state) == (invitation.id, "accepted", "pending")
    await office.done(commands.ResendInvitation(invitation=InvitationId(invitation.id)))
    assert len(office.database.read_now(mail.due, now=office.now)) == 1, "a message with a dead link is not sent"


@pytest.mark.parametrize("how", ["revoked", "banned"])
async def test_sending_again_lets_back_in(office: Office, how: str) -> None:
    room = await office.room()
    (invitation,) = await office.invited(room, "a@b.example")
    if how == "revoked":
        await office.done(commands.RevokeInvitation(invitation=InvitationId(invitation.id)))
    else:
        office.database.run_now(invitations.ban, invitation_id=invitation.id, now=office.now)
    await office.done(commands.ResendInvitation(invitation=InvitationId(invitation.id)))
    assert isinstance(found_by(office, office.secrets()["a@b.example"]), Invitation)


async def test_a_revoked_link_is_dead_everywhere_and_the_person_is_told(office: Office) -> None:
    room = await office.room(starts_at=STARTS_AT)
    (invitation,) = await office.invited(room, "a@b.example")
    secret = office.secrets()["a@b.example"]
    office.send_all()
    office.database.run_now(
        sign_ins.create,
        secret_hash="cookie",
        now=office.now,
        expires_at=office.now + timedelta(days=1),
        invitation_id=InvitationId(invitation.id),
    )
    await office.done(commands.RevokeInvitation(invitation=InvitationId(invitation.id)))
    assert found_by(office, secret) == links.LinkProblem("link_revoked")
    assert office.database.read_now(sign_ins.find, secret_hash="cookie", now=office.now) is None
    assert office.expelled == [PersonId(invitation.id)]
    assert office.cancellations() == ["a@b.example"]
    assert office.mail_queued == 2
    await office.done(commands.RevokeInvitation(invitation=InvitationId(invitation.id)))
    assert office.cancellations() == ["a@b.example"]


async def test_who_was_not_told_of_an_invitation_is_not_told_of_its_end(office: Office) -> None:
    room = await office.room()
    (invitation,) = await office.invited(room, "a@b.example")
    await office.done(commands.RevokeInvitation(invitation=InvitationId(invitation.id)))
    assert office.database.read_now(mail.due, now=office.now) == []


async def test_a_revoked_person_may_be_invited_anew(office: Office) -> None:
    room = await office.room()
    (invitation,) = await office.invited(room, "a@b.example", name="Before")
    await office.planner.answer(office.secrets()["a@b.example"], "declined")
    await office.done(commands.RevokeInvitation(invitation=InvitationId(invitation.id)))
    (again,) = await office.invited(room, "a@b.example", name="After", moderator=True)
    assert (again.id, again.name, again.role, again.answer) == (invitation.id, "After", "moderator", "")
    assert isinstance(found_by(office, office.secrets()["a@b.example"]), Invitation)


async def test_a_banned_person_is_not_invited_anew_by_mistake(office: Office) -> None:
    room = await office.room()
    (invitation,) = await office.invited(room, "a@b.example")
    office.database.run_now(invitations.ban, invitation_id=invitation.id, now=office.now)
    values = await office.done(invite(room, commands.Invitee(email="a@b.example")))
    assert values["skipped"] == 1
    assert office.invitation(invitation.id).banned_at is not None


async def test_the_role_changes(office: Office) -> None:
    room = await office.room()
    (invitation,) = await office.invited(room, "a@b.example")
    await office.done(commands.SetInvitationRole(invitation=InvitationId(invitation.id), role="moderator"))
    assert office.invitation(invitation.id).role == "moderator"


async def test_five_hundred_people_are_invited_in_one_command(office: Office) -> None:
    office = Office(office.database, mail_per_day=500)
    room = await office.room()
    people = tuple(commands.Invitee(email=f"p{n}@b.example", name=f"P {n}") for n in range(500))
    assert (await office.done(invite(room, *people)))["invited"] == 500

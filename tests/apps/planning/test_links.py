from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.planning import commands, links
from apps.sentences import SENTENCES
from apps.service import RecordsNotice
from data import invitations
from data.ids import InvitationId, RoomId
from data.models import Invitation
from tests.apps.planning.conftest import Office
from tests.data.planned import NOW

STARTS_AT = NOW + timedelta(days=10)


async def link_of(office: Office) -> tuple[Invitation, str]:
    room = await office.room(starts_at=STARTS_AT, length_min=60)
    (invitation,) = await office.invited(room, "a@b.example")
    return invitation, office.secrets()["a@b.example"]


def code_of(found: Invitation | links.LinkProblem) -> str:
    assert isinstance(found, links.LinkProblem)
    assert found.code in SENTENCES
    return found.code


async def test_a_link_is_found_and_finding_changes_nothing(office: Office) -> None:
    invitation, secret = await link_of(office)
    for _ in range(3):
        found = office.database.read_now(links.find, secret, now=office.now)
        assert found == office.invitation(invitation.id)
    assert (office.invitation(invitation.id).answer, office.invitation(invitation.id).answered_at) == ("", None)


async def test_an_answer_is_kept_told_and_may_change(office: Office) -> None:
    invitation, secret = await link_of(office)
    office.notices.clear()
    answers: tuple[links.Answer, ...] = ("accepted", "declined", "accepted")
    for answer in answers:
        office.now += timedelta(minutes=1)
        answered = await office.planner.answer(secret, answer)
        assert isinstance(answered, Invitation)
        kept = office.invitation(invitation.id)
        assert (kept.answer, kept.answered_at) == (answer, office.now)
    assert office.notices == [RecordsNotice("invitation", (invitation.id,), RoomId(invitation.room_id))] * 3
    assert isinstance(await office.planner.answer_as(invitation.id, "declined"), Invitation)
    assert office.invitation(invitation.id).answer == "declined"


@pytest.mark.parametrize("way", ["find", "answer", "answer_as"])
@pytest.mark.parametrize("state", ["revoked", "banned", "expired", "archived", "erased"])
async def test_a_dead_link_says_why(office: Office, state: str, way: str) -> None:
    invitation, secret = await link_of(office)
    expected = {"revoked": "link_revoked", "banned": "removed", "erased": "link_unknown"}.get(state, "link_expired")
    match state:
        case "revoked":
            await office.done(commands.RevokeInvitation(invitation=InvitationId(invitation.id)))
        case "banned":
            office.database.run_now(invitations.ban, invitation_id=invitation.id, now=office.now)
        case "expired":
            office.now = STARTS_AT + timedelta(minutes=60) + links.LINK_AFTER_END
        case "archived":
            await office.done(commands.ArchiveRoom.model_validate({"room": invitation.room_id}))
        case "erased":
            office.database.run_now(_erase, invitation_id=invitation.id)
    match way:
        case "find":
            found = office.database.read_now(links.find, secret, now=office.now)
        case "answer":
            found = await office.planner.answer(secret, "accepted")
        case _:
            found = await office.planner.answer_as(invitation.id, "accepted")
    assert code_of(found) == expected
    assert office.invitation(invitation.id).answer == ""


def _erase(session: object, *, invitation_id: str) -> None:
    found = invitations.get(session, invitation_id=invitation_id)  # type: ignore[arg-type]
    assert found is not None
    found.erased_at = NOW


async def test_a_link_works_until_a_day_after_the_planned_end(office: Office) -> None:
    _, secret = await link_of(office)
    office.now = STARTS_AT + timedelta(minutes=59) + links.LINK_AFTER_END
    assert isinstance(office.database.read_now(links.find, secret, now=office.now), Invitation)


async def test_links_without_a_date_or_to_a_past_one_live_for_a_while(office: Office) -> None:
    (undated,) = await office.invited(await office.room(), "a@b.example")
    assert undated.expires_at == NOW + links.LIFE_WITHOUT_DATE
    (late,) = await office.invited(await office.room(starts_at=NOW - timedelta(days=5)), "a@b.example")
    assert late.expires_at == NOW + links.LINK_AFTER_END


async def test_unknown_links_and_invitations(office: Office) -> None:
    await link_of(office)
    assert code_of(await office.planner.answer("x" * 43, "accepted")) == "link_unknown"
    assert code_of(await office.planner.answer_as("in_none", "accepted")) == "link_unknown"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(secret=st.text(st.characters(), max_size=200))
def test_any_text_is_an_unknown_link(office: Office, secret: str) -> None:
    assert code_of(office.database.read_now(links.find, secret, now=office.now)) == "link_unknown"


def test_secrets_are_long_and_differ() -> None:
    made = {links.new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(len(secret) == 43 for secret in made)

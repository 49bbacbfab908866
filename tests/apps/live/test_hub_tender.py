"""A tender's session in the Hub: who gets lines to send on, what each supplier is told, reserved parts, statements, clocks."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from apps.live import ledger, pace
from apps.live.floor_keeper import seed_of_lot
from apps.live.record_desk import Waiting
from data import event_log, recordings, statements
from data.commitments import matches
from data.ids import OrganisationId, ParticipantId, PersonId, SessionId, StatementId
from data.lots import lot_order
from data.models import Room
from data.presence_times import commitment
from media_core.engine import SoundHeard
from media_core.ids import MediaRoomId, MemberId
from tests.apps.live.conftest import House, Tab
from tests.waiting import until


@pytest.fixture
async def tender(house: House) -> House:
    """The room is that of a tender, recorded, with places for everybody."""
    house.database.run_now(set_room, house.room, kind="tender", record=True, max_participants=50, floor_limit_s=60)
    return house


def set_room(session: Session, /, room: str, **values: object) -> None:
    row = session.get_one(Room, room)
    for name, value in values.items():
        setattr(row, name, value)


async def supplier(house: House, name: str, firm: str, **hello: Any) -> Tab:
    person = house.person(
        name, "supplier", id=f"ac_{name}", organisation=f"{firm} S.p.A.", organisation_id=OrganisationId(f"or_{firm}")
    )
    return await house.enter_as(person, **hello)


async def session_of(house: House) -> tuple[Tab, Tab, Tab]:
    """Return the chair and two suppliers, in their session."""
    chair = await house.enter("Presidente", "moderator")
    return chair, await supplier(house, "Anna", "Alfa"), await supplier(house, "Beppe", "Beta")


def view(tab: Tab) -> dict[str, Any]:
    """Return what a page knows of the tender now."""
    told = [m for m in tab.browser.messages if m["type"] in ("tender", "welcome")][-1]
    return dict(told["tender"] if told["type"] == "tender" else told["snapshot"]["tender"])


def text_of(tab: Tab, since: int = 0) -> str:
    return json.dumps(tab.browser.messages[since:], ensure_ascii=False)


async def give_floor(house: House, chair: Tab, to: Tab) -> None:
    house.seconds += 1 / pace.HAND_PER_S  # since this hand changed
    await to.done("raise_hand")
    await chair.done("grant_floor", participant=to.me)


# --- the floor ------------------------------------------------------------------------------------------------------------


async def test_lines_to_send_on_come_with_the_floor(tender: House) -> None:
    chair, anna, _ = await session_of(tender)
    assert chair.browser.last("welcome")["offer"]["sdp"].startswith("offer of")
    assert anna.browser.last("welcome")["offer"]["sdp"].startswith("offer to only receive")
    assert (await anna.ask("set_microphone", on=True))["code"] == "no_floor"
    assert tender.engine.gates() == {}
    await give_floor(tender, chair, anna)
    await until(lambda: anna.browser.of_type("offer"))
    assert anna.browser.last("offer")["sdp"].startswith("offer of")
    assert tender.engine.gates() == {}
    await anna.done("set_microphone", on=True)
    assert tender.engine.gates() == {anna.me: {"microphone"}}
    await chair.done("end_floor", participant=anna.me)
    assert tender.engine.gates() == {}  # when the command is answered, the engine has closed the gate
    assert len(anna.browser.of_type("offer")) == 1


async def test_the_servers_clock_ends_the_floor_and_says_how_long_somebody_was_heard(tender: House) -> None:
    chair, anna, _ = await session_of(tender)
    await give_floor(tender, chair, anna)
    assert view(anna)["floor"]["limit_s"] == 60
    room = MediaRoomId(anna.snapshot["session"])
    tender.engine.tell(SoundHeard(room, {MemberId(anna.me): 17_000}))
    tender.now += timedelta(seconds=61)
    await until(lambda: "floor_ended" in chair.browser.event_types())
    ended = next(event for event in chair.browser.events() if event["type"] == "floor_ended")
    assert (ended["reason"], ended["used_ms"]) == ("time", 17_000)
    await give_floor(tender, chair, anna)
    tender.engine.tell(SoundHeard(room, {MemberId(anna.me): 19_500}))
    await anna.done("end_floor")
    assert [event["used_ms"] for event in chair.browser.events() if event["type"] == "floor_ended"] == [17_000, 2_500]
    assert view(chair)["used"][0]["used_ms"] == 19_500


async def test_a_worker_that_died_does_not_take_back_what_was_heard(tender: House) -> None:
    chair, anna, _ = await session_of(tender)
    await give_floor(tender, chair, anna)
    room = MediaRoomId(anna.snapshot["session"])
    for ms in (8_000, 500):  # the second one counts anew
        tender.engine.tell(SoundHeard(room, {MemberId(anna.me): ms}))
    await anna.done("end_floor")
    assert chair.browser.events()[-1]["used_ms"] == 8_500


async def test_the_lot_was_committed_to_when_the_session_opened(tender: House) -> None:
    tender.database.run_now(set_room, tender.room, floor_policy="lot")
    chair, anna, beppe = await session_of(tender)
    seed = seed_of_lot(tender.settings.home, SessionId(anna.snapshot["session"]), 1)
    assert view(chair)["commitment"] == commitment(seed)
    for tab in (beppe, anna):
        await tab.done("raise_hand")
    await chair.done("draw_lot")
    drawn = chair.browser.events()[-1]
    assert (drawn["seed"], drawn["commitment"]) == (seed, commitment(seed))
    order = lot_order(seed, [ParticipantId(anna.me), ParticipantId(beppe.me)])
    assert tuple(drawn["order"]) == order == tuple(each["participant"] for each in view(chair)["queue"])
    assert view(anna)["place"] == order.index(ParticipantId(anna.me)) + 1
    seen = next(event for event in anna.browser.events() if event["type"] == "lot_drawn")
    assert seen["commitment"] == commitment(seed)  # everybody can check it


# --- who sees whom --------------------------------------------------------------------------------------------------------


async def test_suppliers_see_the_authority_and_a_number(tender: House) -> None:
    chair, anna, beppe = await session_of(tender)
    await until(lambda: view(anna)["suppliers"] == 2)
    await beppe.done("raise_hand")
    await beppe.done("send_message", text="Buongiorno")
    await chair.done("grant_floor", participant=beppe.me)
    await until(lambda: view(anna)["floor"])
    seen = text_of(anna)
    for secret in ("Beppe", "Beta", "or_Beta", "ac_Beppe", "@example.org"):
        assert secret not in seen
    assert [one["name"] for one in anna.snapshot["participants"]] == ["Presidente", "Anna"]
    assert view(anna)["floor"] | {"since": "", "until": ""} == {
        "participant": beppe.me, "name": "", "firm": "", "supplier": 2, "since": "", "until": "", "limit_s": 60,
    }  # fmt: skip
    said = next(event for event in anna.browser.events() if event["type"] == "message_sent")
    assert (said["text"], said["name"], said["supplier"], said["participant"]) == ("Buongiorno", "", 2, None)
    assert "Beta S.p.A." in text_of(chair)


async def test_the_authority_may_let_suppliers_see_each_other(tender: House) -> None:
    chair, anna, _beppe = await session_of(tender)
    await chair.done("show_suppliers", shown=True)
    late = await supplier(tender, "Carla", "Gamma")
    assert {one["name"] for one in late.snapshot["participants"]} == {"Presidente", "Anna", "Beppe", "Carla"}
    assert {one["firm"] for one in late.snapshot["participants"]} >= {"Alfa S.p.A.", "Beta S.p.A."}
    assert "Beta S.p.A." in text_of(anna)  # those who were there are told too
    for tab in (anna, late):
        for secret in ("or_Beta", "ac_Beppe", "@example.org"):
            assert secret not in text_of(tab)


# --- the reserved part ----------------------------------------------------------------------------------------------------


async def test_the_public_gets_nothing_of_a_reserved_part(tender: House) -> None:
    chair, anna, beppe = await session_of(tender)
    await give_floor(tender, chair, anna)
    await chair.done("begin_reserved", minutes=10, admitted=[beppe.me])
    assert view(anna) | {"reserved": None} == {"apart": True, "reserved": None, "statements": []}
    assert view(anna)["reserved"]["resumes_at"]
    until_then = len(anna.browser.messages)
    assert MemberId(anna.me) not in tender.engine.room()  # no transport is left
    await chair.done("send_message", text="Solo per la commissione")
    await beppe.done("raise_hand")
    await chair.done("set_microphone", on=True)
    late = await supplier(tender, "Dora", "Delta")
    assert late.browser.last("welcome")["offer"] is None
    assert [one["name"] for one in late.snapshot["participants"]] == ["Dora"]
    assert (late.snapshot["messages"], view(late)["apart"]) == ([], True)
    await late.say({"type": "since", "number": 0})
    begun = next(event["number"] for event in chair.browser.events() if event["type"] == "reserved_begun")
    assert max(event["number"] for event in late.browser.events()) == late.snapshot["number"] == begun
    await late.say({"type": "new_transport"})
    assert (await late.ask("send_message", text="C'è qualcuno?"))["code"] == "reserved_part"
    assert "commissione" not in text_of(late)
    assert "set_microphone" not in text_of(late)
    assert MemberId(late.me) not in tender.engine.room()
    assert anna.browser.messages[until_then:] == []  # 0 bytes

    await chair.done("end_reserved")
    await until(lambda: len(anna.browser.messages) > until_then)
    assert anna.browser.messages[until_then]["type"] == "welcome"
    assert anna.browser.last("welcome")["offer"]
    assert "commissione" not in text_of(anna)
    await anna.say({"type": "since", "number": 0})
    again = await supplier(tender, "Anna", "Alfa", session=anna.snapshot["session"])
    for tab in (anna, late, again):
        assert "commissione" not in text_of(tab)
    await chair.done("send_message", text="Riprendiamo")
    assert "Riprendiamo" in text_of(late)
    session = anna.snapshot["session"]
    kept = tender.database.read_now(recordings.of_session, session_id=session)
    assert [(each.reserved, each.state) for each in kept] == [(True, "captured")]
    await chair.done("close_session")
    kept = tender.database.read_now(recordings.of_session, session_id=session)
    assert [(each.reserved, each.origin) for each in kept] == [(True, "fragment"), (False, "whole")]


async def test_who_is_let_in_knows_it_from_there_and_who_is_sent_out_until_there(tender: House) -> None:
    chair, anna, beppe = await session_of(tender)
    await chair.done("begin_reserved", minutes=10, reason="Verifica di anomalia")
    assert view(anna)["reserved"]["reason"] == "Verifica di anomalia"
    await chair.done("send_message", text="prima")
    await chair.done("change_reserved", participant=anna.me, inside=True)
    await until(lambda: anna.browser.last("welcome")["offer"] is not None and not view(anna)["apart"])
    assert view(chair)["inside"] == [anna.me]
    still_out = len(beppe.browser.messages)
    await chair.done("send_message", text="insieme")
    await anna.done("raise_hand")
    await chair.done("change_reserved", participant=anna.me, inside=False)
    assert view(anna)["apart"]
    until_then = len(anna.browser.messages)
    assert MemberId(anna.me) not in tender.engine.room()  # no transport is left
    await chair.done("send_message", text="dopo")
    await chair.done("set_microphone", on=True)
    assert anna.browser.messages[until_then:] == []
    assert beppe.browser.messages[still_out:] == []  # nor a word about who came and went
    again = await supplier(tender, "Anna", "Alfa", session=anna.snapshot["session"])
    assert view(again)["apart"]

    await tender.restart()
    chair = await tender.enter("Presidente", "moderator", since=1)
    await chair.done("end_reserved")
    back = [await supplier(tender, name, firm, since=1) for name, firm in (("Anna", "Alfa"), ("Beppe", "Beta"))]
    for tab, read in zip(back, (["insieme"], []), strict=True):
        await tab.say({"type": "since", "number": 0})
        assert [one["text"] for one in tab.snapshot["messages"]] == read
        for secret in ("prima", "dopo"):
            assert secret not in text_of(tab)
    assert "reserved_changed" not in text_of(back[1])


async def test_a_restart_keeps_the_public_out(tender: House) -> None:
    chair, anna, _ = await session_of(tender)
    await chair.done("begin_reserved", minutes=10)
    await chair.done("send_message", text="Solo per la commissione")
    await tender.restart()
    back = await supplier(tender, "Anna", "Alfa", session=anna.snapshot["session"], since=3)
    await back.say({"type": "since", "number": 0})
    assert view(back)["apart"]
    assert "commissione" not in text_of(back)


# --- statements -----------------------------------------------------------------------------------------------------------


async def test_a_statement_stands_beside_the_log_with_its_hashes(tender: House) -> None:
    chair, anna, beppe = await session_of(tender)
    runner = tender.hub.running(tender.room)
    assert runner is not None
    digest = hashlib.sha256(b"pdf").hexdigest()
    document = StatementId("st_0123")
    runner.statements.keep(document, Waiting(PersonId("ac_Anna"), "contestazione.pdf", digest, 3))
    refused = await beppe.ask("file_statement", text="Mio", document=document)
    assert refused["code"] == "document_unknown"  # it is Anna's
    await anna.done("file_statement", text="Contesto l'offerta", document=document)
    await chair.done("answer_statement", statement=document, answer="declined", reason="Tardiva")
    assert (await chair.ask("answer_statement", statement=document, answer="noted"))["code"] == "statement_answered"
    for tab in (anna, chair):
        (shown,) = view(tab)["statements"]
        assert (shown["text"], shown["answer"], shown["reason"]) == ("Contesto l'offerta", "declined", "Tardiva")
        assert shown["document"] == {"name": "contestazione.pdf", "sha256": digest, "bytes": 3}
    assert "Contesto" not in text_of(beppe)
    assert "Tardiva" not in text_of(beppe)
    session = SessionId(anna.snapshot["session"])
    filed, answered = (e for e in tender.database.read_now(event_log.read, session) if e.type.startswith("statement"))
    (row,) = tender.database.read_now(statements.of_session, session_id=session)
    assert matches(filed.payload["commitment"], salt=row.salt, text=row.text)
    assert matches(answered.payload["commitment"], salt=row.reason_salt, text=row.reason)
    assert filed.payload["document_sha256"] == row.document_sha256 == digest
    await tender.restart()
    again = await supplier(tender, "Anna", "Alfa", session=session)
    assert view(again)["statements"][0]["reason"] == "Tardiva"
    assert tender.database.read_now(ledger.load, session).statements


# --- ends -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["signed_out", "removed"])
async def test_whoever_is_put_out_is_out_at_once(tender: House, end: str) -> None:
    chair, anna, _ = await session_of(tender)
    await give_floor(tender, chair, anna)
    await anna.done("set_microphone", on=True)
    if end == "removed":
        await chair.done("remove_participant", participant=anna.me)
    else:
        await tender.hub.expel(PersonId("ac_Anna"))  # disabled, or signed out everywhere
    assert anna.browser.closed is not None  # when the answer comes, it is done
    assert tender.engine.gates() == {}
    until_then = len(anna.browser.messages)
    await chair.done("send_message", text="Dopo")
    assert anna.browser.messages[until_then:] == []
    assert "floor_ended" in chair.browser.event_types()

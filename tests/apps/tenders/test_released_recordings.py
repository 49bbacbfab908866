"""Recordings of public sessions that the authority releases to the suppliers of a tender: who may watch, and what the log says."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session

from apps.live.state import Denied
from apps.recording.commands import DeleteArchive, NameRecording, ReleaseRecording
from apps.recording.places import recording_file
from apps.single import Sala
from apps.tenders import commands
from data import event_log, recordings
from data.ids import AccountId, OrganisationId, RecordingId, SessionId, new_id
from data.models import Recording, Tender
from tests.apps.tenders.authority import Authority
from tests.apps.tenders.test_gare import enter
from tests.apps.visit import Visit
from tests.waiting import until

FILM = b"\0" * 500


def made(session: Session, /, tender: Tender, session_id: str, *, reserved: bool, now: Any) -> Recording:
    row = recordings.add(
        session, recording_id=new_id("rc"), session_id=session_id, room_id=tender.room_id, begins_at=now, ends_at=now, now=now, reserved=reserved
    )  # fmt: skip
    values = {"state": "ready", "file": f"{row.id}.mp4", "sha256": "ab" * 32, "bytes": len(FILM), "duration_ms": 65_000}
    return recordings.change(session, recording_id=row.id, **values)


@pytest.fixture
async def kept(sala: Sala, authority: Authority) -> tuple[Tender, OrganisationId, AccountId, Recording, Recording]:
    """A tender with one admitted supplier whose session was recorded, in public and in a reserved part."""
    organisation = await authority.organisation()
    account = await authority.supplier(organisation, "a@edil.example")
    tender = await authority.tender(organisation, record=True)
    await authority.start(tender)
    await authority.end(tender)
    (whole,) = recordings_of(sala, tender)
    archive = whole.session_id
    sala.database.run_now(settle, archive)
    now = sala.parts.clock()
    public, reserved = [
        sala.database.run_now(made, tender, archive, reserved=one, now=now) for one in (False, True)
    ]  # fmt: skip
    for row in (public, reserved):
        file = recording_file(sala.settings.home, row.session_id, row.file)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(FILM)
    return tender, organisation, account, public, reserved


def settle(session: Session, /, session_id: str) -> None:
    recordings.settle_archive(session, session_id=session_id, files=0, bytes_=0)


def recordings_of(sala: Sala, tender: Tender) -> list[Recording]:
    return sala.database.read_now(recordings.of_rooms, room_ids=[tender.room_id])


async def test_suppliers_watch_what_was_released_to_their_tender_and_nothing_else(
    sala: Sala, authority: Authority, visit: Visit, kept: tuple[Tender, OrganisationId, AccountId, Recording, Recording]
) -> None:
    tender, organisation, _, public, reserved = kept
    other = await authority.organisation("Altri S.p.A.")
    await authority.supplier(other, "b@altri.example")
    registrar, page, film = sala.parts.registrar, f"/tenders/{tender.id}", f"/recordings/{public.id}"

    async def release(row: Recording, released: bool) -> Any:
        return await registrar.execute(
            authority.account, ReleaseRecording(recording=RecordingId(row.id), released=released)
        )

    await enter(visit, "a@edil.example")
    assert public.id not in (await visit.get(page)).text  # off by default
    assert (await visit.get(film)).status_code == 404
    assert not isinstance(await release(public, True), Denied)
    refused = await release(reserved, True)
    assert isinstance(refused, Denied)
    assert refused.code == "recording_reserved"
    listed = (await visit.get(page, **{"Accept-Language": "it"})).text
    assert f'href="{film}"' in listed
    assert reserved.id not in listed
    watched = await visit.get(film)
    assert watched.status_code == 200
    assert f'href="{page}"' in watched.text
    part = await visit.get(f"{film}/file", Range="bytes=10-19")
    assert (part.status_code, part.content) == (206, FILM[10:20])
    assert (await visit.get(f"/recordings/{reserved.id}/file")).status_code == 404
    assert (await visit.post(f"{film}/name", name="?")).status_code == 404
    async with Visit(sala.url) as rival, Visit(sala.url) as stranger:
        await enter(rival, "b@altri.example")
        for nobody in (rival, stranger):
            for path in (film, f"{film}/file", f"{film}/file?download"):
                assert (await nobody.get(path)).status_code == 404
        part_of = commands.TenderPart(organisation=other, offer_state="none", admitted=True)
        gone = commands.TenderPart(organisation=organisation, offer_state="excluded", admitted=False)
        await authority.ask(commands.SetTenderSuppliers(tender=tender.id, parts=(part_of, gone)))
        assert (await rival.get(film)).status_code == 200  # they need not have been there
        assert (await visit.get(film)).status_code == 404  # no longer admitted
        assert not isinstance(await release(public, False), Denied)
        assert (await rival.get(f"{film}/file")).status_code == 404
        assert not isinstance(await release(public, True), Denied)
        await registrar.execute(authority.account, DeleteArchive(session=SessionId(public.session_id)))
        await until(lambda: all(not row.released for row in recordings_of(sala, tender)))
        assert (await rival.get(film)).status_code == 404
        assert public.id not in (await rival.get(page)).text


async def test_names_and_releases_are_events_of_the_session(
    sala: Sala, authority: Authority, kept: tuple[Tender, OrganisationId, AccountId, Recording, Recording]
) -> None:
    _, _, _, public, _ = kept
    registrar, recording = sala.parts.registrar, RecordingId(public.id)
    for command in (
        NameRecording(recording=recording, name="Apertura"),
        NameRecording(recording=recording, name="Apertura"),  # the same again is no event
        ReleaseRecording(recording=recording, released=True),
        ReleaseRecording(recording=recording, released=True),
        ReleaseRecording(recording=recording, released=False),
        NameRecording(recording=recording, name=""),
    ):
        assert not isinstance(await registrar.execute(authority.account, command), Denied)
    events = sala.database.read_now(event_log.read, SessionId(public.session_id))
    told_of = [event for event in events if event.type in ("recording_named", "recording_released")]  # others go on
    told = [(event.type, event.payload.get("name", event.payload.get("released"))) for event in told_of]
    assert told == [
        ("recording_named", "Apertura"),
        ("recording_released", True),
        ("recording_released", False),
        ("recording_named", ""),
    ]
    assert {event.actor for event in told_of} == {f"account:{authority.account.id}"}
    assert event_log.verify(events) is None

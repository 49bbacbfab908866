"""Somebody is erased: name and address are nowhere in the home folder any more, and log and dossier still verify."""

from __future__ import annotations

import contextlib
import email
import json
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from pathlib import Path

import pytest
from sqlmodel import Session, select

from apps.evidence import dossier
from apps.evidence.commands import EraseOrganisation, ErasePerson
from apps.evidence.minutes import minutes
from apps.evidence.seal import open_seal
from apps.live.events_recording import Segment, SegmentsSealed
from apps.live.ledger import append_after
from apps.live.room_tape import segments_of
from apps.live.state import Denied
from apps.service import Done
from apps.single import Sala, running
from data import accounts, contacts, erase, event_log, invitations, mail, organisations, prefaces, recordings, records
from data.ids import OrganisationId, PersonId, SessionId
from data.models import Account, ContactList, Organisation, Participant, Recording, Statement
from sala_verify.check import verify
from tests.apps.evidence import evening
from tests.apps.evidence.test_minutes import text_of
from tests.apps.visit import Visit
from tests.media_core.tape.making import write_tone
from tests.waiting import until

NAME, EMAIL = evening.BIDDER, evening.BIDDER_EMAIL


def prepare(session: Session, held: evening.Evening) -> None:
    """Put the bidder wherever a person can be: invited twice, in a list, with a supplier's account, in letters, in a preface."""
    seat = session.get_one(Participant, held.people[NAME])
    invited = invitations.create(session, room_id=held.room, email=EMAIL, name=NAME, token_hash="h1", now=evening.START)
    mail.queue(session, invitation_id=invited.id, now=evening.START, secret="s3cret")
    session.add(ContactList(id="cl_1", owner_id=held.owner, name="list", created_at=evening.START))
    session.flush()
    contacts.add(session, list_id="cl_1", email=EMAIL, name=NAME, now=evening.START)
    made = organisations.create(session, name=f"{NAME} srl", tax_code="IT123", now=evening.START)
    supplier = accounts.create(session, email=EMAIL, name=NAME, role="supplier", password_hash="-", now=evening.START)
    supplier.organisation_id = made.id
    seat.person_id = supplier.id  # as the session's rules seat a supplier
    text = f"Presente il signor {NAME} ({EMAIL})."
    prefaces.write(session, session_id=held.session, language="it", text=text, account_id=held.owner, now=evening.START)
    session.flush()


@pytest.fixture
async def sala(home: Path) -> Iterator[Sala]:  # type: ignore[misc]
    async with running(home=home, demo=True, clock=evening.later) as started:
        yield started


def files_of(home: Path) -> list[tuple[Path, bytes]]:
    """Return all files with their content; a Sala that runs may rename one meanwhile, then they are read again."""
    while True:
        with contextlib.suppress(FileNotFoundError):
            return [(file, file.read_bytes()) for file in sorted(home.rglob("*")) if file.is_file()]


def traces_in(home: Path, *words: str) -> list[str]:
    """Return the files of a home folder in which one of the words stands, in bytes, in JSON or in a decoded letter."""
    found = []
    for file, content in files_of(home):
        forms = [content]
        if file.suffix == ".eml":
            parts = email.message_from_bytes(content, policy=policy.default).walk()
            forms += [part.get_payload(decode=True) or b"" for part in parts]  # type: ignore[misc]
        for word in words:
            for written in (word, json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1]):
                if any(written.encode() in form for form in forms):
                    found.append(f"{file.relative_to(home)}: {word}")
    return sorted(set(found))


async def tape(sala: Sala, home: Path, held: evening.Evening) -> Path:
    """Put the bidder on tape, and their name into the recording, which is kept; return its file."""
    await sala.database.run(recordings.keep_archive, session_id=held.session, keep=True)
    folder = home / "recordings" / held.session
    film = folder / f"{held.recording}.mp4"
    film.write_bytes(film.read_bytes() + NAME.encode())  # drawn under the camera, say, and in a chapter
    write_tone(folder / "tape", held.people[NAME], 440.0, to_s=1.0)
    taped = [Segment(file=one.file, sha256=one.sha256, bytes=one.bytes) for one in segments_of(folder / "tape")]
    await sala.database.run(append_after, held.session, now=evening.START + timedelta(hours=1), events=[SegmentsSealed(segments=tuple(taped))])  # fmt: skip
    return film


async def test_name_and_address_are_nowhere_and_the_dossier_still_verifies(sala: Sala, home: Path, tmp_path: Path) -> None:  # fmt: skip
    held = await sala.database.run(evening.hold_in, home, "tender")
    await sala.database.run(prepare, held)
    film = await tape(sala, home, held)
    await until(lambda: any(home.glob("outbox/*.eml")), what="the invitation in the outbox")
    await until(lambda: sala.database.read_now(mail.next_due_at) is None, what="the note that it is sent")
    before = traces_in(home, NAME, EMAIL)
    assert {line.split(":")[0].split("/")[0] for line in before} >= {"sala.db-wal", "outbox", "recordings"}

    async with Visit(sala.url) as office:
        await office.sign_in("admin@localhost", sala.password)
        await office.get(f"/api/v1/sessions/{held.session}/dossier.zip")
        await office.get(f"/api/v1/sessions/{held.session}/minutes-it.pdf")
        headers = {"X-Xsrftoken": await office.token("/")}
        done = await office.http.post("/api/v1/erasures", json={"email": EMAIL.upper()}, headers=headers)
        assert done.json() == {"people": 2, "participants": 1, "messages": 1, "statements": 1, "contacts": 1}
        after = await office.get(
            f"/api/v1/sessions/{held.session}/dossier.zip?include=recordings,tape,statements,slides"
        )

    assert traces_in(home, NAME, EMAIL, "zeno.oneil") == [f"sala.db: {NAME}"], (
        "only the organisation is called so still"
    )
    await erase_sole_trader(sala)
    await sala.database.forget()
    assert traces_in(home, NAME, EMAIL, evening.SECRET_TEXT, evening.STATEMENT, "Nota di Zeno") == []
    assert not (home / "statements" / held.session / f"st_{'8' * 24}").exists()
    assert not film.exists()

    file = tmp_path / "after.zip"
    file.write_bytes(after.content)
    verdict = verify(file, key=open_seal(home).fingerprint)
    assert verdict.findings == ()
    assert verdict.facts["erased"] == 1
    assert NAME.encode() not in after.content
    assert EMAIL.encode() not in after.content
    record = await sala.database.read(records.whole, session_id=held.session)
    assert event_log.verify(record.events) is None
    assert "segments_erased" in {event.type for event in record.events}
    text = text_of(minutes(record, language="it", address="https://x", key="00"))
    assert NAME not in text
    assert "(cancellato)" in text
    assert evening.sha256(evening.DOCUMENT) in text, "what was filed stays named by its hash"
    assert [row.state for row in record.recordings] != ["ready"], "made again without the name"


async def erase_sole_trader(sala: Sala) -> None:
    """As an administrator does at the foot of the supplier's page."""
    administrator = await sala.database.read(accounts.by_email, email="admin@localhost")
    assert administrator is not None
    command = EraseOrganisation(organisation=await sala.database.run(sole_trader))
    assert isinstance(await sala.parts.planner.execute(administrator, command), Done)
    again = await sala.parts.planner.execute(administrator, command)
    assert isinstance(again, Denied)
    assert again.code == "organisation_unknown"


def sole_trader(session: Session) -> OrganisationId:
    return OrganisationId(session.exec(select(Organisation.id).where(Organisation.tax_code == "IT123")).one())


async def test_an_older_dossier_of_the_erased_stays_sound_too(sala: Sala, home: Path, tmp_path: Path) -> None:
    """Who was given one before can still hold it against the log: the head that it ends with is confirmed."""
    held = await sala.database.run(evening.hold_in, home, "tender")
    record = await sala.database.read(records.whole, session_id=held.session)
    parcel = dossier.make(record, minutes={}, home=home, seal=open_seal(home), address="https://x")
    file = tmp_path / "before.zip"
    file.write_bytes(b"".join(parcel.pieces()))
    await sala.database.run(erase.erase_person, person_id=_person(record, held), now=evening.START)
    assert verify(file).findings == ()
    now = await sala.database.read(records.whole, session_id=held.session)
    assert [event.hash for event in now.events] == [event.hash for event in record.events]


def _person(record: records.Record, held: evening.Evening) -> PersonId:
    return next(PersonId(person.person_id) for person in record.people if person.id == held.people[NAME])


async def test_who_may_not_be_erased_is_told_why(sala: Sala) -> None:
    administrator = await sala.database.read(accounts.by_email, email="admin@localhost")
    assert administrator is not None
    planner = sala.parts.planner
    async with Visit(sala.url) as maria:
        await maria.enter(sala.demo_links["Maria Moderator"])
        tab = await maria.socket()
        assert (await tab.hello())["type"] == "welcome"
        [seat] = await sala.database.read(lambda session: session.exec(select(Participant)).all())
        asked = ((seat.email, "erase_open"), ("nobody@example.org", "erase_nobody"), ("admin@localhost", "erase_own"))
        for address, code in asked:
            refused = await planner.execute(administrator, ErasePerson(email=address))
            assert isinstance(refused, Denied)
            assert refused.code == code
    moderator = Account(
        id="ac_1", email="m@x.example", name="M", role="moderator", password_hash="-", created_at=evening.START
    )
    refused = await planner.execute(moderator, ErasePerson(email="nobody@example.org"))
    assert isinstance(refused, Denied)
    assert refused.code == "forbidden"


def test_statements_keep_answer_and_hash_and_lose_their_words(tmp_path: Path) -> None:
    from data.database import open_database

    with open_database(tmp_path) as database:
        held = evening.hold(database, tmp_path, kind="tender")
        record = database.read_now(records.whole, session_id=held.session)
        database.run_now(erase.erase_person, person_id=_person(record, held), now=evening.START)
        [one] = database.read_now(lambda session: session.exec(select(Statement)).all())
        [row] = database.read_now(lambda session: session.exec(select(Recording)).all())
    assert (one.text, one.salt, one.reason, one.document_name) == ("", "", "", None)
    assert (one.answer, one.document_sha256) == ("declined", evening.sha256(evening.DOCUMENT))
    assert row.session_id == SessionId(held.session)

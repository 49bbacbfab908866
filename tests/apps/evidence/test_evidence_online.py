"""Evidence over HTTP: who gets it, what is public, and that what is downloaded passes the verifier."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from apps.evidence.seal import open_seal
from apps.single import Sala, running
from sala_verify.check import verify
from tests.apps.evidence import evening
from tests.apps.visit import Visit
from tests.waiting import until

ADMINISTRATOR = "admin@localhost"


@pytest.fixture
async def sala(home: Path) -> AsyncIterator[Sala]:
    async with running(home=home, demo=True, clock=evening.later) as started:
        yield started


@pytest.fixture
async def held(sala: Sala, home: Path) -> evening.Evening:
    return await sala.database.run(evening.hold_in, home, "tender")


async def test_who_leads_gets_everything_and_the_dossier_is_sound(sala: Sala, held: evening.Evening, home: Path, tmp_path: Path) -> None:  # fmt: skip
    base = f"/api/v1/sessions/{held.session}"
    async with Visit(sala.url) as office:
        await office.sign_in(ADMINISTRATOR, sala.password)
        answer = await office.get(f"{base}/dossier.zip?include=recordings,slides,tape,statements")
        assert answer.status_code == 200
        file = tmp_path / "dossier.zip"
        file.write_bytes(answer.content)
        verdict = verify(file, key=open_seal(home).fingerprint)
        assert verdict.findings == ()
        assert verdict.facts["files"] == 4
        for language, word in (("it", b"it"), ("ro", b"ro"), ("en", b"en")):
            minutes = await office.get(f"{base}/minutes-{language}.pdf")
            assert minutes.content.startswith(b"%PDF")
            assert minutes.headers["Content-Disposition"].endswith(f'-{word.decode()}.pdf"')
        state = (await office.get(f"{base}/verification")).json()
        assert (state["sound"], state["head"]["number"]) == (True, verdict.facts["events"])
        rows = (await office.get(f"{base}/connections.json")).json()["connections"]
        lost = [row for row in rows if row["participant_id"] == held.people[evening.BIDDER]]
        assert [(row["what"], row["reason"]) for row in lost] == [
            ("joined", ""), ("connected", ""), ("disconnected", "lost"), ("reconnected", ""), ("disconnected", "ended"),
        ]  # fmt: skip
        table = (await office.get(f"{base}/connections.csv?language=it")).content.decode("utf-8-sig")
        assert "la connessione non ha più risposto" in table
        assert ";lost;" in table
        head = (await office.get(f"/heads/{state['head']['hash'][:12]}")).text
        assert held.session in head
        assert evening.CHAIR not in head


async def test_a_preface_is_written_by_who_leads_and_its_versions_stay(sala: Sala, held: evening.Evening) -> None:
    address = f"/api/v1/sessions/{held.session}/prefaces"
    async with Visit(sala.url) as office, Visit(sala.url) as stranger:
        await office.sign_in(ADMINISTRATOR, sala.password)
        token = await office.token("/")
        for text in ("Uno", "Due\r\ne tre\x07"):
            body = json.dumps({"language": "it", "text": text})
            answer = await office.http.put(address, content=body, headers={"X-Xsrftoken": token})
            assert answer.status_code == 200, answer.text
        versions = (await office.get(address)).json()["prefaces"]
        assert [(one["version"], one["text"]) for one in versions] == [(2, "Due\ne tre"), (1, "Uno")]
        refused = await office.http.put(
            address, content='{"language": "de", "text": ""}', headers={"X-Xsrftoken": token}
        )
        assert refused.status_code == 400
        assert (await stranger.get(address)).status_code == 401


@pytest.mark.parametrize("path", ["minutes-it.pdf", "dossier.zip", "connections.csv", "connections.json", "verification", "prefaces"])  # fmt: skip
async def test_nobody_else_gets_anything(sala: Sala, held: evening.Evening, path: str) -> None:
    async with Visit(sala.url) as stranger, Visit(sala.url) as guest:
        await guest.enter(sala.demo_links["Paul Participant"])
        for visitor in (stranger, guest):
            assert (await visitor.get(f"/api/v1/sessions/{held.session}/{path}")).status_code == 401


async def test_participants_take_a_receipt_that_the_dossier_is_held_against(sala: Sala, home: Path, tmp_path: Path) -> None:  # fmt: skip
    async with Visit(sala.url) as maria, Visit(sala.url) as paul, Visit(sala.url) as office:
        await maria.enter(sala.demo_links["Maria Moderator"])
        await paul.enter(sala.demo_links["Paul Participant"])
        assert (await paul.get("/r/demo/receipt")).status_code == 404, "no session has ended"
        chair, guest = await maria.socket(), await paul.socket()
        for tab in (chair, guest):
            assert (await tab.hello())["type"] == "welcome"
        session = sala.hub.live_rooms()[0]["session"]
        await chair.send({"type": "command", "id": 1, "command": {"type": "close_session"}})
        await chair.until("closed")
        await until(lambda: not sala.hub.live_rooms(), what="the end of the session")
        page = (await paul.get("/r/demo/receipt")).text
        assert session in page
        file = await paul.get(f"/r/demo/receipt/{session}.json")
        receipt = file.json()
        assert "Paul" not in file.text
        assert receipt["head"]["hash"] in page
        await office.sign_in(ADMINISTRATOR, sala.password)
        dossier = tmp_path / "dossier.zip"
        dossier.write_bytes((await office.get(f"/api/v1/sessions/{session}/dossier.zip")).content)
        assert verify(dossier, receipt=file.content, head=receipt["head"]["hash"]).findings == ()
        async with Visit(sala.url) as anybody:
            head = await anybody.get(f"/heads?hash={receipt['head']['hash'][:14].upper()}")
            assert head.status_code == 200
            assert session in head.text
            for name in ("Paul", "Maria", "Demo"):
                assert name not in head.text
            assert (await anybody.get("/r/demo/receipt")).status_code == 404
            assert (await anybody.get("/evidence")).text.count(open_seal(home).fingerprint) == 1
            assert (await anybody.get("/evidence/key.pem")).content == open_seal(home).pem
            assert (await anybody.get("/evidence/sala-verify.pyz")).content.startswith(b"#!")


async def test_who_was_removed_keeps_their_receipt(sala: Sala) -> None:
    async with Visit(sala.url) as maria, Visit(sala.url) as paul:
        await maria.enter(sala.demo_links["Maria Moderator"])
        await paul.enter(sala.demo_links["Paul Participant"])
        chair, guest = await maria.socket(), await paul.socket()
        assert (await chair.hello())["type"] == "welcome"
        you = (await guest.hello())["you"]
        await chair.send({"type": "command", "id": 1, "command": {"type": "remove_participant", "participant": you}})
        await guest.closed()
        await chair.send({"type": "command", "id": 2, "command": {"type": "close_session"}})
        await chair.until("closed")
        await until(lambda: not sala.hub.live_rooms(), what="the end of the session")
        assert (await paul.get("/r/demo")).status_code == 403
        assert (await paul.get("/r/demo/receipt")).status_code == 200


async def test_heads_can_not_be_guessed(sala: Sala, held: evening.Evening) -> None:
    async with Visit(sala.url) as stranger:
        assert (await stranger.get("/heads/abc")).status_code == 404
        answers = [(await stranger.get(f"/heads/{number:012x}")).status_code for number in range(32)]
        assert answers[0] == 404
        assert answers[-1] == 429

"""A tender's session as the Hub really writes it: its dossier is sound, and its minutes tell what is public of it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from apps.evidence import dossier
from apps.evidence.minutes import minutes
from apps.evidence.seal import open_seal
from apps.live.record_desk import Waiting
from data import heads, records
from data.ids import PersonId, SessionId, StatementId
from media_core.engine import SoundHeard
from media_core.ids import MediaRoomId, MemberId
from sala_verify.check import verify
from tests.apps.evidence.test_minutes import text_of
from tests.apps.live.conftest import House
from tests.apps.live.test_hub_tender import give_floor, session_of, tender

__all__ = ["tender"]  # a fixture


async def hold(tender: House) -> SessionId:
    """The floor, a statement with a document, a reserved part, a lot, and the end."""
    chair, anna, beppe = await session_of(tender)
    session = SessionId(anna.snapshot["session"])
    await give_floor(tender, chair, anna)
    tender.engine.tell(SoundHeard(MediaRoomId(session), {MemberId(anna.me): 4_000}))
    tender.now += timedelta(seconds=30)
    await anna.done("end_floor")
    runner = tender.hub.running(tender.room)
    assert runner is not None
    document, digest = StatementId("st_0123"), hashlib.sha256(b"pdf").hexdigest()
    runner.statements.keep(document, Waiting(PersonId("ac_Anna"), "contestazione.pdf", digest, 3))
    await anna.done("file_statement", text="Contesto l'offerta", document=document)
    await chair.done("answer_statement", statement=document, answer="declined", reason="Tardiva")
    await beppe.done("send_message", text="Buongiorno a tutti")
    await chair.done("begin_reserved", minutes=10, admitted=[beppe.me])
    await chair.done("send_message", text="Solo per la commissione")
    await chair.done("end_reserved")
    await chair.done("close_session")
    return session


async def test_the_dossier_of_a_real_session_is_sound(tender: House, tmp_path: Path) -> None:
    session = await hold(tender)
    record = tender.database.read_now(records.whole, session_id=session)
    parcel = dossier.make(record, minutes={}, home=tender.settings.home, seal=open_seal(tender.settings.home), address="https://x")  # fmt: skip
    file = tmp_path / "dossier.zip"
    file.write_bytes(b"".join(parcel.pieces()))
    assert verify(file).findings == ()
    head = tender.database.read_now(heads.at_close, session_id=session)
    assert head is not None
    assert tender.database.read_now(heads.confirm, prefix=head.hash[:12]) is not None, "noted with the close"


async def test_its_minutes_tell_what_is_public(tender: House) -> None:
    session = await hold(tender)
    record = tender.database.read_now(records.whole, session_id=session)
    text = text_of(minutes(record, language="it", address="https://x", key="00"))
    for told in (
        "Anna (Alfa S.p.A.) chiede la parola.",
        "Presidente dà la parola a Anna (Alfa S.p.A.) (al massimo 0:01:00).",
        "Anna (Alfa S.p.A.) restituisce la parola, dopo 0:00:30; ha parlato per 0:00:04.",
        "Contesto l'offerta",
        "respinta. Tardiva",
        "Buongiorno a tutti",
        "Presidente apre una parte riservata; il pubblico non ne vede e non ne sente nulla. Ammessi: Beppe (Beta S.p.A.).",
        "di una parte riservata",
    ):
        assert told in text, told
    assert "Solo per la commissione" not in text

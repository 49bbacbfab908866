"""What people write in front of a session's minutes; every version is kept."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from data.ids import AccountId, SessionId
from data.models_evidence import Preface


def newest(session: Session, *, session_id: SessionId, language: str) -> Preface | None:
    """Return the version that counts, an empty one too; ``None`` if nobody wrote any."""
    query = select(Preface).where(Preface.session_id == session_id, Preface.language == language)
    return session.exec(query.order_by(col(Preface.version).desc()).limit(1)).first()


def of_session(session: Session, *, session_id: SessionId) -> list[Preface]:
    """Return all versions in all languages, the newest first."""
    query = select(Preface).where(Preface.session_id == session_id)
    return list(session.exec(query.order_by(col(Preface.written_at).desc(), col(Preface.version).desc())))


def write(
    session: Session, *, session_id: SessionId, language: str, text: str, account_id: AccountId, now: datetime
) -> Preface:
    """Add a version; the same text once more adds none."""
    last = newest(session, session_id=session_id, language=language)
    if last is not None and last.text == text:
        return last
    version = Preface(
        session_id=session_id,
        language=language,
        version=last.version + 1 if last else 1,
        text=text,
        account_id=account_id,
        written_at=now,
    )
    session.add(version)
    session.flush()
    return version

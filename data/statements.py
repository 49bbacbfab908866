"""Statements that were put on the record, and their answers. Who filed and answered what stands in the log; the words stand only here."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session as Transaction
from sqlmodel import col, select

from data.ids import AccountId, ParticipantId, SessionId, StatementId
from data.models import Statement


def add(
    session: Transaction,
    *,
    statement_id: StatementId,
    session_id: SessionId,
    participant_id: ParticipantId,
    account_id: AccountId | None,
    text: str,
    salt: str,
    now: datetime,
    document: tuple[str, str, int] | None = None,
) -> Statement:
    """Store a statement; ``document`` is name, SHA-256 in hex and size in bytes."""
    name, sha256, size_bytes = document or (None, None, None)
    statement = Statement(
        id=statement_id,
        session_id=session_id,
        participant_id=participant_id,
        account_id=account_id,
        text=text,
        salt=salt,
        document_name=name,
        document_sha256=sha256,
        document_bytes=size_bytes,
        filed_at=now,
    )
    session.add(statement)
    session.flush()
    return statement


def answer(
    session: Transaction, *, statement_id: StatementId, answer_: str, reason: str, reason_salt: str, now: datetime
) -> None:
    statement = session.get_one(Statement, statement_id)
    statement.answer, statement.reason, statement.reason_salt, statement.answered_at = answer_, reason, reason_salt, now
    session.flush()


def get(session: Transaction, *, statement_id: str) -> Statement | None:
    return session.get(Statement, statement_id)


def of_session(session: Transaction, *, session_id: str) -> list[Statement]:
    """Return a session's statements in the order they were filed."""
    query = select(Statement).where(Statement.session_id == session_id)
    return list(session.exec(query.order_by(col(Statement.filed_at), col(Statement.id))))

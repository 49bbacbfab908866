"""Texts of chat messages. Who sent what to whom, and what was deleted, stands in the log; the text stands only here."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from data.commitments import new_salt
from data.ids import AccountId, MessageId, ParticipantId, SessionId, new_id
from data.models import Message


def add(
    session: Session,
    *,
    session_id: SessionId,
    text: str,
    now: datetime,
    to: str = "everyone",
    participant_id: ParticipantId | None = None,
    account_id: AccountId | None = None,
    message_id: MessageId | None = None,
    salt: str | None = None,
) -> Message:
    """Store a text; ``message_id`` and ``salt`` if the caller made them already for the event's commitment."""
    message = Message(
        id=message_id or new_id("ms"),
        session_id=session_id,
        participant_id=participant_id,
        account_id=account_id,
        to=to,
        text=text,
        salt=salt or new_salt(),
        sent_at=now,
    )
    session.add(message)
    session.flush()
    return message


def get(session: Session, *, message_id: MessageId) -> Message | None:
    """Return the message, if there is one."""
    return session.get(Message, message_id)


def of_session(session: Session, *, session_id: SessionId) -> list[Message]:
    """Return a session's messages in the order they were sent, deleted ones included (the log says which are)."""
    query = select(Message).where(Message.session_id == session_id)
    return list(session.exec(query.order_by(col(Message.sent_at), col(Message.id))))


def blank(session: Session, *, message_id: MessageId) -> None:
    """Forget the text of a message that a moderator deleted; its row and its event stay."""
    message = session.get(Message, message_id)
    if message is not None:
        message.text = message.salt = ""

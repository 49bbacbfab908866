"""Encoders: programs that may present in a room, each by a token of its own."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, func, select

from data.ids import new_id
from data.models import Encoder, Room


def create(session: Session, *, room_id: str, name: str, token_hash: str, account_id: str, now: datetime) -> Encoder:
    encoder = Encoder(
        id=new_id("en"), room_id=room_id, name=name, token_hash=token_hash, account_id=account_id, created_at=now
    )
    session.add(encoder)
    session.flush()
    return encoder


def get(session: Session, *, encoder_id: str) -> Encoder | None:
    """Return an encoder, also a revoked one."""
    return session.get(Encoder, encoder_id)


def with_room(session: Session, *, token_hash: str) -> tuple[Encoder, Room] | None:
    """Return the encoder of a token with its room, also a revoked one; a wrong token costs the same time as a right one."""
    query = select(Encoder, Room).join(Room, col(Room.id) == Encoder.room_id)
    return session.exec(query.where(Encoder.token_hash == token_hash)).one_or_none()


def of_room(session: Session, *, room_id: str) -> list[Encoder]:
    """Return a room's encoders that may present, by name."""
    query = select(Encoder).where(Encoder.room_id == room_id, col(Encoder.revoked_at).is_(None))
    return list(session.exec(query.order_by(func.lower(Encoder.name), col(Encoder.created_at))))


def used(session: Session, *, encoder_id: str, now: datetime) -> None:
    """Note that an encoder presents."""
    encoder = session.get(Encoder, encoder_id)
    if encoder is not None:
        encoder.used_at = now
        session.add(encoder)
        session.flush()


def revoke(session: Session, *, encoder_id: str, now: datetime) -> Encoder | None:
    """Make the token stop working; the first time counts."""
    encoder = session.get(Encoder, encoder_id)
    if encoder is not None and encoder.revoked_at is None:
        encoder.revoked_at = now
        session.add(encoder)
        session.flush()
    return encoder

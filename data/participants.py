"""The personal side of participants: one row a person and session, however many tabs and reconnections."""

from __future__ import annotations

from sqlmodel import Session, col, select

from data.commitments import new_salt
from data.ids import ParticipantId, PersonId, SessionId, new_id
from data.models import Participant


def seat(
    session: Session,
    *,
    session_id: SessionId,
    person_id: PersonId,
    name: str,
    email: str = "",
    organisation: str = "",
) -> Participant:
    """
    Return the person's participant in this session, making it the first time.

    A later call changes nothing: the log holds a commitment to the name somebody first joined with.
    """
    query = select(Participant).where(Participant.session_id == session_id, Participant.person_id == person_id)
    seated = session.exec(query).one_or_none()
    if seated is None:
        seated = Participant(
            id=new_id("pt"),
            session_id=session_id,
            person_id=person_id,
            name=name,
            email=email,
            organisation=organisation,
            salt=new_salt(),
        )
        session.add(seated)
        session.flush()
    return seated


def get(session: Session, *, participant_id: ParticipantId) -> Participant | None:
    """Return the participant, if there is one."""
    return session.get(Participant, participant_id)


def of_session(session: Session, *, session_id: SessionId) -> list[Participant]:
    """Return everybody who was seated in a session, by name."""
    query = select(Participant).where(Participant.session_id == session_id)
    return list(session.exec(query.order_by(col(Participant.name), col(Participant.id))))


def of_person(session: Session, *, person_id: PersonId) -> list[Participant]:
    """Return a person's participants in all sessions."""
    query = select(Participant).where(Participant.person_id == person_id)
    return list(session.exec(query.order_by(col(Participant.session_id))))

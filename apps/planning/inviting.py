"""Invitations: sending, sending again, revoking, changing the role."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from apps.planning import links
from apps.planning.asking import Asking, Outcome, changed
from apps.planning.commands import Invite, Invitee, ResendInvitation, RevokeInvitation, SetInvitationRole
from apps.planning.errors import Refused
from apps.planning.people import NAME_MAX_CHARACTERS
from apps.planning.texts import clean_email, clean_line
from data import invitations, mail, sign_ins
from data.ids import InvitationId, PersonId
from data.models import Invitation, Room

if TYPE_CHECKING:
    from sqlmodel import Session

DAY = timedelta(hours=24)


def invite(session: Session, asking: Asking, command: Invite) -> Outcome:
    """Invite everybody who is not invited yet, all or none; answers with the counts and the ids."""
    room = asking.room(session, command.room)
    wanted = {email: invitee for email, invitee in map(_checked, reversed(command.invitees))}  # the first of two stays
    known = {found.email: found for found in invitations.of_room(session, room_id=room.id)}
    fresh = {e: who for e, who in reversed(wanted.items()) if e not in known or known[e].revoked_at is not None}
    _refuse_too_many(session, asking, room, len(fresh))
    made = [_invite_one(session, asking, room, email, who, known.get(email)) for email, who in fresh.items()]
    values = {"invited": len(made), "skipped": len(command.invitees) - len(made), "invitations": made}
    if not made:
        return Outcome(values)
    return Outcome(values, (changed("invitation", *made, room=room.id),), mail_queued=True)


def resend(session: Session, asking: Asking, command: ResendInvitation) -> Outcome:
    """Send a new message with a new link; the old link is dead from now on."""
    invitation, room = _of_open_room(session, asking, command.invitation)
    _refuse_too_many(session, asking, room, 1)
    mail.withdraw(session, invitation_id=invitation.id)
    _renew_and_queue(session, asking, room, invitation.id)
    return _outcome(invitation, mail_queued=True)


def revoke(session: Session, asking: Asking, command: RevokeInvitation) -> Outcome:
    """Make the link and every browser that came by it useless; who was told of the invitation is told of its end."""
    invitation, room = asking.invitation(session, command.invitation)
    if invitation.revoked_at is not None:
        return _outcome(invitation)
    invitations.revoke(session, invitation_id=invitation.id, now=asking.now)
    mail.withdraw(session, invitation_id=invitation.id)
    sign_ins.delete_of_invitation(session, invitation_id=InvitationId(invitation.id))
    end = links.planned_end(room)
    told = invitation.sent_at is not None and (end is None or end > asking.now)
    if told:
        mail.queue(session, invitation_id=invitation.id, now=asking.now, kind="cancellation")
    return _outcome(invitation, expelled=(PersonId(invitation.id),), mail_queued=told)


def set_role(session: Session, asking: Asking, command: SetInvitationRole) -> Outcome:
    """Change the role with which the person enters next time."""
    invitation, _ = _of_open_room(session, asking, command.invitation)
    invitations.set_role(session, invitation_id=invitation.id, role=command.role)
    return _outcome(invitation)


def _checked(invitee: Invitee) -> tuple[str, Invitee]:
    """Return the address as it is kept, and the invitee with a name that can be shown to others."""
    email = clean_email(invitee.email)
    name = clean_line(invitee.name, field="name", max_characters=NAME_MAX_CHARACTERS)
    return email, invitee.model_copy(update={"email": email, "name": name or email.partition("@")[0]})


def _refuse_too_many(session: Session, asking: Asking, room: Room, wanted: int) -> None:
    """Keep the room's owner below the daily limit, whoever invites (AB-40)."""
    limit = asking.settings.mail_per_day
    sent = mail.count_invitations_since(session, owner_id=room.owner_id, since=asking.now - DAY)
    if wanted and sent + wanted > limit:
        raise Refused("mail_limit", limit=limit, left=max(0, limit - sent), wanted=wanted)


def _invite_one(
    session: Session, asking: Asking, room: Room, email: str, who: Invitee, revoked: Invitation | None
) -> str:
    role = "moderator" if who.moderator else "participant"
    language = who.language or room.language
    if revoked is None:
        made = invitations.create(
            session,
            room_id=room.id,
            email=email,
            name=who.name,
            token_hash=links.hash_of(links.new_secret()),
            now=asking.now,
            role=role,
            language=language,
        )
    else:
        made = revoked
        made.name, made.role, made.language = who.name, role, language
        made.answer, made.answered_at, made.sent_at = "", None, None
        session.add(made)
    _renew_and_queue(session, asking, room, made.id)
    return made.id


def _renew_and_queue(session: Session, asking: Asking, room: Room, invitation_id: str) -> None:
    secret = links.new_secret()
    invitations.renew(
        session,
        invitation_id=invitation_id,
        token_hash=links.hash_of(secret),
        now=asking.now,
        expires_at=links.expiry_of(room, now=asking.now),
    )
    mail.queue(session, invitation_id=invitation_id, now=asking.now, secret=secret)


def _of_open_room(session: Session, asking: Asking, invitation_id: str) -> tuple[Invitation, Room]:
    invitation, room = asking.invitation(session, invitation_id)
    if room.archived_at is not None:
        raise Refused("room_archived")
    return invitation, room


def _outcome(invitation: Invitation, *, expelled: tuple[PersonId, ...] = (), mail_queued: bool = False) -> Outcome:
    notice = changed("invitation", invitation.id, room=invitation.room_id)
    return Outcome({"invitation": invitation.id}, (notice,), expelled, mail_queued)

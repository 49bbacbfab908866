"""Types of Sala's identifiers: opaque random strings with a prefix that says what they name."""

from __future__ import annotations

import secrets
from typing import NewType

RoomId = NewType("RoomId", str)
SessionId = NewType("SessionId", str)
ParticipantId = NewType("ParticipantId", str)
"""One person's presence in one session, however many tabs and reconnections."""
PersonId = NewType("PersonId", str)
"""Who a person is across sessions of a room: an invitation id or an account id, taken from sign-in or link."""
ConnectionId = NewType("ConnectionId", str)
"""One tab's WebSocket."""
AccountId = NewType("AccountId", str)
InvitationId = NewType("InvitationId", str)
EncoderId = NewType("EncoderId", str)
"""A program that presents by a token; it is the person of its seat."""
ContactId = NewType("ContactId", str)
ContactListId = NewType("ContactListId", str)
MessageId = NewType("MessageId", str)
RecordingId = NewType("RecordingId", str)
OrganisationId = NewType("OrganisationId", str)
"""A supplier: an economic operator whose people sign in."""
TenderId = NewType("TenderId", str)
StatementId = NewType("StatementId", str)
"""What a supplier put on the record of a tender's session."""
PresentationId = NewType("PresentationId", str)
"""Something prepared to be shown: pages or a film."""


def new_id(prefix: str) -> str:
    """Return a fresh id such as ``rm_6f1c…``: the prefix and 96 random bits in hex."""
    return f"{prefix}_{secrets.token_hex(12)}"

"""
What can be asked outside a session: conferences, contacts, invitations. From the console now, from the REST API later.

Carried out by ``apps.planning.planner``; each answers with the id of what it made or changed, or is refused with a ``Denied``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from apps.evidence.commands import EvidenceCommand
from apps.tenders.commands import TenderCommand
from data.ids import AccountId, ContactId, ContactListId, EncoderId, InvitationId, RoomId

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
LanguageCode = Literal["en", "ro", "it"]


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class RoomSettings(BaseModel):
    """What a moderator fills in for a conference (A1)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: Title
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)] = ""
    starts_at: datetime | None = None  # aware
    length_min: Annotated[int, Field(ge=5, le=24 * 60)] | None = None
    zone: Annotated[str, StringConstraints(max_length=64)] = "UTC"
    language: LanguageCode = "en"
    max_participants: Annotated[int, Field(ge=2, le=1000)] = 50
    record: bool = False
    presence_every_min: Literal[0, 5, 10, 15, 20, 30, 60] = 0  # presence checks on average so often; 0: none


class CreateRoom(_Command):
    type: Literal["create_room"] = "create_room"
    settings: RoomSettings


class UpdateRoom(_Command):
    type: Literal["update_room"] = "update_room"
    room: RoomId
    settings: RoomSettings


class ArchiveRoom(_Command):
    """Take a room out of the list; its sessions and attendance stay. Refused while a session is open."""

    type: Literal["archive_room"] = "archive_room"
    room: RoomId


class CreateContactList(_Command):
    type: Literal["create_contact_list"] = "create_contact_list"
    name: Title


class RenameContactList(_Command):
    type: Literal["rename_contact_list"] = "rename_contact_list"
    list: ContactListId
    name: Title


class DeleteContactList(_Command):
    """With its contacts; invitations already sent stay."""

    type: Literal["delete_contact_list"] = "delete_contact_list"
    list: ContactListId


class SaveContact(_Command):
    """Create (``contact`` is ``None``) or change a contact."""

    type: Literal["save_contact"] = "save_contact"
    contact: ContactId | None = None
    list: ContactListId
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
    name: Name = ""
    organisation: Name = ""
    language: LanguageCode | Literal[""] = ""


class DeleteContact(_Command):
    type: Literal["delete_contact"] = "delete_contact"
    contact: ContactId


class ImportContacts(_Command):
    """
    Add or update the contacts of a CSV file in a list, all or none.

    ``content`` is the file, base64. Columns by heading in any of the three languages (e-mail required; name, organisation, language);
    comma, semicolon or tab; UTF-8 with or without BOM, else Windows-1250 or -1252. Answers with the counts added, updated, skipped.
    """

    type: Literal["import_contacts"] = "import_contacts"
    list: ContactListId
    content: Annotated[str, StringConstraints(max_length=1_400_000)]  # 1 MiB of file in base64


class Invitee(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
    name: Name = ""
    language: LanguageCode | Literal[""] = ""
    moderator: bool = False


class Invite(_Command):
    """Invite people, each once; somebody already invited (and not revoked) is skipped and counted."""

    type: Literal["invite"] = "invite"
    room: RoomId
    invitees: Annotated[tuple[Invitee, ...], Field(max_length=500)]


class ResendInvitation(_Command):
    """Send a new message with a new link; the old link stops working. A revoked or banned invitation is valid again."""

    type: Literal["resend_invitation"] = "resend_invitation"
    invitation: InvitationId


class RevokeInvitation(_Command):
    """The link stops working, in a running session too; a cancellation is mailed if the invitation had been sent."""

    type: Literal["revoke_invitation"] = "revoke_invitation"
    invitation: InvitationId


class SetInvitationRole(_Command):
    type: Literal["set_invitation_role"] = "set_invitation_role"
    invitation: InvitationId
    role: Literal["moderator", "participant"]


class CreateAccount(_Command):
    """Administrators only. Answers with a one-time password in ``values["password"]``, shown once."""

    type: Literal["create_account"] = "create_account"
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
    role: Literal["administrator", "moderator"] = "moderator"
    language: LanguageCode = "en"


class DisableAccount(_Command):
    """Administrators only, never oneself."""

    type: Literal["disable_account"] = "disable_account"
    account: AccountId


class MakeEncoder(_Command):
    """Let a program such as OBS present in a room. Answers with its ``token``, shown once, and the ``address`` it sends to."""

    type: Literal["make_encoder"] = "make_encoder"
    room: RoomId
    name: Name


class RevokeEncoder(_Command):
    """Its token stops working, in a running session too."""

    type: Literal["revoke_encoder"] = "revoke_encoder"
    encoder: EncoderId


PlanningCommand = Annotated[
    CreateRoom
    | UpdateRoom
    | ArchiveRoom
    | CreateContactList
    | RenameContactList
    | DeleteContactList
    | SaveContact
    | DeleteContact
    | ImportContacts
    | Invite
    | ResendInvitation
    | RevokeInvitation
    | SetInvitationRole
    | MakeEncoder
    | RevokeEncoder
    | EvidenceCommand
    | CreateAccount
    | DisableAccount
    | TenderCommand,
    Field(discriminator="type"),
]

_ADAPTER: TypeAdapter[Any] = TypeAdapter(PlanningCommand)


def planning_command_from(values: object) -> PlanningCommand:
    """Parse a command from the wire. Raises ``pydantic.ValidationError``."""
    command: PlanningCommand = _ADAPTER.validate_python(values)
    return command

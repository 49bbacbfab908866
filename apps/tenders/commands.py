"""
What can be asked about suppliers and tenders, from the console and the REST API; a part of ``apps.planning.commands``.

Answers hold the id of what was made or changed; imports answer with ``added``, ``updated`` and ``problems``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from data.ids import AccountId, OrganisationId, TenderId

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
TaxCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]
FileContent = Annotated[str, StringConstraints(max_length=1_400_000)]
"""A file of 1 MiB at most, in base64."""
LanguageCode = Literal["en", "ro", "it"]
Procedure = Literal["open", "restricted", "negotiated", "dialogue", "partnership", "direct", "other"]
OfferState = Literal["none", "draft", "submitted", "withdrawn", "excluded"]


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SaveOrganisation(_Command):
    """Create (``organisation`` is ``None``) or change a supplier; the tax code of one that exists stays as it is."""

    type: Literal["save_organisation"] = "save_organisation"
    organisation: OrganisationId | None = None
    name: Line
    tax_code: TaxCode = "-"


class SwitchOrganisation(_Command):
    """Let nobody of a supplier in any more, at once and in running sessions too; or let them in again."""

    type: Literal["switch_organisation"] = "switch_organisation"
    organisation: OrganisationId
    enabled: bool


class AddSupplierPerson(_Command):
    """Give somebody of a supplier an account, and mail them the link that activates it."""

    type: Literal["add_supplier_person"] = "add_supplier_person"
    organisation: OrganisationId
    email: Email
    name: Name
    language: LanguageCode = "it"


class SwitchSupplierPerson(_Command):
    """As ``SwitchOrganisation``, for one person."""

    type: Literal["switch_supplier_person"] = "switch_supplier_person"
    account: AccountId
    enabled: bool


class SendActivation(_Command):
    """Mail a fresh link; those sent before stop working. Refused once the account is activated."""

    type: Literal["send_activation"] = "send_activation"
    account: AccountId


class ResetSecondStep(_Command):
    """Let somebody who lost both device and recovery codes sign in with the password alone; they are signed out everywhere."""

    type: Literal["reset_second_step"] = "reset_second_step"
    account: AccountId


class ImportSuppliers(_Command):
    """
    Add suppliers and their people from a CSV file; all of it, or with ``problems`` nothing.

    Columns by heading in any of the three languages: organisation, tax code and e-mail are required, name and language are not. Each row
    is one person; an organisation or a person that exists already is brought up to date.
    """

    type: Literal["import_suppliers"] = "import_suppliers"
    content: FileContent


class TenderSettings(BaseModel):
    """What the authority fills in for a tender (C9)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    subject: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
    procedure: Procedure = "open"
    deadline: datetime  # aware
    base_amount_cents: Annotated[int, Field(ge=0, le=10**15)] | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "EUR"
    description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=10_000)] = ""
    starts_at: datetime | None = None  # of the next session, aware
    zone: Annotated[str, StringConstraints(max_length=64)] = "Europe/Rome"
    language: LanguageCode = "it"
    record: bool = True
    suppliers_visible: bool = False
    floor_policy: Literal["arrival", "organisation", "lot"] = "arrival"
    floor_limit_s: Annotated[int, Field(ge=10, le=7200)] | None = None


class SaveTender(_Command):
    """Create (``tender`` is ``None``) or change a tender, with the room that its sessions are held in."""

    type: Literal["save_tender"] = "save_tender"
    tender: TenderId | None = None
    settings: TenderSettings


class ArchiveTender(_Command):
    """Take a tender out of all lists; its sessions and what they left stay. Refused while a session is open."""

    type: Literal["archive_tender"] = "archive_tender"
    tender: TenderId


class ImportTenders(_Command):
    """
    Add tenders from a CSV file; all of it, or with ``problems`` nothing.

    Columns by heading in any of the three languages: number, subject and deadline are required; procedure, amount, currency and
    description are not. A tender whose number exists is brought up to date.
    """

    type: Literal["import_tenders"] = "import_tenders"
    content: FileContent
    zone: Annotated[str, StringConstraints(max_length=64)] = "Europe/Rome"
    language: LanguageCode = "it"


class TenderPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    organisation: OrganisationId
    offer_state: OfferState = "none"
    admitted: bool = True


class SetTenderSuppliers(_Command):
    """Give suppliers their part in a tender, or change it. Those no longer admitted leave a running session at once."""

    type: Literal["set_tender_suppliers"] = "set_tender_suppliers"
    tender: TenderId
    parts: Annotated[tuple[TenderPart, ...], Field(min_length=1, max_length=2000)]


class RemoveTenderSupplier(_Command):
    """Take a supplier out of a tender, and of its running session."""

    type: Literal["remove_tender_supplier"] = "remove_tender_supplier"
    tender: TenderId
    organisation: OrganisationId


TenderCommand = (
    SaveOrganisation
    | SwitchOrganisation
    | AddSupplierPerson
    | SwitchSupplierPerson
    | SendActivation
    | ResetSecondStep
    | ImportSuppliers
    | SaveTender
    | ArchiveTender
    | ImportTenders
    | SetTenderSuppliers
    | RemoveTenderSupplier
)

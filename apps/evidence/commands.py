"""What can be asked about evidence: from the console and the API, carried out by ``apps.planning.planner``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from data.ids import OrganisationId, SessionId

PREFACE_MAX_CHARACTERS = 20_000


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SavePreface(_Command):
    """
    Write what stands before the facts of a session's minutes, in one language; each change is a version of its own.

    Answers with the number of the ``version``.
    """

    type: Literal["save_preface"] = "save_preface"
    session: SessionId
    language: Literal["en", "ro", "it"]
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=PREFACE_MAX_CHARACTERS)]


class ErasePerson(_Command):
    """
    Erase everybody of an e-mail address, in all rooms, with what they wrote and filed; logs still verify. Administrators only.

    Answers with counts: ``people``, ``participants``, ``messages``, ``statements``, ``contacts``.
    """

    type: Literal["erase_person"] = "erase_person"
    email: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=3, max_length=254)]


class EraseOrganisation(_Command):
    """
    Erase a supplier whose name is somebody's, with all its people; logs still verify. Administrators only.

    Answers as ``ErasePerson`` does.
    """

    type: Literal["erase_organisation"] = "erase_organisation"
    organisation: OrganisationId


EvidenceCommand = SavePreface | ErasePerson | EraseOrganisation

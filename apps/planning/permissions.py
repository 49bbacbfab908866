"""
Who may ask for what in planning: one table, command by role.

A moderator reaches only what is theirs (``Asking.may_reach``); for them the rest does not exist. Administrators reach everything.
"""

from __future__ import annotations

from collections.abc import Mapping

ROLES = ("administrator", "moderator")
"""Roles of accounts; every other role asks for nothing here."""

_PLANNERS = frozenset(ROLES)
_ADMINISTRATORS = frozenset({"administrator"})

PERMISSIONS: Mapping[str, frozenset[str]] = {
    "create_room": _PLANNERS,
    "update_room": _PLANNERS,
    "archive_room": _PLANNERS,
    "create_contact_list": _PLANNERS,
    "rename_contact_list": _PLANNERS,
    "delete_contact_list": _PLANNERS,
    "save_contact": _PLANNERS,
    "delete_contact": _PLANNERS,
    "import_contacts": _PLANNERS,
    "invite": _PLANNERS,
    "resend_invitation": _PLANNERS,
    "revoke_invitation": _PLANNERS,
    "set_invitation_role": _PLANNERS,
    "make_encoder": _PLANNERS,
    "revoke_encoder": _PLANNERS,
    "save_preface": _PLANNERS,
    "erase_person": _ADMINISTRATORS,
    "erase_organisation": _ADMINISTRATORS,
    "create_account": _ADMINISTRATORS,
    "disable_account": _ADMINISTRATORS,
    # suppliers are the whole authority's, tenders those of the account that made them
    "save_organisation": _PLANNERS,
    "switch_organisation": _PLANNERS,
    "add_supplier_person": _PLANNERS,
    "switch_supplier_person": _PLANNERS,
    "send_activation": _PLANNERS,
    "reset_second_step": _PLANNERS,
    "import_suppliers": _PLANNERS,
    "save_tender": _PLANNERS,
    "archive_tender": _PLANNERS,
    "import_tenders": _PLANNERS,
    "set_tender_suppliers": _PLANNERS,
    "remove_tender_supplier": _PLANNERS,
}
"""Type of command to the roles that may ask for it."""


def may_ask(role: str, command_type: str) -> bool:
    """Say whether a role may ask for a type of command; of whose things is another question."""
    return role in PERMISSIONS.get(command_type, frozenset())

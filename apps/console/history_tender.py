"""Sentences about a tender's session for the log of a room's page; they belong to ``apps.console.history``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


OF_TENDERS: Mapping[str, str] = {
    "floor_granted": N_("{who} gave {whom} the floor"),
    "floor_extended": N_("{who} gave {whom} more time"),
    "floor_refused": N_("{who} refused {whom} the floor"),
    "floor_policy_set": N_("{who} set the order of the floor"),
    "lot_drawn": N_("{who} drew lots for the floor"),
    "reserved_begun": N_("{who} suspended the session for a reserved part"),
    "reserved_ended": N_("{who} went on in public"),
    "statement_filed": N_("{whom} put a statement on the record"),
}

SWITCHED_IN_TENDERS: Mapping[tuple[str, str, Any], str] = {
    ("floor_ended", "reason", "self"): N_("{whom} gave the floor back"),
    ("floor_ended", "reason", "moderator"): N_("{who} ended the floor of {whom}"),
    ("floor_ended", "reason", "time"): N_("The time of {whom} was over"),
    ("floor_ended", "reason", "gone"): N_("{whom} lost the floor: they are gone"),
    ("floor_ended", "reason", "removed"): N_("{whom} lost the floor: they were removed"),
    ("floor_ended", "reason", "reserved"): N_("{whom} lost the floor: a reserved part began"),
    ("floor_ended", "reason", "ended"): N_("{whom} lost the floor: the session ended"),
    ("reserved_changed", "inside", True): N_("{who} let {whom} into the reserved part"),
    ("reserved_changed", "inside", False): N_("{who} sent {whom} out of the reserved part"),
    ("suppliers_shown", "shown", True): N_("{who} let suppliers see each other’s names"),
    ("suppliers_shown", "shown", False): N_("{who} hid suppliers’ names from each other"),
    ("statement_answered", "answer", "noted"): N_("{who} noted a statement"),
    ("statement_answered", "answer", "accepted"): N_("{who} accepted a statement"),
    ("statement_answered", "answer", "declined"): N_("{who} declined a statement"),
}

"""Sentences about a tender's session: the floor, the reserved part, statements. They belong to ``apps.sentences``."""

from __future__ import annotations


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


FLOOR_SENTENCES: dict[str, str] = {
    "not_a_tender": N_("This is possible only in the session of a tender."),
    "no_floor": N_("You do not have the floor. Raise your hand to ask for it."),
    "floor_taken": N_("Somebody has the floor. End it first."),
    "floor_over": N_("They no longer have the floor."),
    "hand_not_raised": N_("They are no longer asking for the floor."),
    "not_by_lot": N_("The floor is not given by lot. Choose that order first."),
    "nobody_asks": N_("Nobody is asking for the floor."),
    "reserved_part": N_("The session is in a reserved part. You can go on when it is public again."),
    "no_reserved_part": N_("There is no reserved part at the moment."),
    "leads_reserved_part": N_("Those who lead the session are in every reserved part."),
    "recording_reserved": N_("A recording of a reserved part is never released to the suppliers."),
    "too_many_statements": N_("One person can put at most {limit} statements on the record of a session."),
    "statement_answered": N_("This statement has been answered already."),
    "statement_too_long": N_("The statement is too long: at most {limit} characters. Put the rest into a document."),
    "reason_needed": N_("Please give the reason: a statement is declined only with one."),
    "statement_file_type": N_(
        "Documents are taken as PDF, PowerPoint, Word or OpenDocument files, or as PNG, JPEG or WebP pictures."
    ),
    "document_unknown": N_("The document is no longer on the server. Please choose it again."),
}

"""A report of attendance as a file, and a person's certificate; the same numbers in all of them, for they come from one frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apps.evidence.attendance_report import Report, about, clock_of, date_text, moment_text, rules_text
from apps.evidence.typeset import typeset
from apps.i18n import translate
from data.csv_export import clock_text, to_csv
from data.headings import WORDS
from data.rules import share_text, unmet
from data.xlsx_export import to_xlsx

HIDDEN = ("session_id", "participant_id", "person_id")
"""Columns that the lists for people leave out."""

MIME = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def as_csv(made: Report, language: str) -> bytes:
    """Return the list as CSV, with every column of the frame."""
    return to_csv(made.frame, language=language)


def as_xlsx(made: Report, language: str) -> bytes:
    """Return the list as XLSX; who, when and what for stands on its second sheet."""
    shown = made.frame[[column for column in made.frame.columns if column not in HIDDEN]]
    facts = {translate(language, "Conference"): made.room.title, **about(made, language)}
    return to_xlsx(shown, language=language, title=translate(language, "Attendance"), about=facts)


def as_pdf(made: Report, language: str) -> bytes:
    """Return the list as PDF, in the time of the room's own zone."""
    columns = _columns(made, language)
    rows: Any = made.frame.to_dict("records")
    return typeset(
        "attendance_list.typ",
        {
            "language": language,
            "title": translate(language, "Attendance list"),
            "session": made.opening.id,
            "room": made.room.title,
            "facts": list(about(made, language).items()),
            "headings": [column.title for column in columns],
            "widths": [column.width for column in columns],
            "aligns": [column.align for column in columns],
            "rows": [[column.text(row) for column in columns] for row in rows],
            "notes": [
                translate(language, "Times of day are those of {zone}. Lengths are hours, minutes and seconds.", zone=made.room.zone),
                translate(language, "Time present counts once however many tabs and devices; times away do not count."),
            ],
            "foot": translate(language, "Made by Sala on {moment}.", moment=moment_text(made.made_at, made.room.zone, language)),
        },
    )  # fmt: skip


FORMATS: Mapping[str, Callable[[Report, str], bytes]] = {"csv": as_csv, "xlsx": as_xlsx, "pdf": as_pdf}


class _Column:
    def __init__(
        self, title: str, text: Callable[[Mapping[str, Any]], str], *, width: float = 1, align: str = "end"
    ) -> None:
        self.title, self.text, self.width, self.align = title, text, width, align


def _columns(made: Report, language: str) -> list[_Column]:
    zone = made.room.zone
    there = translate(language, "in the room")
    columns = [
        _Column(translate(language, "Name"), lambda row: row["name"] or translate(language, "(erased)"), width=3, align="start"),
        _Column(translate(language, "Organisation"), lambda row: row["organisation"], width=2, align="start"),
        _Column(translate(language, "Came"), lambda row: clock_of(row["first_joined_at"], zone), width=1.2),
        _Column(translate(language, "Left"), lambda row: there if row["present"] else clock_of(row["last_left_at"], zone), width=1.2),
        _Column(translate(language, "Time present"), lambda row: clock_text(row["present_s"]), width=1.2),
        _Column("%", lambda row: share_text(row["present_pct"], language)),
        _Column(translate(language, "Page visible"), lambda row: clock_text(row["visible_s"]), width=1.2),
        _Column(translate(language, "Spoke"), lambda row: clock_text(row["spoke_s"]), width=1.2),
        _Column(translate(language, "Checks answered"), lambda row: f"{row['checks_answered']}/{row['checks_asked']}", width=1.4),
        _Column(translate(language, "Reconnections"), lambda row: str(row["reconnections"]), width=1.5),
    ]  # fmt: skip
    if made.rules:
        yes, no = WORDS["yes"][language], WORDS["no"][language]
        columns.append(_Column(translate(language, "Rule met"), lambda row: yes if row["meets"] else no, width=1.3))
    return columns


def certificate(made: Report, row: Mapping[str, Any], *, language: str, code: str, address: str) -> bytes | None:
    """
    Return a person's certificate of attendance as PDF; ``None`` if a rule that was asked for is not met.

    Args:
        row: Of the report's frame; the session must be closed, so that no later event changes it.
        code: For whoever wants to verify it at ``address``.
    """
    if unmet(made.rules, row):
        return None
    facts = certificate_facts(made, row, language)
    return typeset(
        "certificate.typ",
        {
            "language": language,
            "title": translate(language, "Certificate of attendance"),
            "opening": translate(language, "This certifies that"),
            "name": row["name"] or translate(language, "(erased)"),
            "organisation": row["organisation"],
            "attended": translate(language, "attended the online session"),
            "room": made.room.title,
            "facts": facts,
            "verify": translate(language, "Whoever has this code can verify the certificate:"),
            "code": code,
            "address": address,
            "foot": translate(language, "Made by Sala on {moment}.", moment=moment_text(made.made_at, made.room.zone, language)),
        },
    )  # fmt: skip


def certificate_facts(made: Report, row: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    """Return what certificate and verification page say alike: no name in it."""
    zone = made.room.zone
    present = translate(
        language,
        "{present} of {length} ({percent} %)",
        present=clock_text(row["present_s"]),
        length=clock_text(row["session_s"]),
        percent=share_text(row["present_pct"], language),
    )
    facts = [
        (translate(language, "Date"), date_text(made.opening.opened_at, zone, language)),
        (translate(language, "From"), moment_text(row["first_joined_at"], zone, language)),
        (translate(language, "To"), moment_text(row["last_left_at"], zone, language)),
        (translate(language, "Time present (h:mm:ss)"), present),
    ]
    if row["checks_asked"]:
        answered = translate(
            language, "{answered} of {asked}", answered=row["checks_answered"], asked=row["checks_asked"]
        )
        facts.append((translate(language, "Presence checks answered"), answered))
    if made.rules:
        facts.append((translate(language, "Requirement met"), rules_text(made.rules, language)))
    return [*facts, (translate(language, "Organiser"), made.organiser)]

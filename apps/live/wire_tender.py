"""
``tender`` of docs/protocol.md: all that a page shows of floor, queue, reserved part and statements, as one viewer may see it.

A page need not know how queues are ordered or what is secret: it is told anew whenever this changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from apps.live.floor_queue import NEVER, firm_of, queue, used_by_organisation
from apps.live.grants_tender import supplier_number
from apps.live.roster import Roster
from apps.live.state import Presence, SessionState
from apps.live.state_tender import StatementHead
from apps.live.visibility import Viewer
from apps.live.visibility_tender import hides_name_of
from data.ids import ParticipantId, StatementId
from data.models import Statement


@dataclass(frozen=True, slots=True)
class StatementWords:
    """What is kept of a statement beside the log. ``document`` is name, SHA-256 in hex and bytes."""

    text: str
    document: tuple[str, str, int] | None = None
    reason: str = ""


def words_of(row: Statement) -> StatementWords:
    """Return the words of a stored statement."""
    kept = (row.document_name or "", row.document_sha256 or "", row.document_bytes or 0)
    return StatementWords(row.text, kept if row.document_sha256 else None, row.reason)


@dataclass(slots=True)
class TenderView:
    """The views of one state: what all share is computed once. ``words`` are the statements' own."""

    state: SessionState
    roster: Roster
    words: Mapping[StatementId, StatementWords]
    _order: Sequence[ParticipantId] = field(init=False)
    _places: Mapping[ParticipantId, int] = field(init=False)
    _shared: dict[bool, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._order = queue(self.state)
        self._places = {hand: place for place, hand in enumerate(self._order, start=1)}

    def seen_by(self, viewer: Viewer, *, apart: bool = False) -> dict[str, Any]:
        """Return the view of somebody; ``apart``: a reserved part leaves them out."""
        if apart:
            return {"apart": True, "reserved": self._reserved(), "statements": self._statements(viewer)}
        if viewer.moderates:
            return {**self._base(), **self._for_leaders(), "statements": self._statements(viewer)}
        me, floor = viewer.participant, self.state.tender.floor
        view = self._base()
        if floor is not None and hides_name_of(self.state, floor.participant, viewer):
            view = {**view, "floor": {**view["floor"], "name": "", "firm": ""}}
        own = self._statements(viewer)
        place = self._places.get(me) if me is not None else None
        if place is None and not own and me not in self.state.tender.refused:
            return view
        return {**view, "place": place, "refused": me in self.state.tender.refused, "statements": own}

    def _base(self) -> dict[str, Any]:
        if False not in self._shared:
            tender = self.state.tender
            self._shared[False] = {
                "apart": False,
                "policy": tender.policy,
                "limit_s": tender.limit_s,
                "suppliers_shown": tender.suppliers_shown,
                "suppliers": self._count(),
                "floor": self._floor(),
                "waiting": len(self._order),
                "place": None,
                "refused": False,
                "reserved": self._reserved(),
                "statements": [],
            }
        return self._shared[False]

    def _for_leaders(self) -> dict[str, Any]:
        if True not in self._shared:
            state, tender = self.state, self.state.tender
            firms = used_by_organisation(state)
            self._shared[True] = {
                "queue": [self._hand(hand, firms) for hand in self._order],
                "used": [{"participant": who, **self._used(who, tender.used[who])} for who in tender.used],
                "commitment": tender.commitment,
                "draws": tender.draws,
                "can_draw": tender.policy == "lot" and bool(self._order),
                "inside": self._inside(),
            }
        return self._shared[True]

    def _hand(self, hand: ParticipantId, firms: Mapping[str, Any]) -> dict[str, Any]:
        had = firms.get(firm_of(self.state, hand), NEVER)
        return {"participant": hand, "firm": self._firm(hand), "firm_turns": had.turns, "firm_used_ms": had.used_ms}

    def _used(self, who: ParticipantId, used: Any) -> dict[str, Any]:
        return {"firm": self._firm(who), "turns": used.turns, "held_ms": used.held_ms, "used_ms": used.used_ms}

    def _firm(self, who: ParticipantId) -> str:
        entry = self.roster.entries.get(who)
        return entry.firm if entry else ""

    def _count(self) -> int:
        return sum(seat.role == "supplier" and seat.presence is Presence.PRESENT for seat in self.state.seats.values())

    def _floor(self) -> dict[str, Any] | None:
        floor = self.state.tender.floor
        if floor is None:
            return None
        return {
            "participant": floor.participant,
            "name": self.roster.name_of(floor.participant),
            "firm": self._firm(floor.participant),
            "supplier": supplier_number(self.state, floor.participant),
            "since": _moment(floor.since),
            "until": _moment(floor.until),
            "limit_s": floor.limit_s,
        }

    def _reserved(self) -> dict[str, Any] | None:
        part = self.state.tender.reserved
        if part is None:
            return None
        return {"since": _moment(part.since), "resumes_at": _moment(part.resumes_at), "reason": part.reason}

    def _inside(self) -> list[ParticipantId]:
        """Return who was let into the reserved part that lasts, beside the authority."""
        part = self.state.tender.reserved
        admitted = part.admitted if part is not None else frozenset()
        return [seat.participant for seat in self.state.seats.values() if seat.person in admitted]

    def _statements(self, viewer: Viewer) -> list[dict[str, Any]]:
        heads = self.state.tender.statements.values()
        return [self._statement(head) for head in heads if viewer.moderates or head.participant == viewer.participant]

    def _statement(self, head: StatementHead) -> dict[str, Any]:
        words = self.words.get(head.statement, StatementWords(""))
        name, sha256, size_bytes = words.document or ("", "", 0)
        return {
            "statement": head.statement,
            "participant": head.participant,
            "name": self.roster.name_of(head.participant),
            "firm": self._firm(head.participant),
            "at": _moment(head.at),
            "text": words.text,
            "document": {"name": name, "sha256": sha256, "bytes": size_bytes} if words.document else None,
            "answer": head.answer,
            "reason": words.reason,
            "answered_at": _moment(head.answered_at),
        }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

"""
Tells everybody in a tender's session how floor, queue, reserved part and statements stand, each as these eyes may see it.

What concerns somebody is told at once; how many suppliers are there, with the next tick. Whom a reserved part leaves out is told that, then
nothing until it ends; then they get a new snapshot and a new transport.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args

from apps.live import wire
from apps.live.events_tender import TenderEvent
from apps.live.grants_tender import apart
from apps.live.visibility import CONSOLE, Viewer, viewer_of
from apps.live.visibility_tender import sees_seat
from apps.live.wire_tender import TenderView
from data.ids import ParticipantId

if TYPE_CHECKING:
    from apps.live.seated import Seated
    from apps.live.session_runner import SessionRunner

COUNTED = frozenset({"connected", "disconnected", "participant_gone", "participant_left", "participant_removed"})
TOLD = frozenset({"session_opened", "hand_raised", "hand_lowered", "role_changed"})
OF_TENDERS = frozenset(kind.model_fields["type"].default for kind in get_args(TenderEvent))


class TenderTeller:
    """One for each open session; does nothing in a conference."""

    def __init__(self, runner: SessionRunner) -> None:
        self._runner = runner
        self._told: dict[ParticipantId, tuple[Seated, Mapping[str, Any]]] = {}
        self._due = False

    @property
    def _is_tender(self) -> bool:
        return self._runner.state.kind == "tender"

    # --- after each change ------------------------------------------------------------------------------------------------

    def follow(self, lines: Sequence[wire.Line]) -> None:
        """Tell what the lines changed; the state knows them already."""
        if not self._is_tender:
            return
        audience, now_apart = self._runner.audience, apart(self._runner.state)
        back, audience.apart = audience.apart - now_apart, now_apart
        if self._runner.state.phase == "open":
            for participant in back:
                self._bring_back(participant)
        types = {line.event.type for line in lines}
        if "suppliers_shown" in types:
            self._show_anew()
        if types & (TOLD | OF_TENDERS):
            self.tell(also=now_apart)
        elif types & COUNTED:
            self._due = True

    def tick(self) -> None:
        self._runner.audience.tell_hidden()
        if self._due:
            self.tell()

    def tell(self, also: frozenset[ParticipantId] = frozenset()) -> None:
        """Send everybody their view, where it changed; those apart only if they are ``also`` to be told."""
        self._due = False
        views, state = self._views(), self._runner.state
        left_out = self._runner.audience.apart
        for attachment in self._runner.audience:
            participant = attachment.participant
            if not attachment.live or participant is None or (participant in left_out and participant not in also):
                continue
            view = views.seen_by(viewer_of(state, participant), apart=participant in left_out)
            if self._told.get(participant) != (attachment, view):
                self._told[participant] = (attachment, view)
                attachment.send({"type": "tender", "tender": view})
        self._runner.watchers.tell({"type": "tender", "tender": views.seen_by(CONSOLE)})

    def _views(self) -> TenderView:
        return TenderView(self._runner.state, self._runner.roster, self._runner.statements.words)

    def _bring_back(self, participant: ParticipantId) -> None:
        """Welcome somebody anew whom a reserved part left out: what happened meanwhile is not theirs to know."""
        attachment = self._runner.audience.get(participant)
        if attachment is not None and attachment.live:
            attachment.live = False
            self._runner.house.tasks.start(self._runner.welcome_back(attachment), "session-back")

    def for_console(
        self, lines: Sequence[wire.Line], events: Sequence[Mapping[str, Any]]
    ) -> tuple[Mapping[str, Any], ...]:
        """Return events as consoles are told them: where they changed the tender's view, the last of them carries it."""
        types = {line.event.type for line in lines}
        if not self._is_tender or not types & (TOLD | COUNTED | OF_TENDERS):
            return tuple(events)
        return (*events[:-1], {**events[-1], "tender": self._views().seen_by(CONSOLE)})

    def _show_anew(self) -> None:
        """Names appeared or disappeared: whoever does not lead gets a new snapshot."""
        for attachment in self._runner.audience.told():
            participant = attachment.participant
            if participant is not None and not viewer_of(self._runner.state, participant).moderates:
                self._runner.show_anew(attachment, participant)

    @property
    def known_to_all(self) -> int:
        """Number of the last event that those know whom a reserved part leaves out: its beginning."""
        part = self._runner.state.tender.reserved
        return self._runner.state.number if part is None else part.begun

    # --- snapshots --------------------------------------------------------------------------------------------------------

    def snapshot(self, viewer: Viewer) -> dict[str, Any]:
        """Return the whole of the session as a viewer may see it, ``tender`` and all."""
        runner = self._runner
        state, roster = runner.state, runner.roster
        whole = wire.snapshot(state, runner.room, roster, runner.chat, viewer)
        if not self._is_tender:
            return {**whole, "tender": None}
        left_out = viewer.participant in apart(state)
        view = self._views().seen_by(viewer, apart=left_out)
        if left_out:
            hands = [hand for hand in whole["hands"] if hand == viewer.participant]
            whole |= {"presenter": None, "presentation": None, "microphones_locked": False, "hands": hands}
            whole["number"] = self.known_to_all
            whole["recording"] |= {"tape": False, "reason": "", "running": None}
            whole["presence"] |= {"checks": None, "asked": None}
        return {**whole, "tender": view}

    def tell_quality(self, levels: Mapping[str, Any]) -> None:
        """Tell everybody the qualities of those whom they see."""
        audience = self._runner.audience
        if not self._is_tender:
            return audience.tell({"type": "quality", "participants": levels})
        for attachment in audience.told():
            seen = levels if attachment.participant is None else self._levels_for(attachment.participant, levels)
            attachment.send({"type": "quality", "participants": seen})
        return None

    def _levels_for(self, participant: ParticipantId, levels: Mapping[str, Any]) -> Mapping[str, Any]:
        state = self._runner.state
        viewer, seats = viewer_of(state, participant), state.seats
        if viewer.moderates:
            return levels
        known = ((who, seats.get(ParticipantId(who))) for who in levels)
        return {who: levels[who] for who, seat in known if seat is not None and sees_seat(state, seat, viewer)}

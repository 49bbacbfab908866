"""Presentations as the Hub sees them: looked up before they are shown, named on the way out, told about while they are being prepared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apps.live.commands_presenting import ShowPresentation, StartPresentation
from apps.live.grants import HERE
from apps.live.grants_tender import is_apart
from apps.live.permissions import PERMISSIONS, roles_of
from apps.live.person import Person
from apps.live.roster import Roster, Shown
from apps.live.state import Actor, Denied, Presence, SessionState
from apps.sentences import sentence
from data import documents
from data.ids import ParticipantId, PresentationId, RoomId
from data.models import Presentation

if TYPE_CHECKING:
    from sqlmodel import Session

    from apps.live.session_runner import SessionRunner


async def prepared(runner: SessionRunner, command: StartPresentation) -> ShowPresentation | Denied:
    """Look up what is to be shown; it must be at hand in this very room, and its beginning must be there."""
    found = await runner.house.database.read(look_up, runner.room.id, command)
    if isinstance(found, Denied):
        return found
    show, shown = found
    runner.roster.presentations[show.presentation] = shown
    return show


def look_up(session: Session, room_id: RoomId, command: StartPresentation) -> tuple[ShowPresentation, Shown] | Denied:
    row = documents.in_room(session, room_id=room_id, presentation_id=command.presentation)
    if row is None:
        return Denied("presentation_unknown")
    if row.state == "failed":
        return Denied("presentation_failed")
    if row.state != "ready" and not row.pages_ready:
        return Denied("presentation_not_ready")
    has_pages = row.kind in ("document", "pictures")
    show = ShowPresentation.model_validate(
        {
            "presentation": row.id,
            "kind": row.kind,
            "page": command.page if has_pages else 1,
            "pages": (row.pages or 0) if has_pages else 0,
            "video": row.video,
            "duration_s": row.duration_s,
            "sha256": row.sha256,
        }
    )
    return show, Shown(row.title, row.pages_ready)


def title_of(roster: Roster, presentation: PresentationId) -> str:
    shown = roster.presentations.get(presentation)
    return shown.title if shown else ""


def on_stage(state: SessionState, roster: Roster) -> Mapping[str, Any] | None:
    """Return the presentation on the stage for a snapshot."""
    from apps.live.wire import moment  # it asks here for its snapshots

    showing = state.showing
    if showing is None:
        return None
    shown = roster.presentations.get(showing.presentation, Shown(""))
    return {
        "presentation": showing.presentation,
        "kind": showing.kind,
        "title": shown.title,
        "participant": showing.participant,
        "page": showing.page,
        "pages": showing.pages,
        "pages_ready": shown.pages_ready,
        "video": showing.video,
        "duration_s": showing.duration_s,
        "playing": showing.playing,
        "position_s": showing.position_s,
        "at": moment(showing.at),
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody may do with a room's presentations now: ``presents`` all of them, or ``sees`` the one on the stage."""

    presents: bool
    sees: PresentationId | None = None


def standing(runner: SessionRunner | None, person: Person) -> Standing:
    """Return somebody's standing; outside a session, or before they enter it, moderators prepare presentations."""
    participant = runner.roster.of_person(person.id) if runner is not None else None
    if runner is None or participant is None:
        return Standing(presents=person.role == "moderator")
    state = runner.state
    if state.seats[participant].presence is Presence.REMOVED:
        return Standing(presents=False)
    here = state.seats[participant].presence in HERE and not is_apart(state, state.seats[participant])
    sees = state.showing.presentation if state.showing is not None and here else None
    return Standing(may_present(state, participant), sees)


def may_present(state: SessionState, participant: ParticipantId) -> bool:
    """Tell whether somebody in a session may show presentations, and so see those at hand."""
    return not roles_of(state, Actor("participant", participant)).isdisjoint(PERMISSIONS["start_presentation"])


def may_point(state: SessionState, participant: ParticipantId) -> bool:
    """Tell whether somebody's pointer is shown: there are pages on the stage that they may turn."""
    return state.showing is not None and not state.showing.is_film and may_present(state, participant)


def tell(runner: SessionRunner, row: Presentation) -> None:
    """Tell how far a presentation is: to those who may show it, and to everybody who sees it."""
    presentation = PresentationId(row.id)
    state = runner.state
    if presentation in runner.roster.presentations:
        runner.roster.presentations[presentation] = Shown(row.title, row.pages_ready)
    seen = state.showing is not None and state.showing.presentation == presentation
    for attachment in runner.audience.told():
        if seen or may_present(state, attachment.participant or ParticipantId("")):
            item_ = item(row, attachment.person.language)
            attachment.send({"type": "presentation", "presentation": item_})


def item(row: Presentation, language: str) -> dict[str, Any]:
    """Return a presentation as docs/protocol.md describes it."""
    from apps.live.wire import moment

    return {
        "presentation": row.id,
        "kind": row.kind,
        "title": row.title,
        "state": row.state,
        "pages": row.pages,
        "pages_ready": row.pages_ready,
        "duration_s": row.duration_s,
        "video": row.video,
        "code": row.code,
        "message": sentence(language, row.code, row.code_values) if row.code else "",
        "size_bytes": row.size_bytes,
        "created_at": moment(row.created_at),
    }

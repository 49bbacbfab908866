"""Presentations on the stage: who leads them, what ends them, where a film is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.live import commands as cmd
from apps.live import commands_presenting as show
from apps.live.state_presenting import Showing
from data.ids import ParticipantId, PresentationId
from tests.apps.live.session import CHAIR, Led, room_of, types

DECK = show.ShowPresentation(presentation=PresentationId("pn_deck"), kind="document", page=1, pages=3, sha256="ab")
FILM = show.ShowPresentation(presentation=PresentationId("pn_film"), kind="film", page=1, pages=0, duration_s=60.0)


def presenting(who: str = "ana") -> Led:
    """Return a room where ``who`` is the presenter and shows a deck of three pages."""
    led = room_of("ana", "bob")
    led.done(cmd.GivePresenter(participant=ParticipantId(who)), "mod")
    led.done(DECK, who)
    return led


def shown(led: Led) -> Showing:
    assert led.state.showing is not None
    return led.state.showing


def test_pages_turn_for_presenter_and_moderators_only() -> None:
    led = presenting()
    assert types(led.done(show.TurnPage(page=2), "ana")) == ["page_turned"]
    assert types(led.done(show.TurnPage(page=3), "mod")) == ["page_turned"]
    assert types(led.done(show.TurnPage(page=3), CHAIR)) == []
    assert led.refused(show.TurnPage(page=1), "bob") == "forbidden"
    assert led.refused(show.TurnPage(page=4), "ana") == "no_such_page"
    assert shown(led).page == 3


def test_the_newer_takes_the_stage_from_the_older() -> None:
    led = presenting()
    assert types(led.done(FILM, "mod")) == ["presentation_stopped", "presentation_started"]
    assert types(led.done(cmd.SetScreen(on=True), "ana")) == ["presentation_stopped", "screen_on"]
    assert led.state.showing is None
    assert types(led.done(DECK, "ana")) == ["screen_off", "presentation_started"]
    assert not led.seat("ana").screen


def test_starting_what_one_presents_already_only_turns_the_page() -> None:
    led = presenting()
    assert types(led.done(DECK, "ana")) == []
    assert types(led.done(DECK.model_copy(update={"page": 2}), "ana")) == ["page_turned"]
    assert types(led.done(DECK, "mod")) == ["presentation_stopped", "presentation_started"]


def test_a_new_presenter_goes_on_at_the_same_page() -> None:
    led = presenting()
    led.done(show.TurnPage(page=2), "ana")
    handed = led.done(cmd.GivePresenter(participant=ParticipantId("bob")), "mod")
    assert types(handed) == ["presenter_taken", "presenter_given", "presentation_handed"]
    assert (shown(led).participant, shown(led).page) == ("bob", 2)
    assert led.refused(show.TurnPage(page=3), "ana") == "forbidden"
    led.done(show.TurnPage(page=3), "bob")


def test_it_ends_with_the_presenter_role() -> None:
    led = presenting()
    assert types(led.done(cmd.TakePresenter(), "mod")) == ["presenter_taken", "presentation_stopped"]
    led = presenting()
    assert "presentation_stopped" in types(led.done(cmd.Leave(), "ana"))
    led = presenting()
    removed = led.done(cmd.RemoveParticipant(participant=ParticipantId("ana")), "mod")
    assert [event.reason for event in removed if event.type == "presentation_stopped"] == ["removed"]
    assert led.state.showing is None


def test_what_a_moderator_presents_does_not_depend_on_the_presenter() -> None:
    led = room_of("ana", "bob")
    led.join("chair", "moderator")
    led.done(DECK, "mod")
    led.done(cmd.GivePresenter(participant=ParticipantId("bob")), "mod")
    led.done(cmd.TakePresenter(), "mod")
    assert shown(led).participant == "mod"
    demoted = led.done(cmd.SetRole(participant=ParticipantId("mod"), role="participant"), "chair")
    assert types(demoted) == ["role_changed", "presentation_stopped"]


def test_a_closed_tab_leaves_the_page_on_the_stage() -> None:
    led = presenting()
    led.end("ana")
    assert shown(led).participant == "ana"
    led.done(show.TurnPage(page=2), "mod")


def test_the_end_of_the_session_is_the_end_of_the_presentation() -> None:
    led = presenting()
    assert types(led.done(cmd.CloseSession(), "mod"))[-2:] == ["presentation_stopped", "session_closed"]


def test_a_film_is_where_the_clock_says() -> None:
    led = room_of()
    led.done(FILM, "mod")
    assert not shown(led).playing
    led.done(show.Play(), "mod")
    led.now += timedelta(seconds=9)
    led.done(show.Pause(), "mod")  # each command is a second after the one before
    assert shown(led).position_s == pytest.approx(10)
    led.done(show.Seek(position_s=55), "mod")
    assert (shown(led).playing, shown(led).position_s) == (False, 55)
    led.done(show.Play(), "mod")
    assert shown(led).position_at(led.now + timedelta(seconds=3)) == pytest.approx(58)
    assert shown(led).position_at(led.now + timedelta(hours=1)) == 60  # stands still at its end
    led.done(show.Seek(position_s=2), "mod")
    assert shown(led).playing


def test_films_have_no_pages_and_pages_no_clock() -> None:
    led = presenting()
    assert {led.refused(command, "ana") for command in (show.Play(), show.Pause(), show.Seek(position_s=1))} == {
        "nothing_presented"
    }
    led.done(FILM, "ana")
    assert led.refused(show.TurnPage(page=1), "ana") == "nothing_presented"
    assert led.refused(DECK.model_copy(update={"page": 9}), "ana") == "no_such_page"


@pytest.mark.parametrize("position", [-1, float("nan"), float("inf"), 1e9])
def test_positions_are_places_in_a_film(position: float) -> None:
    with pytest.raises(ValueError, match="position_s"):
        cmd.wire_command_from({"type": "seek", "position_s": position})

"""What many see of a batch, worked out once, is what each would be told alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from apps.live import commands as cmd
from apps.live.sights import Sights, runs
from apps.live.visibility import viewer_of, visible_event
from data.ids import MessageId, ParticipantId
from tests.apps.live.session import CHAIR, Led, room_of, tender_of

PEOPLE = [ParticipantId(name) for name in ("acme.anna", "beta.beppe", "acme.carlo")]

Event = Mapping[str, Any]


def spread(events: Sequence[Event]) -> Iterator[Event]:
    """Undo ``runs``."""
    for event in events:
        if "since" in event and event["type"] == "hidden":
            yield from ({"number": number, "type": "hidden"} for number in range(event["since"], event["number"] + 1))
        else:
            yield event


def events_of(led: Led, first: int) -> list[dict[str, Any]]:
    """The log from a number on, as it goes to browsers."""
    lines = list(enumerate(led.log, start=1))[first - 1 :]
    return [{"number": number, "type": type_, "actor": by, **payload} for number, (type_, payload, by, _) in lines]


def check(led: Led, events: Sequence[Event]) -> Sights:
    sights = Sights(events, led.state)
    for _ in range(2):
        for who in led.state.seats:
            viewer = viewer_of(led.state, who)
            alone = [visible_event(event, led.state, viewer) for event in events]
            assert list(spread(sights.for_viewer(viewer)["events"])) == alone, who
    return sights


@pytest.mark.parametrize("shown", [False, True])
def test_all_leave_at_once(shown: bool) -> None:
    led = tender_of(*PEOPLE, shown=shown) if shown else tender_of(*PEOPLE)
    led.done(cmd.RaiseHand(), PEOPLE[0])
    first = len(led.log) + 1
    led.done(cmd.CloseSession(), CHAIR)
    assert len(led.log) - first >= len(PEOPLE)
    check(led, events_of(led, first))
    check(led, events_of(led, 1))


def test_a_message_to_everybody_is_one_text_for_all_others() -> None:
    led = tender_of(*PEOPLE)
    led.done(cmd.PostMessage(message=MessageId("m1"), to="everyone", commitment="00"), PEOPLE[0])
    number = len(led.log)
    event = {**events_of(led, number)[0], "participant": PEOPLE[0], "name": "Anna", "text": "Buongiorno"}
    sights = check(led, [event])
    others = [sights.for_viewer(viewer_of(led.state, who)) for who in PEOPLE[1:]]
    assert others[0] is others[1]


def test_private_messages_stay_private() -> None:
    led = room_of("ana", "bob", "cai")
    led.done(cmd.PostMessage(message=MessageId("m1"), to="moderators", commitment="00"), "ana")
    check(led, [{"number": 9, "type": "message_sent", "message": "m1", "to": "moderators", "text": "psst"}])


def test_hidden_neighbours_travel_as_one() -> None:
    hidden = [{"number": number, "type": "hidden"} for number in range(3, 8)]
    heard = {"number": 8, "type": "hand_raised"}
    assert runs([*hidden, heard, {"number": 9, "type": "hidden"}]) == [
        {"number": 7, "type": "hidden", "since": 3},
        heard,
        {"number": 9, "type": "hidden"},
    ]
    assert runs([*runs(hidden[:2]), *runs(hidden[2:])]) == [{"number": 7, "type": "hidden", "since": 3}]

"""Who may hear of a reserved part afterwards."""

from __future__ import annotations

from datetime import timedelta

from apps.live import events as ev
from apps.live.commands_tender import ChangeReserved, NoteReserved, NoteResumed, ShowSuppliers
from apps.live.wire import Line
from apps.recording.reserved import admitted_throughout, numbered_suppliers, public_lines
from data.ids import ParticipantId, RecordingId
from tests.apps.live.session import Led, tender_of

ANNA, BEPPE = ParticipantId("acme.anna"), ParticipantId("beta.beppe")
NONE = RecordingId("rc_1")


def lines(led: Led) -> list[Line]:
    return [
        Line(number, at, actor, ev.event_from(type_, payload))
        for number, (type_, payload, actor, at) in enumerate(led.log, start=1)
    ]


def say(sentence: str, **values: object) -> str:
    return sentence.format(**values)


def test_those_who_were_in_it_and_nobody_else() -> None:
    led = tender_of(ANNA, BEPPE)
    before = led.now
    led.done(NoteReserved(admitted=(BEPPE,), recording=NONE), "mod")
    during = led.now + timedelta(seconds=1)
    led.now = during
    led.done(NoteResumed(recording=NONE), "mod")
    log = lines(led)
    assert admitted_throughout(log, during, led.now) == {"person of beta.beppe"}
    assert admitted_throughout(log, before, led.now) == admitted_throughout(log, led.now, led.now) == frozenset()


def test_who_was_in_it_for_a_part_hears_no_recording_of_more() -> None:
    led = tender_of(ANNA, BEPPE)
    led.done(NoteReserved(admitted=(ANNA, BEPPE), recording=NONE), "mod")
    begun = led.now
    led.done(ChangeReserved(participant=BEPPE, inside=False), "mod")
    out = led.now
    led.done(ChangeReserved(participant=BEPPE, inside=True), "mod")
    led.done(NoteResumed(recording=NONE), "mod")
    log = lines(led)
    assert admitted_throughout(log, begun, led.now) == {"person of acme.anna"}
    assert admitted_throughout(log, out + timedelta(seconds=1), led.now) == {
        "person of acme.anna",
        "person of beta.beppe",
    }


def test_the_public_log_leaves_it_out() -> None:
    led = tender_of(ANNA)
    led.done(NoteReserved(recording=NONE), "mod")
    led.join(BEPPE, "supplier")
    led.done(NoteResumed(recording=NONE), "mod")
    kinds = [line.event.type for line in public_lines(lines(led))]
    assert kinds[-2:] == ["reserved_begun", "reserved_ended"]


def test_names_stay_numbers_where_suppliers_never_saw_each_other() -> None:
    led = tender_of(ANNA, BEPPE)
    assert numbered_suppliers(lines(led), say) == {ANNA: "Supplier 1", BEPPE: "Supplier 2"}
    led.done(ShowSuppliers(shown=True), "mod")
    assert numbered_suppliers(lines(led), say) == {}

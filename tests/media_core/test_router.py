from __future__ import annotations

from media_core.engine import Source, TrackRef, View
from media_core.ids import MemberId
from media_core.router import rank_sound, thumbnails, video_slots


def camera(name: str) -> TrackRef:
    return TrackRef(MemberId(name), Source.CAMERA)


A, B, C = camera("a"), camera("b"), camera("c")


def test_pictures_fill_the_slots_in_their_order() -> None:
    slots = thumbnails({}, [A, B])
    assert (slots["v1"], slots["v2"], slots["v3"]) == (A, B, None)


def test_a_picture_keeps_its_slot_when_others_come_and_go() -> None:
    slots = thumbnails({"v1": A, "v2": B}, [C, B])
    assert (slots["v1"], slots["v2"]) == (C, B)


def test_no_more_pictures_than_slots_and_none_twice() -> None:
    many = [camera(str(number)) for number in range(20)]
    slots = thumbnails({}, [A, A, *many])
    assert list(slots.values()) == [A, *many[:7]]


def test_only_what_exists_is_shown() -> None:
    slots = video_slots({}, View(stage=A, thumbnails=(B, C)), {C: object()})
    assert (slots["v0"], slots["v1"], slots["v2"]) == (None, C, None)


def test_who_speaks_comes_before_who_holds_a_slot_and_the_others_last() -> None:
    assert rank_sound([C], [A, B], [None, B]) == [C, B, A]

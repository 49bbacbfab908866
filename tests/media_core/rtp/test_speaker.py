from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media_core.rtp.speaker import AudioSlots, LoudestSpeakers


def speak(
    speakers: LoudestSpeakers[str], levels_dbov: dict[str, int], *, from_s: float, for_s: float, voice: bool = True
) -> float:
    """Feed a packet of each speaker every 20 ms; return when it ended."""
    packets = round(for_s / 0.02)
    for index in range(packets):
        for key, level_dbov in levels_dbov.items():
            speakers.heard(key, level_dbov, voice, from_s + index * 0.02)
    return from_s + packets * 0.02


def test_the_louder_one_comes_first() -> None:
    speakers: LoudestSpeakers[str] = LoudestSpeakers()
    now_s = speak(speakers, {"quiet": 60, "loud": 20, "middle": 40}, from_s=0, for_s=0.5)
    assert speakers.top(3, now_s) == ["loud", "middle", "quiet"]
    assert speakers.top(2, now_s) == ["loud", "middle"]


def test_a_tie_is_not_played_again_and_again() -> None:
    speakers: LoudestSpeakers[str] = LoudestSpeakers()
    now_s = speak(speakers, {"first": 30}, from_s=0, for_s=0.5)
    assert speakers.top(1, now_s) == ["first"]
    for change in range(20):
        now_s = speak(speakers, {"first": 30 + change % 2, "second": 31 - change % 2}, from_s=now_s, for_s=0.2)
        assert speakers.top(1, now_s) == ["first"]


def test_who_is_clearly_louder_takes_the_lead() -> None:
    speakers: LoudestSpeakers[str] = LoudestSpeakers()
    now_s = speak(speakers, {"first": 45, "second": 46}, from_s=0, for_s=0.5)
    assert speakers.top(2, now_s) == ["first", "second"]
    now_s = speak(speakers, {"first": 45, "second": 25}, from_s=now_s, for_s=0.5)
    assert speakers.top(2, now_s) == ["second", "first"]


def test_a_second_of_silence_ends_speaking() -> None:
    speakers: LoudestSpeakers[str] = LoudestSpeakers()
    now_s = speak(speakers, {"a": 30}, from_s=0, for_s=0.5)
    now_s = speak(speakers, {"a": 127}, from_s=now_s, for_s=0.9)
    assert speakers.top(1, now_s) == ["a"]
    now_s = speak(speakers, {"a": 127}, from_s=now_s, for_s=0.3)
    assert speakers.top(1, now_s) == []


def test_packets_that_stop_are_silence_too() -> None:
    speakers: LoudestSpeakers[str] = LoudestSpeakers()
    now_s = speak(speakers, {"a": 30}, from_s=0, for_s=0.5)
    assert speakers.top(1, now_s + 1.1) == []


def test_noise_without_a_voice_is_not_speech() -> None:
    speakers: LoudestSpeakers[str] = LoudestSpeakers()
    now_s = speak(speakers, {"fan": 55}, from_s=0, for_s=1.0, voice=False)
    assert speakers.top(1, now_s) == []
    now_s = speak(speakers, {"fan": 55, "soft voice": 62}, from_s=now_s, for_s=0.2)
    assert set(speakers.top(2, now_s)) == {"fan", "soft voice"}


def test_a_new_speaker_is_heard_within_three_packets() -> None:
    speakers: LoudestSpeakers[str] = LoudestSpeakers()
    now_s = speak(speakers, {"old": 70}, from_s=0, for_s=5.0)
    now_s = speak(speakers, {"old": 70, "new": 20}, from_s=now_s, for_s=0.06)
    assert speakers.top(1, now_s) == ["new"]


def test_who_left_is_forgotten() -> None:
    speakers: LoudestSpeakers[str] = LoudestSpeakers()
    now_s = speak(speakers, {"a": 30, "b": 40}, from_s=0, for_s=0.5)
    speakers.top(2, now_s)
    speakers.remove("a")
    speakers.remove("never there")
    assert speakers.top(2, now_s) == ["b"]


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.integers(0, 127), st.booleans(), st.floats(0, 0.5), st.integers(0, 6)),
        max_size=150,
    )
)
def test_whatever_is_heard_each_speaker_is_ranked_at_most_once(
    packets: list[tuple[str, int, bool, float, int]],
) -> None:
    speakers, now_s = LoudestSpeakers[str](), 0.0
    for key, level_dbov, voice, pause_s, count in packets:
        now_s += pause_s
        speakers.heard(key, level_dbov, voice, now_s)
        top = speakers.top(count, now_s)
        assert len(top) == len(set(top)) <= count


def test_a_speaker_keeps_the_slot_while_the_ranking_turns() -> None:
    slots = AudioSlots[str](3)
    assert slots.assign(["a", "b", "c"])
    before = list(slots.slots)
    assert not slots.assign(["c", "b", "a"])
    assert slots.slots == before


def test_a_slot_outlives_its_speaker_until_another_needs_it() -> None:
    slots = AudioSlots[str](2)
    slots.assign(["a", "b"])
    assert not slots.assign(["b"])
    assert slots.slots == ["a", "b"]
    assert slots.assign(["b", "c"])
    assert slots.slots == ["c", "b"]


def test_the_slot_that_was_idle_longest_goes_first() -> None:
    slots = AudioSlots[str](3)
    slots.assign(["a", "b", "c"])
    slots.assign(["a", "c"])
    slots.assign(["c"])
    slots.assign(["c", "d"])
    assert slots.slots == ["a", "d", "c"]


def test_nobody_hears_oneself() -> None:
    slots = AudioSlots[str](2, listener="me")
    slots.assign(["me", "a", "b", "c"])
    assert set(slots.slots) == {"a", "b"}


def test_in_a_small_room_everybody_has_a_slot_before_speaking() -> None:
    slots = AudioSlots[str](3, listener="me")
    slots.assign(["quiet", "me", "quieter"])
    assert set(slots.slots) == {"quiet", "quieter", None}


def test_those_who_might_speak_displace_nobody() -> None:
    slots = AudioSlots[str](2)
    slots.assign(["a", "b"])
    assert not slots.assign(["b", "a", "c", "d"])
    assert set(slots.slots) == {"a", "b"}


def test_a_released_slot_is_free_at_once() -> None:
    slots = AudioSlots[str](2)
    slots.assign(["a", "b"])
    assert slots.release("a")
    assert not slots.release("a")
    assert slots.slots == [None, "b"]
    slots.assign(["b", "c"])
    assert slots.slots == ["c", "b"]


def test_no_slots_no_trouble() -> None:
    assert not AudioSlots[str](0).assign(["a"])


@given(st.integers(1, 4), st.lists(st.lists(st.sampled_from("abcdefg"), unique=True), max_size=40))
def test_the_loudest_are_always_heard_once_each(count: int, rankings: list[list[str]]) -> None:
    slots = AudioSlots[str](count, listener="a")
    for ranked in rankings:
        before = list(slots.slots)
        changed = slots.assign(ranked)
        seated = [key for key in slots.slots if key is not None]
        assert changed == (before != slots.slots)
        assert len(seated) == len(set(seated))
        assert "a" not in seated
        wanted = [key for key in ranked if key != "a"][:count]
        assert set(wanted) <= set(seated)
        for at, key in enumerate(before):
            if key in wanted:
                assert slots.slots[at] == key

"""How long somebody is heard, to the packet."""

from __future__ import annotations

import random

from media_core.rtp.sound_meter import LONGEST_GAP, OPUS_HZ, SoundMeter

LOUD, QUIET = 20, 90
STEP = OPUS_HZ // 50


def heard_ms(levels: list[int], *, first: int = 0, lost: frozenset[int] = frozenset()) -> int:
    meter = SoundMeter()
    for number, level in enumerate(levels):
        if number not in lost:
            meter.packet(level, False, (first + number * STEP) & 0xFFFFFFFF)
    return meter.heard_ms


def test_only_sound_counts() -> None:
    assert heard_ms([LOUD] * 50 + [QUIET] * 100 + [LOUD] * 50, first=1) == 2000


def test_a_voice_may_be_quieter_than_noise() -> None:
    meter = SoundMeter()
    meter.packet(65, False, 960)
    assert meter.heard_ms == 0
    meter.packet(65, True, 1920)
    assert meter.heard_ms == 20


def test_loss_within_speech_was_spoken_too() -> None:
    lost = frozenset(random.Random(1).sample(range(1, 499), 25))
    assert heard_ms([LOUD] * 500, first=7, lost=lost) == 10_000


def test_timestamps_wrap_around() -> None:
    assert heard_ms([LOUD] * 100, first=(1 << 32) - 20 * STEP) == 2000


def test_a_new_stream_begins_anywhere() -> None:
    for begins in (5_000, 1 << 31, (1 << 32) - 10 * OPUS_HZ):
        meter = SoundMeter()
        meter.packet(LOUD, False, 100_000)
        for number in range(10):
            meter.packet(LOUD, False, begins + 10 * LONGEST_GAP + number * STEP)
        assert meter.heard_ms == 220


def test_what_comes_twice_or_late_counts_once() -> None:
    meter = SoundMeter()
    for timestamp in (960, 1920, 1920, 960, 2880):
        meter.packet(LOUD, False, timestamp)
    assert meter.heard_ms == 60

"""Sounds encoded once: a tone that a test can find again, and a babble that comes and goes like speech."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
"""One channel, from -1 to 1."""

RATE_HZ = 48_000
FRAME_SAMPLES = 960
"""20 ms, what browsers send."""

LOOP_S = 4
BITRATE_BPS = 24_000
SILENT_DBOV = 127


@dataclass(frozen=True, slots=True)
class SoundFrame:
    """One Opus packet, and what RFC 6464 says about it."""

    payload: bytes
    level_dbov: int
    voice: bool


Sound = tuple[SoundFrame, ...]
"""A loop of 20 ms each."""


@lru_cache(maxsize=64)
def tone(hz: float, amplitude: float = 0.2) -> Sound:
    """Return a steady tone, tuned so that the loop has no seam."""
    cycles = round(hz * LOOP_S)
    return _encoded(amplitude * np.sin(2 * np.pi * cycles * _loop()))


@lru_cache(maxsize=64)
def babble(pitch_hz: float, amplitude: float = 0.3) -> Sound:
    """Return four syllables a second on overtones of ``pitch_hz``, in phrases of 2.5 s with a pause."""
    at = _loop()
    pitch = round(pitch_hz * LOOP_S)
    voice = sum((np.sin(2 * np.pi * pitch * overtone * at) / overtone for overtone in range(1, 9)), np.zeros_like(at))
    syllables = np.clip(np.sin(np.pi * 4 * LOOP_S * at), -1, 1) ** 2
    phrase = at * LOOP_S < 2.5
    return _encoded(amplitude * voice / 2 * syllables * phrase)


@lru_cache(maxsize=1)
def silence() -> Sound:
    """Return digital silence."""
    return _encoded(np.zeros(RATE_HZ * LOOP_S))


def level_dbov(samples: Samples) -> int:
    """Return the level of RFC 6464 section 3: 0 is the loudest there is, 127 is digital silence."""
    root_mean_square = math.sqrt(float(np.mean(samples**2)))
    if root_mean_square < 1e-6:
        return SILENT_DBOV
    return min(max(round(-20 * math.log10(root_mean_square)), 0), SILENT_DBOV)


def _loop() -> Samples:
    """Return the time of each sample as a part of the loop, from 0 to 1."""
    return np.arange(RATE_HZ * LOOP_S) / (RATE_HZ * LOOP_S)


def _encoded(samples: Samples) -> Sound:
    encoder = cast(Any, av.CodecContext.create("libopus", "w"))
    encoder.sample_rate, encoder.layout, encoder.format = RATE_HZ, "mono", "s16"
    encoder.bit_rate = BITRATE_BPS
    encoder.options = {"application": "voip", "frame_duration": "20"}
    payloads: list[bytes] = []
    parts = np.split(samples, len(samples) // FRAME_SAMPLES)
    for number, part in enumerate(parts):
        frame = av.AudioFrame.from_ndarray((part * 32767).astype(np.int16).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE_HZ, number * FRAME_SAMPLES
        payloads += [bytes(packet) for packet in encoder.encode(frame)]
    levels = [level_dbov(part) for part in parts]
    return tuple(
        SoundFrame(payload, level, level < 60) for payload, level in zip(payloads, levels[: len(payloads)], strict=True)
    )

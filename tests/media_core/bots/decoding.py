"""Decoding what a bot kept, to look at it and listen to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import av
import numpy as np

from media_core.bots.pictures import Image
from media_core.bots.sounds import RATE_HZ, Samples
from media_core.rtp.vp8 import parse_descriptor


def images(payloads: Iterable[tuple[int, bool, bytes]]) -> list[Image]:
    """Decode VP8 payloads (timestamp, marker, payload) from the first keyframe on; they must be in order."""
    decoder = cast(Any, av.CodecContext.create("vp8", "r"))
    found: list[Image] = []
    picture, began = b"", False
    for _, marker, payload in payloads:
        descriptor = parse_descriptor(payload)
        assert descriptor is not None
        began |= descriptor.keyframe
        if not began:
            continue
        picture += payload[descriptor.header_length :]
        if marker:
            found += [frame.to_ndarray(format="rgb24") for frame in decoder.decode(av.Packet(picture))]
            picture = b""
    return found


def samples(payloads: Iterable[tuple[int, bool, bytes]]) -> Samples:
    """Decode Opus payloads to one channel."""
    decoder = cast(Any, av.CodecContext.create("libopus", "r"))
    decoder.sample_rate, decoder.layout, decoder.format = RATE_HZ, "mono", "s16"
    parts = [
        frame.to_ndarray().reshape(-1) for _, _, payload in payloads for frame in decoder.decode(av.Packet(payload))
    ]
    return np.concatenate(parts).astype(np.float64) / 32768


def loudest_hz(heard: Samples) -> float:
    """Return the frequency that is strongest in a sound."""
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    return float(np.argmax(spectrum) * RATE_HZ / len(heard))

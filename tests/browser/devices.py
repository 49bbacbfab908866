"""Cameras and microphones for Chromium, as files: a colour with a running number, and a beeping tone."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WIDTH, HEIGHT, FRAMES_PER_S = 640, 360, 15
CODE_BITS = 10
SECONDS = 4


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as BT.601 limited-range YUV, with what a page reads back as RGB (about)."""

    name: str
    yuv: tuple[int, int, int]
    rgb: tuple[int, int, int]


RED = Colour("red", (81, 90, 240), (255, 0, 0))
GREEN = Colour("green", (145, 54, 34), (0, 255, 0))
BLUE = Colour("blue", (41, 240, 110), (0, 0, 255))


def write_camera(path: Path, colour: Colour) -> Path:
    """Write a Y4M file: the whole picture in one colour, with the frame's number as a row of black and white squares."""
    luma, blue, red = colour.yuv
    square = WIDTH // CODE_BITS
    top, bottom = HEIGHT // 2 - square // 2, HEIGHT // 2 + square // 2
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_S}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES_PER_S * SECONDS):
            y = np.full((HEIGHT, WIDTH), luma, np.uint8)
            u = np.full((HEIGHT // 2, WIDTH // 2), blue, np.uint8)
            v = np.full((HEIGHT // 2, WIDTH // 2), red, np.uint8)
            u[top // 2 : bottom // 2] = v[top // 2 : bottom // 2] = 128
            for bit in range(CODE_BITS):
                y[top:bottom, bit * square : (bit + 1) * square] = 235 if number >> bit & 1 else 16
            file.write(b"FRAME\n" + y.tobytes() + u.tobytes() + v.tobytes())
    return path


def write_microphone(path: Path, tone_hz: int) -> Path:
    """
    Write a WAV file with a beeping tone: 300 ms on, 100 ms off, so that noise suppression takes it for a voice.

    The length is a whole number of beeps and, for multiples of 10 Hz, of periods: it loops without a click.
    """
    rate_hz = 48_000
    moments = np.arange(rate_hz * SECONDS) / rate_hz
    edge_s = 0.005
    phase = moments % 0.4
    envelope = np.clip(np.minimum(phase, 0.3 - phase) / edge_s, 0.0, 1.0)
    samples = (np.sin(2 * np.pi * tone_hz * moments) * envelope * 0.5 * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())
    return path

"""Moving pictures that can be told apart: a colour and a number for each, and a running time code."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, cast

import av
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""Rows, columns, and red, green and blue."""

WIDTH_PX, HEIGHT_PX = 320, 180
FRAMES_PER_S = 15
PICTURES = 12
"""Hues that still differ after encoding."""

CLIP_S = 6
KEYFRAME_EVERY_S = 2
"""A bot that is asked for a keyframe goes on at the next one in its clip, and so answers at once."""

BITRATE_BPS = 150_000
CHUNK_BYTES = 1100
"""With all headers below the 1200 bytes that pass everywhere."""

CODE_BITS = 8
_CODE_TOP_PX = HEIGHT_PX - 32
_SEGMENTS = (
    0b1110111,
    0b0100100,
    0b1011101,
    0b1101101,
    0b0101110,
    0b1101011,
    0b1111011,
    0b0100101,
    0b1111111,
    0b1101111,
)
_PLACES = ((0, 0, 4, 1), (0, 0, 1, 4), (3, 0, 4, 4), (0, 3, 4, 4), (0, 3, 1, 7), (3, 3, 4, 7), (0, 6, 4, 7))


@dataclass(frozen=True, slots=True)
class Picture:
    """One encoded picture, cut into what fits one packet each."""

    chunks: tuple[bytes, ...]
    keyframe: bool


@dataclass(frozen=True, slots=True)
class Clip:
    """A loop of pictures that begins with a keyframe; sizes are equal throughout."""

    pictures: tuple[Picture, ...]
    frames_per_s: int = FRAMES_PER_S

    def next_keyframe(self, after: int) -> int:
        """Return the place of the first keyframe at or after a place in the loop."""
        count = len(self.pictures)
        return next(at % count for at in range(after, after + count) if self.pictures[at % count].keyframe)


def colour_of(picture: int) -> tuple[int, int, int]:
    """Return the colour that fills a picture, red, green and blue."""
    red, green, blue = colorsys.hsv_to_rgb(picture % PICTURES / PICTURES, 0.9, 0.75)
    return round(red * 255), round(green * 255), round(blue * 255)


def draw(picture: int, frame: int) -> Image:
    """Draw one frame: its number in large digits and in a row of bits, on a ground of the picture's colour with a moving bar."""
    image = np.empty((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    image[:] = colour_of(picture)
    bar = frame * 8 % (WIDTH_PX - 16)
    image[8:24, bar : bar + 16] = 255
    _digits(image, f"{picture % 100:02d}", 24, 44, 10)
    _digits(image, f"{frame % 1000:03d}", 150, 44, 10)
    cell = WIDTH_PX // CODE_BITS
    for bit in range(CODE_BITS):
        image[_CODE_TOP_PX:, bit * cell : (bit + 1) * cell] = 255 if frame >> bit & 1 else 0
    return image


def read(image: Image) -> tuple[int, int]:
    """Return the picture and frame number that a decoded image shows; the frame number modulo ``2 ** CODE_BITS``."""
    height, width, _ = image.shape
    ground = image[height * 130 // 180 : height * 140 // 180, width // 4 : width * 3 // 4].reshape(-1, 3).mean(0)
    distances = [float(np.abs(ground - colour_of(picture)).sum()) for picture in range(PICTURES)]
    cells = image[height * 160 // 180 : height * 172 // 180].mean(axis=(0, 2))
    centres = [int((bit + 0.5) * width / CODE_BITS) for bit in range(CODE_BITS)]
    code = sum(1 << bit for bit, at in enumerate(centres) if cells[at - 4 : at + 4].mean() > 128)
    return distances.index(min(distances)), code


@lru_cache(maxsize=2 * PICTURES)
def clip(picture: int) -> Clip:
    """Return the encoded clip of a picture; the first call for each takes about 0.2 s."""
    encoder = cast(Any, av.CodecContext.create("libvpx", "w"))
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FRAMES_PER_S), Fraction(FRAMES_PER_S)
    encoder.bit_rate, encoder.gop_size, encoder.thread_count = BITRATE_BPS, FRAMES_PER_S * KEYFRAME_EVERY_S, 1
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
    packets: list[Any] = []
    for number in range(CLIP_S * FRAMES_PER_S):
        frame = av.VideoFrame.from_ndarray(draw(picture, number), format="rgb24").reformat(format="yuv420p")
        frame.pts = number
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    return Clip(tuple(Picture(_cut(bytes(packet)), packet.is_keyframe) for packet in packets))


def _cut(encoded: bytes) -> tuple[bytes, ...]:
    return tuple(encoded[at : at + CHUNK_BYTES] for at in range(0, len(encoded), CHUNK_BYTES))


def _digits(image: Image, text: str, left: int, top: int, size: int) -> None:
    """Write digits in seven segments, ``size`` pixels to a unit of which a digit is 4 wide and 7 high."""
    for index, digit in enumerate(text):
        x = left + index * 5 * size
        for segment, (from_x, from_y, to_x, to_y) in enumerate(_PLACES):
            if _SEGMENTS[int(digit)] >> segment & 1:
                image[top + from_y * size : top + to_y * size, x + from_x * size : x + to_x * size] = 255

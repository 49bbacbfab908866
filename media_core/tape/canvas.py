"""The picture that a recording is drawn on: planes of YUV 4:2:0, changed only where something new is shown."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Plane = NDArray[np.uint8]
BLACK_Y, GREY = 16, 128
BACKGROUND_Y = 32
LABEL_PX = 22


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the canvas; all numbers are even, as the chroma planes ask for."""

    left: int
    top: int
    width: int
    height: int


class Canvas:
    """One picture that is changed in place and encoded again and again."""

    def __init__(self, width: int, height: int, fonts: tuple[str, ...]) -> None:
        self.frame = av.VideoFrame(width, height, "yuv420p")
        self.width, self.height, self._fonts = width, height, fonts
        self._planes = _planes_of(self.frame)
        self.fill(Box(0, 0, width, height))

    def fill(self, box: Box, luma: int = BLACK_Y) -> None:
        y, u, v = self._cut(box)
        y[:], u[:], v[:] = luma, GREY, GREY

    def draw(self, frame: av.VideoFrame, box: Box, reformatter: VideoReformatter) -> None:
        """Show a picture in a box, as large as fits, in its middle."""
        width, height = fitting(frame.width, frame.height, box)
        small = reformatter.reformat(frame, width, height, "yuv420p", interpolation=Interpolation.FAST_BILINEAR)
        left = box.left + (box.width - width) // 4 * 2
        top = box.top + (box.height - height) // 4 * 2
        if (width, height) != (box.width, box.height):
            self.fill(box)
        for place, plane in zip(self._cut(Box(left, top, width, height)), _planes_of(small), strict=True):
            place[:] = plane

    def label(self, text: str, box: Box) -> None:
        """Write a name at the lower edge of a box."""
        if not text:
            return
        mask = text_mask(text, self._fonts, LABEL_PX - 6, box.width - 8)
        y, u, v = self._cut(
            Box(box.left, box.top + box.height - LABEL_PX, min(box.width, (mask.shape[1] + 9) // 2 * 2), LABEL_PX)
        )
        y[:], u[:], v[:] = BLACK_Y, GREY, GREY
        rows, columns = min(mask.shape[0], LABEL_PX), min(mask.shape[1], y.shape[1] - 4)
        region = y[:rows, 4 : 4 + columns]
        np.maximum(region, mask[:rows, :columns], out=region)

    def notice(self, lines: Sequence[str], box: Box) -> None:
        """Say something in the middle of an empty box; the first line is the largest."""
        self.fill(box, BACKGROUND_Y)
        size_px = max(14, min(32, box.width // 24))
        masks = [
            text_mask(line, self._fonts, size_px if place == 0 else size_px * 3 // 4, box.width - 8)
            for place, line in enumerate(lines)
            if line
        ]
        top = box.top + max(0, (box.height - sum(mask.shape[0] for mask in masks)) // 2)
        for mask in masks:
            left = box.left + max(0, (box.width - mask.shape[1]) // 2)
            region = self._planes[0][top : top + mask.shape[0], left : left + mask.shape[1]]
            np.maximum(region, mask[: region.shape[0], : region.shape[1]], out=region)
            top += mask.shape[0]

    def _cut(self, box: Box) -> tuple[Plane, Plane, Plane]:
        y, u, v = self._planes
        rows, columns = slice(box.top, box.top + box.height), slice(box.left, box.left + box.width)
        halves = slice(box.top // 2, (box.top + box.height) // 2), slice(box.left // 2, (box.left + box.width) // 2)
        return y[rows, columns], u[halves], v[halves]


def fitting(width: int, height: int, box: Box) -> tuple[int, int]:
    """Return the even size of a picture that fills a box as far as its shape allows."""
    scale = min(box.width / width, box.height / height)
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


def picture_file(path: str) -> av.VideoFrame:
    """Return a picture file as a frame; raises ``OSError`` if it cannot be read."""
    with Image.open(path) as image:
        return av.VideoFrame.from_ndarray(np.asarray(image.convert("RGB")), format="rgb24")


@lru_cache(maxsize=256)
def text_mask(text: str, fonts: tuple[str, ...], size_px: int, most_px: int) -> NDArray[np.uint8]:
    """Return a text as luma on black, cut to a width."""
    loaded = [_font(path, size_px) for path in fonts] or [ImageFont.load_default(size_px)]
    width = int(sum(_font_of(letter, loaded).getlength(letter) for letter in text)) + 4
    image = Image.new("L", (max(2, min(width, most_px)), int(size_px * 1.35)), BLACK_Y)
    draw, at = ImageDraw.Draw(image), 1.0
    for letter in text:
        font = _font_of(letter, loaded)
        draw.text((at, 0), letter, fill=235, font=font)
        at += font.getlength(letter)
    return np.asarray(image)


def _font_of(letter: str, fonts: list[Any]) -> Any:
    """The first font has the basic Latin letters, the second the others: browsers load them apart, and so do we."""
    return fonts[0] if ord(letter) < 0x100 or len(fonts) == 1 else fonts[1]


@lru_cache(maxsize=16)
def _font(path: str, size_px: int) -> Any:
    font = ImageFont.truetype(path, size_px)
    with contextlib.suppress(OSError):  # not a variable font
        font.set_variation_by_axes([500])
    return font


def _planes_of(frame: av.VideoFrame) -> tuple[Plane, Plane, Plane]:
    def plane(number: int, width: int, height: int) -> Plane:
        found: Any = frame.planes[number]
        rows: Plane = np.frombuffer(found, np.uint8).reshape(-1, found.line_size)
        return rows[:height, :width]

    half_width, half_height = (frame.width + 1) // 2, (frame.height + 1) // 2
    return plane(0, frame.width, frame.height), plane(1, half_width, half_height), plane(2, half_width, half_height)

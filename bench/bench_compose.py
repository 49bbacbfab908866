"""
What recording costs: ``python -m bench.bench_compose [SECONDS]``.

First the tape: the CPU that writing every packet of a room takes, against forwarding them to one more subscriber. Then putting a recording
together on one core: 720p, a stage and four cameras, all moving.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np

from media_core.bots import Bot, sounds
from media_core.engine import MediaConfig, Source, TrackRef, View
from media_core.ids import MediaRoomId, MemberId
from media_core.local import LocalEngine
from media_core.tape import format as fmt
from media_core.tape.compose import compose
from media_core.tape.files import SegmentFile
from media_core.tape.plan import Plan, Scene, TapedTrack, Tile

BAR_COMPOSE, BAR_TAPE = 4.0, 1.0
BEGIN_S = 1_772_355_600.0
ROOM = MediaRoomId("room")
PUBLISHERS, MEASURED_S, ROUNDS = 6, 4.0, 3


def clip(width: int, height: int, frames: int, frames_per_s: int, hue: int) -> list[tuple[bytes, bool]]:
    """Return an encoded moving picture: a gradient that drifts, and noise that a camera would have."""
    encoder = cast(Any, av.CodecContext.create("libvpx", "w"))
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, frames_per_s), Fraction(frames_per_s)
    encoder.bit_rate, encoder.gop_size, encoder.thread_count = width * height * 2, frames_per_s * 10, 2
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
    noise = np.random.default_rng(hue).integers(0, 10, (height, width), np.uint8)
    rows, columns = np.mgrid[0:height, 0:width]
    found: list[tuple[bytes, bool]] = []
    for number in range(frames):
        luma = ((columns + rows + number * 4) // 3 % 160 + 40).astype(np.uint8) + np.roll(noise, number, 1)
        planes = [
            luma.ravel(),
            np.full(width * height // 4, hue, np.uint8),
            np.full(width * height // 4, 128, np.uint8),
        ]
        picture = np.concatenate(planes).reshape(height * 3 // 2, width)
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts = number
        found += [(bytes(packet), packet.is_keyframe) for packet in encoder.encode(frame)]
    return found


def write_pictures(
    folder: Path, member: str, source: str, size: tuple[int, int], seconds: int, frames_per_s: int
) -> None:
    pictures = clip(*size, 100, frames_per_s, 100 + len(member) * 7)
    head = fmt.SegmentHead("se", member, source, f"{member}-{source}", 90_000, int(BEGIN_S * 1e9))
    parts: list[bytes] = []
    file, number = SegmentFile(folder, f"0-{member}-{source}", head), 0
    for frame in range(seconds * frames_per_s):
        content, _ = pictures[frame % len(pictures)]
        pieces = [content[at : at + 1100] for at in range(0, len(content), 1100)]
        for place, piece in enumerate(pieces):
            second = 96 | (0x80 if place == len(pieces) - 1 else 0)
            payload = (b"\x10" if place == 0 else b"\x00") + piece
            parts += fmt.packet_record(
                frame / frames_per_s, second, number & 0xFFFF, frame * 90_000 // frames_per_s, payload
            )
            number += 1
    file.write(b"".join(parts), packets=number, first_s=0, last_s=seconds)
    file.close()


def write_sound(folder: Path, member: str, seconds: int, hz: float) -> None:
    sound = sounds.babble(hz)
    head = fmt.SegmentHead("se", member, "microphone", f"{member}-mic", 48_000, int(BEGIN_S * 1e9))
    file = SegmentFile(folder, f"0-{member}-mic", head)
    parts: list[bytes] = []
    for frame in range(seconds * 50):
        parts += fmt.packet_record(frame / 50, 111, frame & 0xFFFF, frame * 960, sound[frame % len(sound)].payload)
    file.write(b"".join(parts), packets=seconds * 50, first_s=0, last_s=seconds)
    file.close()


def compose_speed(seconds: int) -> float:
    """Return seconds of recording per second of work on one core."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "tape").mkdir()
        write_pictures(folder / "tape", "lead", "screen", (1280, 720), seconds, 20)
        people = [f"p{number}" for number in range(4)]
        for number, person in enumerate(people):
            write_pictures(folder / "tape", person, "camera", (320, 180), seconds, 20)
            write_sound(folder / "tape", person, seconds, 120 + 40 * number)
        tiles = tuple(Tile(TapedTrack(person, "camera"), person) for person in people)
        scene = Scene(0, seconds * 1000, stage=TapedTrack("lead", "screen"), tiles=tiles)
        sound = tuple(TapedTrack(person, "microphone") for person in people)
        plan = Plan(int(BEGIN_S * 1e9), seconds * 1000, "stage_and_cameras", (scene,), sound, title="Bench")
        began_s = time.process_time()
        compose(plan, folder / "tape", folder / "work", folder / "out.mp4")
        return seconds / (time.process_time() - began_s)


# --- tape -----------------------------------------------------------------------------------------------------------------


async def join(stack: AsyncExitStack, engine: LocalEngine, number: int, *, publishes: bool) -> Bot:
    member = MemberId(f"m{number}")
    offer = await engine.connect(ROOM, member)
    gates = frozenset({Source.MICROPHONE, Source.CAMERA} if publishes else ())
    await engine.set_gates(ROOM, member, gates)
    bot = await stack.enter_async_context(
        Bot(offer.sdp, picture=number if publishes else None, tone_hz=200 if publishes else None)
    )
    await engine.answer(offer.transport, bot.answer)
    await bot.connected()
    if not publishes:
        cameras = [TrackRef(MemberId(f"m{other}"), Source.CAMERA) for other in range(PUBLISHERS)]
        await engine.set_view(offer.transport, View(cameras[0], tuple(cameras[1:])))
    return bot


async def cpu_share(seconds: float) -> float:
    cpu_s, began_s = time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    return (time.process_time() - cpu_s) / (time.perf_counter() - began_s)


async def tape_ratio() -> tuple[float, float, float]:
    """Return the cost of the tape, of one more subscriber, and their ratio; both as shares of a core, the least of some rounds."""
    tapes, subscribers = [], []
    engine = await LocalEngine.start(MediaConfig())
    await engine.open_room(ROOM)
    async with AsyncExitStack() as stack:
        for number in range(PUBLISHERS):
            await join(stack, engine, number, publishes=True)
        for _ in range(ROUNDS):
            base = await cpu_share(MEASURED_S)
            with tempfile.TemporaryDirectory() as folder:
                await engine.start_tape(ROOM, folder)
                for number in range(PUBLISHERS):
                    await engine.set_tape(ROOM, MemberId(f"m{number}"), frozenset(Source))
                await asyncio.sleep(0.5)
                tapes.append(await cpu_share(MEASURED_S) - base)
                await engine.stop_tape(ROOM)
            async with AsyncExitStack() as one_more:
                await join(one_more, engine, 99, publishes=False)
                await asyncio.sleep(0.5)
                subscribers.append(await cpu_share(MEASURED_S) - base)
    await engine.close()
    tape, subscriber = sorted(tapes)[ROUNDS // 2], sorted(subscribers)[ROUNDS // 2]
    return tape, subscriber, max(tape, 0.0) / max(subscriber, 1e-6)


def main(seconds: int) -> int:
    tape, subscriber, ratio = asyncio.run(tape_ratio())
    print(
        f"tape: {tape:.2%} of a core for {PUBLISHERS} publishers, one more subscriber {subscriber:.2%} "
        f"(with its own end), ratio {ratio:.2f} (bar {BAR_TAPE:.1f})"
    )
    speed = max(compose_speed(seconds) for _ in range(2))
    print(f"compose: {speed:.1f} x real time (bar {BAR_COMPOSE:.0f})")
    return 0 if speed >= BAR_COMPOSE and ratio <= BAR_TAPE else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40))

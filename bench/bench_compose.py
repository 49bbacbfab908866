"""
What recording costs: ``python -m bench.bench_compose [SECONDS]``.

First the tape: what writing every packet of a room costs the media worker, against forwarding them to one more subscriber. Then putting a recording
together on one core: 720p, a stage and four cameras, all moving.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any, cast

import av
import numpy as np

from media_core.bots import sounds
from media_core.engine import EngineReady, Source, TrackRef, View
from media_core.ids import MediaRoomId, MemberId
from media_core.rtp.rtcp_packets import EstimatedMaximumBitrate
from media_core.tape import format as fmt
from media_core.tape.compose import compose
from media_core.tape.files import SegmentFile
from media_core.tape.plan import Plan, Scene, TapedTrack, Tile
from media_core.worker import WorkerEngine
from tests.media_core.engines import Events, end, start_worker
from tests.media_core.raw_client import RawClient
from tests.waiting import until

BAR_COMPOSE, BAR_TAPE = 4.0, 1.0
BEGIN_S = 1_772_355_600.0
ROOM = MediaRoomId("room")
ALL = frozenset({Source.MICROPHONE, Source.CAMERA})
PUBLISHERS, MEASURED_S, ROUNDS = 6, 2.0, 12
STEP_S, PICTURE_PACKETS = 0.02, 2
PACKETS_PER_S = PUBLISHERS * (PICTURE_PACKETS + 1) / STEP_S
PICTURE, SOUND = bytes(1000), bytes(90)


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


def cpu_ns(process: int) -> int:
    """Return what all threads of a process have computed so far (Linux)."""
    return sum(int(task.read_text().split()[0]) for task in Path(f"/proc/{process}/task").glob("*/schedstat"))


async def send(people: Sequence[RawClient], seconds: float) -> int:
    """Have everybody send pictures of 1,000 bytes and sound at an even pace; return how many packets went out."""
    loop, sent, rounds = asyncio.get_running_loop(), 0, int(seconds / STEP_S)
    begin_s = loop.time()
    for number in range(rounds):
        for person in people:
            for _ in range(PICTURE_PACKETS):
                person.send_picture(keyframe=number % 100 == 0, text=PICTURE)
            person.send_sound(SOUND)
        sent += len(people) * (PICTURE_PACKETS + 1)
        await asyncio.sleep(max(0.0, begin_s + (number + 1) * STEP_S - loop.time()))
    return sent


async def per_packet_us(worker: int, people: Sequence[RawClient]) -> float:
    """Return what the worker computes for each packet that it is sent."""
    await send(people, 0.5)
    before = cpu_ns(worker)
    sent = await send(people, MEASURED_S)
    return (cpu_ns(worker) - before) / sent / 1000


async def listen(stack: AsyncExitStack, engine: WorkerEngine, name: str) -> RawClient:
    """Join as somebody who is shown every camera and hears everybody."""
    client = await stack.enter_async_context(await RawClient.join(engine, ROOM, name, publish=()))
    cameras = [TrackRef(MemberId(f"m{number}"), Source.CAMERA) for number in range(PUBLISHERS)]
    client.send_rtcp(EstimatedMaximumBitrate(1, 8_000_000, ()))
    await engine.set_view(client.transport, View(cameras[0], tuple(cameras[1:])))
    return client


async def tape_costs() -> tuple[float, float]:
    """
    Return what the tape and what one more subscriber cost the worker for each packet, in µs.

    Each is compared with the time right before and after it without, because machines are never at rest; the medians of some rounds.
    """
    tapes, subscribers = [], []
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sala-")))
        process = await start_worker(folder / "media.sock")
        stack.push_async_callback(end, process)
        engine = WorkerEngine(folder / "media.sock")
        stack.push_async_callback(engine.close)
        told = Events(engine)
        await until(lambda: bool(told.of(EngineReady)), timeout_s=60)
        await engine.open_room(ROOM)
        people = []
        for number in range(PUBLISHERS):
            await engine.set_gates(ROOM, MemberId(f"m{number}"), ALL)
            people.append(await stack.enter_async_context(await RawClient.join(engine, ROOM, f"m{number}")))
        await listen(stack, engine, "first")
        before = await per_packet_us(process.pid, people)
        for number in range(ROUNDS):
            await engine.start_tape(ROOM, str(folder / f"tape-{number}"))
            for person in people:
                await engine.set_tape(ROOM, person.member, ALL)
            with_tape = await per_packet_us(process.pid, people)
            await engine.stop_tape(ROOM)
            between = await per_packet_us(process.pid, people)
            async with AsyncExitStack() as one_more:
                listener = await listen(one_more, engine, f"more{number}")
                with_listener = await per_packet_us(process.pid, people)
                assert sum(map(len, listener.media.values())) > 0.8 * MEASURED_S * PACKETS_PER_S, "it was not sent all"
            after = await per_packet_us(process.pid, people)
            tapes.append(with_tape - (before + between) / 2)
            subscribers.append(with_listener - (between + after) / 2)
            before = after
    return median(tapes), median(subscribers)


def main(seconds: int) -> int:
    tape, subscriber = asyncio.run(tape_costs())
    ratio = tape / subscriber
    print(
        f"tape: {tape:.1f} µs a packet, one more subscriber {subscriber:.1f} µs, "
        f"ratio {ratio:.2f} (bar {BAR_TAPE:.1f}); {PUBLISHERS} publishers, {PACKETS_PER_S:.0f} packets/s"
    )
    speed = max(compose_speed(seconds) for _ in range(2))
    print(f"compose: {speed:.1f} x real time (bar {BAR_COMPOSE:.0f})")
    return 0 if speed >= BAR_COMPOSE and ratio <= BAR_TAPE else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 40))

"""Three people in real Chromium are recorded; the file is decoded, looked at and listened to, and played in Chromium again."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from playwright.async_api import Page, expect

from apps.single import running
from data import recordings, sessions
from data.database import open_database
from data.models import Recording
from tests.apps.recording.studio import tick_record
from tests.browser.chromium import PATIENCE_S, chromium
from tests.browser.visits import enter_with_devices
from tests.sala_process import SalaProcess, sala_process
from tests.standstill import standstill
from tests.waiting import until_async

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

BITS = 20
UNIT_MS = 20
LEAD_S = 1
"""From when all were in and on the tape until a recording is looked at."""
TONE_S = 0.3
PEOPLE = (("#e01010", 500), ("#10c010", 800), ("#1010e0", 1100))
DEVICE = """([colour, hz, bits, unit]) => {
  const make = () => {
    const canvas = document.createElement('canvas');
    canvas.width = 640; canvas.height = 360;
    const draw = canvas.getContext('2d');
    const paint = () => {
      const code = Math.floor(Date.now() / unit) % (1 << bits);
      draw.fillStyle = colour; draw.fillRect(0, 0, 640, 360);
      for (let bit = 0; bit < bits; bit++) {
        draw.fillStyle = code >> bit & 1 ? '#fff' : '#000';
        draw.fillRect(bit * 32, 140, 32, 80);
      }
    };
    setInterval(paint, 40); paint();
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: hz });
    const level = new GainNode(context, { gain: 0 });
    const out = context.createMediaStreamDestination();
    tone.connect(level).connect(out); tone.start();
    let planned = 0;
    window.tones = [];
    setInterval(() => {
      const second = Math.floor(Date.now() / 1000) + 1;
      if (second === planned) return;
      planned = second;
      const at = context.currentTime + (second * 1000 - Date.now()) / 1000;
      level.gain.setValueAtTime(0.5, at); level.gain.setValueAtTime(0, at + 0.3);
      window.tones.push(second);
    }, 100);
    return { video: canvas.captureStream(25).getVideoTracks()[0], audio: out.stream.getAudioTracks()[0], context };
  };
  let made = null;
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    made ??= make();
    await made.context.resume();
    return new MediaStream([...(wanted.audio ? [made.audio.clone()] : []), ...(wanted.video ? [made.video.clone()] : [])]);
  };
}"""


def code_at(image: Any, left: int, top: int, width: int, height: int) -> int | None:
    """Read the running number of a picture in a part of an image; ``None`` where black and white can't be told."""
    row = image[top + height // 2 - 4 : top + height // 2 + 4].mean(axis=(0, 2))
    code = 0
    for bit in range(BITS):
        middle = left + (bit + 0.5) * width / BITS
        value = row[int(middle) - 1 : int(middle) + 2].mean()
        if 90 < value < 165:
            return None
        code |= int(value > 128) << bit
    return code


def delay_ms(code: int, wall_ms: float) -> float:
    """Return how much older a number is than a moment of the wall clock."""
    return (wall_ms / UNIT_MS - code + (1 << BITS) / 2) % (1 << BITS) * UNIT_MS - (1 << BITS) / 2 * UNIT_MS


def onsets_ms(samples: Any, hz: float) -> list[float]:
    """Return when a tone begins, in ms from the beginning of the sound."""
    window = 480
    at = np.arange(window) / 48_000
    wave = np.exp(-2j * np.pi * hz * at) * np.hanning(window)
    strength = np.array([abs(samples[first : first + window] @ wave) for first in range(0, len(samples) - window, 120)])
    loud = strength > strength.max() / 2
    return [index * 2.5 + 5 for index in np.flatnonzero(loud[1:] & ~loud[:-1])]


def rows_of(home: Path) -> list[Recording]:
    database = open_database(home, write=False)
    try:
        return [
            row
            for room in {
                one.room_id for one in database.read_now(recordings.archives, states=("capturing", "captured"))
            }
            for one in database.read_now(sessions.of_room, room_id=room)  # type: ignore[arg-type]
            for row in database.read_now(recordings.of_session, session_id=one.id)
        ]
    finally:
        database.close()


async def made(home: Path, count: int, timeout_s: float) -> list[Recording]:
    async def all_ready() -> bool:
        rows = rows_of(home)
        return len(rows) == count and all(row.state in ("ready", "failed") for row in rows)

    await until_async(all_ready, timeout_s=timeout_s)
    rows = rows_of(home)
    assert [row.state for row in rows] == ["ready"] * count
    return rows


async def come(stack: AsyncExitStack, sala: SalaProcess, number: int) -> Page:
    context = await stack.enter_async_context(chromium())
    page = await context.new_page()
    colour, hz = PEOPLE[number]
    script = f"({DEVICE})({[colour, hz, BITS, UNIT_MS]!r})"
    await page.add_init_script(script)
    await enter_with_devices(page, sala.links[number])
    return page


@dataclass(frozen=True, slots=True)
class Held:
    """A conference of three that was recorded, by the wall clock."""

    wanted_s: float
    """Just before the fragment was asked for."""
    from_s: float
    to_s: float
    """Between these all three were in and on the tape."""
    kept_s: float
    """When the fragment was known to be kept."""
    tones: list[int]
    """How many tones each page made between the two."""
    stood_s: float
    """For how long the machine stood still between them."""
    steady: bool
    """It did not since the first came. A page that stood still sends its sound late from then on, which no recording can know."""


async def hold(sala: SalaProcess, seconds: float, *, press: bool) -> Held:
    """Hold a conference of three until the machine ran for so long with all of them in, and end it."""
    async with standstill() as watch, AsyncExitStack() as stack:
        began_s = time.time()
        pages = [await come(stack, sala, number) for number in range(3)]
        maria, paul, _ = pages
        button = maria.locator("#record-button")
        await expect(button).to_be_visible()
        await expect(paul.locator("#record-button")).to_be_hidden()
        await expect(maria.locator(".tape-light.on")).to_have_count(6)  # microphones and cameras
        wanted_s = time.time()
        if press:
            await button.click()
            await expect(paul.locator("#record-notice[data-state='running']")).to_be_visible()
        from_s = time.time()

        async def ran() -> bool:
            return await watch.running_s(from_s, time.time()) >= seconds

        await until_async(ran, timeout_s=3 * seconds + PATIENCE_S, what=f"{seconds} s of conference")
        to_s = time.time()
        made_s: list[list[float]] = [await page.evaluate("window.tones") for page in pages]
        if press:
            await button.click()
            await expect(paul.locator("#record-notice[data-state='kept']")).to_be_visible()
        kept_s = time.time()
        await maria.locator("#end-all").click()
        await maria.locator("#confirm .danger").click()
        await expect(paul.locator("#over")).to_be_visible()
        steady = await watch.between(began_s, to_s) == 0
        tones = [sum(from_s + LEAD_S < second < to_s - TONE_S for second in seconds) for seconds in made_s]
        return Held(wanted_s, from_s, to_s, kept_s, tones, await watch.between(from_s, to_s), steady)


def check(file: Path, row: Recording, held: Held, *, in_time: bool) -> str:
    """
    Look at the whole time in which all three were there; return what was measured.

    How late pictures are is said by those that are new in the file: one that stays, because no other was made, grows old.

    Args:
        in_time: Pictures and tones must be within 100 ms of their time, which is a matter of the machine too. No picture comes before its time anywhere.
    """
    begins_ms = row.begins_at.timestamp() * 1000
    from_s, to_s = held.from_s + LEAD_S - begins_ms / 1000, held.to_s - begins_ms / 1000
    seconds, ran_s = to_s - from_s, to_s - from_s - held.stood_s
    delays: list[float] = []
    colours: set[int] = set()
    codes_read = tiles_seen = 0
    shown: int | None = None
    with av.open(str(file)) as source:
        for frame in source.decode(video=0):
            image: Any = frame.to_ndarray(format="rgb24")
            if frame.time is None or not from_s <= frame.time <= to_s:
                continue
            code = code_at(image, 0, 72, 1024, 576)
            if code is not None:
                codes_read += 1
                if shown not in (code, None):
                    delays.append(delay_ms(code, begins_ms + frame.time * 1000))
                shown = code
                colours.add(int(np.argmax(image[120, 512])))
            tiles_seen += int(np.argmax(image[260, 1100]) == 1 and np.argmax(image[400, 1100]) == 2)
    with av.open(str(file)) as source:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in source.decode(audio=0)])
    samples = samples[int(from_s * 48_000) : int(to_s * 48_000)]
    assert codes_read > seconds * 5, f"only {codes_read} pictures can be read"
    assert len(delays) > ran_s, f"only {len(delays)} pictures were new"
    assert colours == {0}, "the stage is the moderator's"
    assert tiles_seen > seconds * 5, "the others stand beside it"
    picture_ms = float(np.median(delays))
    last_picture_ms = float(np.median(delays[-40:]))
    judged = in_time and held.steady
    told = [f"{file.name}, {seconds:.0f} s: picture {picture_ms:.0f} ms late, at the end {last_picture_ms:.0f} ms"]
    for (_, hz), tones in zip(PEOPLE, held.tones, strict=True):
        found = [(begins_ms + from_s * 1000 + at + 500) % 1000 - 500 for at in onsets_ms(samples, hz)]
        assert len(found) > tones / 2, f"{hz} Hz was heard {len(found)} times of {tones}"
        late = float(np.median(found))
        assert abs(late) <= 100 or not judged, f"{hz} Hz is {late:.0f} ms late"
        offset = last_picture_ms - float(np.median(found[-5:]))
        told.append(f"{hz} Hz {late:.0f} ms, {offset:.0f} ms from the picture at the end")
        assert abs(offset) <= 100 or not judged, f"sound and picture are {offset:.0f} ms apart at the end"
    assert np.quantile(delays, 0.1) >= -50, "pictures come before their time"
    assert picture_ms <= 100 or not in_time, f"pictures are {picture_ms:.0f} ms late"
    return "; ".join(told)


async def record(home: Path, seconds: float, *, press: bool, in_time: bool = False) -> None:
    async with running(home=home, demo=True) as first:
        await tick_record(first)
    async with sala_process(home) as sala:
        held = await hold(sala, seconds, press=press)
        (row,) = await made(home, 1, timeout_s=2 * PATIENCE_S + 2 * seconds)
        assert row.origin == ("fragment" if press else "whole")
        file = home / "recordings" / row.session_id / row.file
        begins_s = row.begins_at.timestamp()
        assert begins_s <= held.from_s + 0.5
        assert begins_s + row.duration_ms / 1000 >= held.to_s, "the whole is longer than what was looked at"
        if press:
            assert begins_s >= held.wanted_s - 0.5
            assert begins_s + row.duration_ms / 1000 <= held.kept_s + 0.5
        print(await asyncio.to_thread(check, file, row, held, in_time=in_time))
        await plays(sala, row)


async def plays(sala: SalaProcess, row: Recording) -> None:
    """Play it in Chromium as the moderator who came by link."""
    async with chromium() as context:
        page = await context.new_page()
        await page.goto(sala.links[0])
        await page.locator("form[action$='/enter'] button").click()
        await page.wait_for_url("**/r/**")
        await page.goto(f"{sala.url}/recordings/{row.id}")
        player = page.locator("#player")
        await expect(player).to_be_visible()
        await until_async(lambda: player.evaluate("player => player.readyState >= 1"), timeout_s=PATIENCE_S)
        length_s = await player.evaluate("player => player.duration")
        assert abs(length_s * 1000 - row.duration_ms) < 500
        await player.evaluate(
            "async player => { player.muted = true; player.currentTime = player.duration / 2; await player.play(); }"
        )
        half_way = "player => player.currentTime > player.duration / 2 + 0.5"
        await until_async(lambda: player.evaluate(half_way), timeout_s=PATIENCE_S)


async def test_a_fragment_of_three_people_is_right_in_picture_and_sound(home: Path) -> None:
    """To how many milliseconds: ``make test-recording``."""
    await record(home, 12, press=True)


@pytest.mark.slow
async def test_a_minute_and_nobody_pressed(home: Path, tmp_path: Path) -> None:
    await record(home, 60, press=True, in_time=True)
    await record(tmp_path / "other", 20, press=False, in_time=True)

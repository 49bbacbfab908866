"""
The process that serves conferences, for ``bench_console``: portal, Hub, database, and a room of 500 people in which something changes twenty times a second.

They are attached to the Hub without sockets, but each message to them is written as JSON, as a socket does; media samples of all of them come every 2 s and
speakers change twice a second. Standard input: a line ends a stretch and has one line of JSON printed.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from apps.live.commands import OpenSession
from apps.live.hub import Attachment, Hub
from apps.live.person import Person
from apps.live.shared_message import json_of
from apps.live.state import Actor
from apps.single import running
from data import rooms
from data.ids import AccountId, PersonId, RoomId
from media_core.engine import QualitySample, SpeakersChanged
from media_core.ids import MediaRoomId, MemberId, TransportId
from tests.apps.live.fakes import FakeEngine

PEOPLE = 500
CHANGES_PER_S = 20
LAG_STEP_S = 0.005
SAMPLES_EVERY_S, SPEAKERS_EVERY_S = 2.0, 0.5
HELLO = {"type": "hello", "protocol": 1}

MICROPHONE, CAMERA, HAND, PRESENCE = 2, 3, 5, 1  # columns of the live page's table


class Tab:
    """A browser's end that reads at once."""

    def send(self, message: Mapping[str, Any]) -> None:
        json_of(message)

    def close(self, code: int, reason: str) -> None:
        """Nothing is open."""


class Crowd:
    """500 people. ``changes`` holds what must be seen: participant, column, text of the cell, and the wall clock in ms before it was asked for."""

    def __init__(self, hub: Hub, engine: FakeEngine, room: RoomId) -> None:
        self.hub, self.engine, self.room = hub, engine, room
        self.tabs: list[Attachment] = []
        self.changes: list[tuple[str, int, str, float]] = []
        self.lags_ms: list[float] = []

    async def come(self) -> None:
        for number in range(PEOPLE):
            person = Person(PersonId(f"in_bench{number}"), "participant", f"Person {number:03}")
            self.tabs.append(await self.hub.attach(self.room, person, Tab(), HELLO))

    # --- what changes -------------------------------------------------------------------------------------------------

    async def change(self) -> None:
        loop = asyncio.get_running_loop()
        due_s = loop.time()
        for tab, column, text, command in self.script():
            self.changes.append((str(tab.participant), column, text, time.time() * 1000))
            await tab.receive({"type": "command", "id": 1, "command": command})
            due_s += 1 / CHANGES_PER_S
            await asyncio.sleep(max(0.0, due_s - loop.time()))

    def script(self) -> Iterator[tuple[Attachment, int, str, Mapping[str, Any]]]:
        """Of ten changes five are microphones, two cameras, two hands, one a message; everybody once in some 25 s."""
        raised: list[Attachment] = []
        for number in itertools.count():
            tab, on = self.tabs[number * 7 % PEOPLE], number // PEOPLE % 2 == 0
            match number % 10:
                case 3 | 7:
                    yield tab, CAMERA, "Camera on" if on else "", {"type": "set_camera", "on": on}
                case 5:
                    raised.append(tab)
                    yield tab, HAND, "#", {"type": "raise_hand"}
                case 8 if len(raised) > 5:
                    yield raised.pop(0), HAND, "", {"type": "lower_hand"}
                case 9:
                    text = f"Message {number}"
                    yield tab, -1, text, {"type": "send_message", "text": text, "to": "everyone"}
                case _:
                    text = "Microphone on" if on else "Microphone off"
                    yield tab, MICROPHONE, text, {"type": "set_microphone", "on": on}

    async def sound(self) -> None:
        """Media's own news: samples of everybody, of which a few are poor, and who speaks."""
        (media_room,) = self.engine.media
        for turn in itertools.count():
            if turn % (SAMPLES_EVERY_S / SPEAKERS_EVERY_S) == 0:
                self.sample(media_room, turn)
            speakers = tuple(MemberId(str(self.tabs[(turn * 3 + each) % PEOPLE].participant)) for each in range(3))
            self.engine.tell(SpeakersChanged(media_room, speakers))
            await asyncio.sleep(SPEAKERS_EVERY_S)

    def sample(self, room: MediaRoomId, turn: int) -> None:
        for number, tab in enumerate(self.tabs):
            member = MemberId(str(tab.participant))
            loss = 5.0 if (number + turn) % 97 == 0 else 0.1 * (turn % 5)
            sample = QualitySample(
                room, member, TransportId(f"tr_{number + 1}"), 2.0, 40_000, 900_000 + turn, loss, 0.0, 20.0 + turn % 9
            )
            self.engine.tell(sample)

    # --- what is measured ---------------------------------------------------------------------------------------------

    async def measure_lag(self) -> None:
        """How late the loop is: audio on it would have gaps from 20 ms."""
        while True:
            began_s = time.perf_counter()
            await asyncio.sleep(LAG_STEP_S)
            self.lags_ms.append((time.perf_counter() - began_s - LAG_STEP_S) * 1000)

    def report(self) -> str:
        """Return what was since the last report."""
        lags = sorted(self.lags_ms) or [0.0]
        told = {"changes": self.changes, "lag_p99_ms": lags[int(len(lags) * 0.99)], "lag_most_ms": lags[-1]}
        self.changes, self.lags_ms = [], []
        return json.dumps(told)


async def main(values: dict[str, Any]) -> None:
    """Run until standard input ends."""
    engine: Any = FakeEngine()  # without media: those are a process of their own
    async with running(home=values.pop("home"), engine=engine, **values) as sala:
        secret = await sala.parts.auth.sign_in("admin@localhost", sala.password, "127.0.0.1")
        administrator = await sala.parts.auth.account(str(secret))
        assert administrator is not None
        room = await sala.database.run(_room, owner=administrator.id)
        await sala.hub.command(Actor("account", AccountId(administrator.id), "administrator"), room, OpenSession())
        crowd = Crowd(sala.hub, engine, room)
        await crowd.come()
        tasks = [asyncio.create_task(work) for work in (crowd.change(), crowd.sound(), crowd.measure_lag())]
        print(
            json.dumps({"secret": str(secret), "room": room, "settings": sala.settings.model_dump(mode="json")}),
            flush=True,
        )
        while await asyncio.to_thread(sys.stdin.readline):
            print(crowd.report(), flush=True)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def _room(session: Any, *, owner: str) -> RoomId:
    made = rooms.create(
        session, slug="bench", owner_id=owner, title="Bench", max_participants=PEOPLE + 10, now=datetime.now(UTC)
    )
    return RoomId(made.id)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))

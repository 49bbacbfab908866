"""Rooms spread over workers, and what happens when one dies or comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from media_core.engine import EngineLost, EngineReady, Listener, MediaConfig, Source, View
from media_core.errors import EngineUnavailable, UnknownTransport
from media_core.figures import Figures
from media_core.ids import MediaRoomId, MemberId
from media_core.local import LocalEngine
from media_core.pool import WorkerPool
from tests.media_core.engines import Events
from tests.media_core.raw_client import RawClient
from tests.waiting import until

ANNA, BOB = MemberId("pt_anna"), MemberId("pt_bob")
SPEAK = frozenset({Source.MICROPHONE})


class Mortal(LocalEngine):
    """An engine in this process whose link a test cuts; ``busy`` is what it says of its CPU, in seconds for each reading."""

    def __init__(self) -> None:
        super().__init__()
        self.linked = True
        self.busy = 0.0
        self._spent_s = 0.0

    @classmethod
    async def make(cls) -> Mortal:
        engine = await cls.start(MediaConfig())
        assert isinstance(engine, Mortal)
        return engine

    def listen(self, listener: Listener) -> Callable[[], None]:
        return super().listen(lambda event: listener(event) if self.linked else None)

    async def metrics(self) -> Figures:
        self._expect()
        self._spent_s += self.busy
        return {**await super().metrics(), "cpu_seconds": self._spent_s}

    async def rooms(self):  # type: ignore[no-untyped-def]
        self._expect()
        return await super().rooms()

    async def open_room(self, room: MediaRoomId) -> None:
        self._expect()
        await super().open_room(room)

    def cut(self) -> None:
        self._listeners.lost("cut")
        self.linked = False

    def link(self) -> None:
        self.linked = True
        self._listeners.ready(fresh=False)

    def _expect(self) -> None:
        if not self.linked:
            raise EngineUnavailable("cut")


class Two:
    """A pool of two, and the names of the rooms each has."""

    def __init__(self, a: Mortal, b: Mortal) -> None:
        self.a, self.b = a, b
        self.pool = WorkerPool({"a": a, "b": b}, read_load_every_s=0.05)
        self.events = Events(self.pool)

    async def open(self, *names: str) -> None:
        for name in names:
            await self.pool.open_room(MediaRoomId(name))

    @staticmethod
    def has(engine: Mortal) -> set[str]:
        return set(engine.sfu.rooms)


@pytest.fixture
async def two() -> AsyncIterator[Two]:
    made = Two(await Mortal.make(), await Mortal.make())
    await until(lambda: len(made.events.of(EngineReady)) >= 2)
    yield made
    await made.pool.close()


async def test_rooms_that_are_opened_together_are_spread(two: Two) -> None:
    await two.open("se_1", "se_2", "se_3", "se_4")
    assert len(two.has(two.a)) == len(two.has(two.b)) == 2
    assert set(await two.pool.rooms()) == {"se_1", "se_2", "se_3", "se_4"}
    await two.pool.close_room(MediaRoomId("se_1"))
    assert set(await two.pool.rooms()) == {"se_2", "se_3", "se_4"}


async def test_a_new_room_goes_to_the_worker_with_the_least_to_do(two: Two) -> None:
    two.a.busy = 0.04
    await until(lambda: two.pool.standings()[0].cpu_share > 0.3)
    await two.open("se_1", "se_2", "se_3")
    assert two.has(two.b) == {"se_1", "se_2", "se_3"}
    assert [(each.name, each.rooms) for each in two.pool.standings()] == [("a", 0), ("b", 3)]


async def test_the_rooms_of_a_worker_that_died_are_opened_in_another(two: Two) -> None:
    await two.open("se_1", "se_2")
    (dead,), (well,) = two.has(two.a), two.has(two.b)
    two.a.cut()
    (lost,) = two.events.of(EngineLost)
    assert lost.rooms == (dead,)
    assert isinstance(two.events[-1], EngineReady), "there is a worker to open it in"
    assert set(await two.pool.rooms()) == {well}
    await two.open(dead)
    assert two.has(two.b) == {dead, well}
    two.a.link()  # it only seemed dead, and still has the room
    await until(lambda: not two.has(two.a))
    assert set(await two.pool.rooms()) == {dead, well}
    assert all(each.up for each in two.pool.standings())


async def test_media_of_the_other_rooms_go_on(two: Two) -> None:
    await two.open("se_1", "se_2")
    (dead,), (well,) = two.has(two.a), two.has(two.b)
    await two.pool.set_gates(MediaRoomId(well), ANNA, SPEAK)
    async with (
        await RawClient.join(two.pool, well, ANNA) as anna,
        await RawClient.join(two.pool, well, BOB) as bob,
        await RawClient.join(two.pool, dead, BOB) as gone,
    ):
        await until(lambda: anna.send_sound() and bob.slot("a0"))
        two.a.cut()
        before = len(bob.slot("a0"))
        await until(lambda: anna.send_sound() and len(bob.slot("a0")) > before + 5)
        with pytest.raises(UnknownTransport):
            await two.pool.set_view(gone.transport, View())
        await two.pool.set_view(bob.transport, View())
        two.a.linked = True  # so that it can be closed
        await asyncio.sleep(0)


async def test_without_any_worker_everything_is_lost_until_one_comes(two: Two) -> None:
    await two.open("se_1", "se_2")
    two.a.cut()
    two.b.cut()
    assert two.events.of(EngineLost)[-1].rooms is None
    with pytest.raises(EngineUnavailable):
        await two.open("se_3")
    with pytest.raises(EngineUnavailable):
        await two.pool.rooms()
    ready = len(two.events.of(EngineReady))
    two.b.link()
    await until(lambda: len(two.events.of(EngineReady)) > ready)
    assert len(await two.pool.rooms()) == 1, "what the worker kept is its own again"


async def test_a_pool_made_anew_finds_the_rooms_where_they_are(two: Two) -> None:
    await two.open("se_1", "se_2")
    offer = await two.pool.connect(MediaRoomId("se_1"), ANNA)
    again = WorkerPool({"a": two.a, "b": two.b})
    events = Events(again)
    await until(lambda: len(events.of(EngineReady)) >= 2)
    assert set(await again.rooms()) == {"se_1", "se_2"}
    await again.set_view(offer.transport, View())
    assert set(await again.metrics_by_worker()) == {"a", "b"}
    for task in tuple(again._tasks):
        task.cancel()
    await asyncio.wait(again._tasks)

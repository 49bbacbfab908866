"""A recording that says so: who talks and does not reach the tape raises an alarm, in the room and in the console."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from apps.console.alerts import alerts
from apps.console.words import Words
from apps.service import Notice, RecordsNotice
from apps.single import Sala
from media_core.engine import Source
from media_core.ids import MediaRoomId, MemberId
from media_core.tape import files
from media_core.tape import format as fmt
from tests.apps.recording.studio import MODERATOR, PAUL, PETRA, come
from tests.apps.recording.taped import tape_of
from tests.waiting import until

BAR_S = 3.0
PACKET_S = 0.02


def last_word_s(tape: Path, member: str) -> float:
    """Return the wall clock at the newest packet of somebody's microphone that is on the tape."""
    newest = 0.0
    for path in [*tape.glob("*.part"), *tape.glob("*.tape")]:
        head = files.read_head(path)
        if (head.member, head.source) == (member, "microphone"):
            arrivals = [one.arrival_s for one in files.read_records(path) if isinstance(one, fmt.TapePacket)]
            newest = max(newest, head.wall_ns / 1e9 + max(arrivals))
    return newest


async def test_a_muted_tape_raises_an_alarm_within_three_seconds(recorded: Sala) -> None:
    """Seconds of what somebody says: they are counted in its packets, of which a loop that stands still sends none."""
    told: list[Notice] = []
    recorded.hub.listen(told.append)
    async with AsyncExitStack() as stack:
        maria = await come(stack, recorded, MODERATOR, 0)
        paul = await come(stack, recorded, PAUL, 1)
        petra = await come(stack, recorded, PETRA, 2, consent="none")
        session = str(maria.room.session)

        def light(who: Any, source: str) -> bool | None:
            return maria.tape_lights.get(who.me, {}).get(source)

        def unrecorded() -> list[str]:
            (live,) = recorded.hub.live_rooms()
            return list(live["unrecorded"])

        await until(lambda: light(paul, "microphone") and light(paul, "camera"))
        await until(lambda: light(petra, "microphone") is False)
        await until(lambda: unrecorded() == [])  # Petra said no

        camera = frozenset({Source.CAMERA})
        assert paul.media is not None
        microphone = paul.media.sent["mic"]
        before = microphone.packets
        await recorded.engine.set_tape(MediaRoomId(session), MemberId(paul.me), camera)  # nobody asked for that
        await until(lambda: light(paul, "microphone") is False)
        said_s = (microphone.packets - before) * PACKET_S
        alarm_s = datetime.fromisoformat(maria.tape_lights_at).timestamp()
        last_s = last_word_s(tape_of(recorded, session), paul.me)
        assert last_s < alarm_s
        assert said_s <= BAR_S, f"the alarm came after {said_s:.2f} s of speech"
        await until(lambda: light(paul, "camera") and unrecorded() == [PAUL])
        (live,) = recorded.hub.live_rooms()
        assert RecordsNotice("tape", (session,), live["room"]) in told
        box = alerts(Words("en"), link_up=True, health=None, rooms=[], unrecorded=[("Demo", [PAUL])])
        assert box == [{"tone": "bad", "text": f"Demo: not being recorded at the moment: {PAUL}."}]

        await recorded.engine.set_tape(MediaRoomId(session), MemberId(paul.me), camera | {Source.MICROPHONE})
        await until(lambda: light(paul, "microphone") and unrecorded() == [])

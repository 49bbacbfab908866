"""Who is connected, who may send, and what is wanted of whom: kept as people come and go."""

from __future__ import annotations

from media_core.engine import SEND_MIDS, Source, TrackRef, View
from media_core.ids import MemberId
from media_core.local import LocalEngine
from tests.media_core.engines import ROOM
from tests.media_core.raw_client import RawClient
from tests.waiting import until

ANNA = MemberId("pt_anna")
CAMERA = TrackRef(ANNA, Source.CAMERA)


async def test_nobody_who_left_is_looked_at_or_wants_anything(local: LocalEngine) -> None:
    roster = local.sfu._roster
    await local.set_gates(ROOM, ANNA, frozenset({Source.CAMERA}))
    anna = await RawClient.join(local, ROOM, ANNA)
    bob = await RawClient.join(local, ROOM, "pt_bob", publish=())
    carl = await RawClient.join(local, ROOM, "pt_carl", publish=())
    try:
        lead = local.sfu.transports[anna.transport].publishers[SEND_MIDS["cam"]]
        for client in (bob, carl):
            await local.set_view(client.transport, View(stage=CAMERA))
        assert [each.member for each in roster.connected] == [ANNA, "pt_bob", "pt_carl"]
        assert [each.member for each in roster.senders] == [ANNA]
        await until(lambda: lead.wants[""] == 2)

        await bob.close()
        await until(lambda: [each.member for each in roster.connected] == [ANNA, "pt_carl"])
        assert lead.wants[""] == 1
        await local.set_view(carl.transport, View())
        await local.disconnect(ROOM, carl.member)
        assert lead.wants[""] == 0

        await anna.close()
        await until(lambda: not local.sfu.transports)
        assert [roster.connected, roster.senders, roster.hurried, roster.closed] == [{}, {}, {}, []]
    finally:
        for client in (anna, bob, carl):
            await client.close()


async def test_a_line_that_becomes_narrow_is_divided_at_the_next_tick(local: LocalEngine) -> None:
    roster = local.sfu._roster
    async with await RawClient.join(local, ROOM, ANNA) as anna:
        transport = local.sfu.transports[anna.transport]
        transport.downlink.narrowed(False)
        assert not roster.hurried
        transport.downlink.narrowed(True)
        assert list(roster.hurried) == [transport]
        await until(lambda: not roster.hurried)
    transport.downlink.narrowed(True)
    assert not roster.hurried  # nobody is there any more

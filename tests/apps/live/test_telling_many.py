"""What a whole room is told: written as text once, and no more of each other's connections than a level."""

from __future__ import annotations

import json

from apps.live.quality import LEVELS_AT_LEAST_EVERY_S, QualityBoard
from apps.live.shared_message import SharedMessage, json_of
from media_core.engine import QualitySample
from media_core.ids import MediaRoomId, MemberId, TransportId


def sample(loss_pct: float) -> QualitySample:
    return QualitySample(MediaRoomId("se_1"), MemberId("pt_1"), TransportId("tr_1"), 2.0, up_loss_pct=loss_pct)


def test_a_shared_message_is_written_once() -> None:
    message = SharedMessage(type="speakers", participants=("pt_ș",))
    assert json_of(message) is json_of(message)
    assert json.loads(json_of(message)) == {"type": "speakers", "participants": ["pt_ș"]}
    assert json_of({"type": "pong"}) == b'{"type":"pong"}'


def test_levels_are_told_when_one_is_another_and_now_and_then() -> None:
    board = QualityBoard()
    board.add(sample(0.0))
    assert board.levels_to_tell(100.0) == {"pt_1": {"level": "good"}}
    board.add(sample(1.0))
    assert board.levels_to_tell(102.0) is None
    board.add(sample(20.0))
    assert board.levels_to_tell(104.0) == {"pt_1": {"level": "poor"}}
    assert board.levels_to_tell(104.0 + LEVELS_AT_LEAST_EVERY_S) == {"pt_1": {"level": "poor"}}

from __future__ import annotations

import json

import pytest

from media_core.engine import (
    CodecWanted,
    EngineLost,
    EngineReady,
    MediaEvent,
    MemberMedia,
    QualitySample,
    SlotsChanged,
    Source,
    SpeakersChanged,
    TrackFlowing,
    TrackRef,
    TransportClosed,
    TransportConnected,
    View,
)
from media_core.errors import BadDescription, EngineUnavailable, MediaError, UnknownMediaRoom, UnknownTransport
from media_core.ids import MediaRoomId, MemberId, TransportId
from media_core.signaling import messages

ROOM, ANNA, TRANSPORT = MediaRoomId("se_1"), MemberId("pt_1"), TransportId("tr_1")
CAMERA = TrackRef(ANNA, Source.CAMERA)


def over_the_wire(message: messages.Json) -> dict[str, object]:
    framed = messages.frame(message)
    assert messages.LENGTH.unpack(framed[:4])[0] == len(framed) - 4
    return messages.unframe(framed[4:])


@pytest.mark.parametrize(
    "event",
    [
        TransportConnected(ROOM, ANNA, TRANSPORT),
        TransportClosed(ROOM, ANNA, TRANSPORT, "timeout"),
        SlotsChanged(ROOM, ANNA, TRANSPORT, {"a0": TrackRef(ANNA, Source.MICROPHONE), "v0": None}),
        SpeakersChanged(ROOM, (ANNA,)),
        TrackFlowing(ROOM, CAMERA, True),
        CodecWanted(ROOM, ANNA, TRANSPORT, TrackRef(ANNA, Source.SCREEN), "av1"),
        QualitySample(ROOM, ANNA, TRANSPORT, 2.0, 1, 2, None, 0.5, 12.5, 3.0),
        EngineLost("why"),
        EngineReady(fresh=False),
    ],
)
def test_every_event_goes_over_the_wire(event: MediaEvent) -> None:
    assert messages.event_from_wire(over_the_wire(messages.event_to_wire(event))) == event


@pytest.mark.parametrize(
    "error", [UnknownMediaRoom("se_1"), UnknownTransport("tr_1"), BadDescription("why"), EngineUnavailable("why")]
)
def test_every_error_goes_over_the_wire(error: MediaError) -> None:
    found = messages.error_from_wire(over_the_wire(messages.error_to_wire(error)))
    assert (type(found), str(found)) == (type(error), str(error))


def test_views_and_rooms_go_over_the_wire() -> None:
    view = View(CAMERA, (CAMERA, TrackRef(ANNA, Source.SCREEN)), 720, 180)
    assert messages.view_from_wire(json.loads(json.dumps(messages.view_to_wire(view)))) == view
    assert messages.view_from_wire(json.loads(json.dumps(messages.view_to_wire(View())))) == View()
    rooms = {ROOM: (MemberMedia(ANNA, frozenset({Source.CAMERA}), (TRANSPORT,)),)}
    assert messages.rooms_from_wire(json.loads(json.dumps(messages.rooms_to_wire(rooms)))) == rooms

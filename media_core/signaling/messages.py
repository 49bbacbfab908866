"""
What goes between a web process and a media worker, as JSON: calls of ``MediaEngine``, their results, and events.

    worker → client   {"hello": {"fresh": bool}}                         first message of a link
    client → worker   {"call": number, "method": name, "arguments": {…}}
    worker → client   {"result": number, "value": …}  or  {"result": number, "error": code, "detail": text}
    worker → client   {"events": [{"event": class name, …fields}, …]}   oldest first

Each message is preceded by its length in bytes as 32-bit number, most significant byte first.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, cast

from media_core.engine import (
    Accepted,
    CodecWanted,
    EngineLost,
    EngineReady,
    LayersWanted,
    MediaEvent,
    MemberMedia,
    Offer,
    QualitySample,
    SegmentClosed,
    SlotsChanged,
    SoundHeard,
    Source,
    SpeakersChanged,
    TapeLight,
    TapeState,
    TrackFlowing,
    TrackRef,
    TransportClosed,
    TransportConnected,
    View,
)
from media_core.errors import (
    BadDescription,
    EngineUnavailable,
    MediaError,
    NotAcceptable,
    TapeUnavailable,
    UnknownMediaRoom,
    UnknownTransport,
)
from media_core.ids import MediaRoomId, MemberId, TransportId

Json = Mapping[str, Any]

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
"""The list of rooms of a full worker is the largest; an offer has about 10 kB."""

LENGTH = struct.Struct("!I")
_ENCODER = json.JSONEncoder(separators=(",", ":"))

_EVENTS: Mapping[str, Callable[..., MediaEvent]] = {
    kind.__name__: kind
    for kind in (
        TransportConnected,
        TransportClosed,
        SlotsChanged,
        SpeakersChanged,
        SoundHeard,
        TrackFlowing,
        LayersWanted,
        CodecWanted,
        QualitySample,
        SegmentClosed,
        TapeLight,
        TapeState,
        EngineLost,
        EngineReady,
    )
}
_FIELDS = {name: tuple(each.name for each in fields(cast(Any, kind))) for name, kind in _EVENTS.items()}
_NESTED = frozenset(name for name, names in _FIELDS.items() if not {"track", "slots"}.isdisjoint(names))
"""Events with values that are classes of their own; the others, the many samples of quality among them, need no search for such."""
_ERRORS: Mapping[str, Callable[[str], MediaError]] = {
    kind.code: kind
    for kind in (
        UnknownMediaRoom,
        UnknownTransport,
        BadDescription,
        NotAcceptable,
        TapeUnavailable,
        EngineUnavailable,
    )
}


def frame(message: Json) -> bytes:
    """Return a message with its length."""
    body = _ENCODER.encode(message).encode()
    return LENGTH.pack(len(body)) + body


def unframe(body: bytes) -> dict[str, Any]:
    """Return the message of a frame without its length; raises ``ValueError`` if it is none."""
    message = json.loads(body)
    if not isinstance(message, dict):
        raise ValueError("a message is not an object")
    return message


# --- events -----------------------------------------------------------------------------------------------------------


def event_to_wire(event: MediaEvent) -> dict[str, Any]:
    kind = type(event).__name__
    if kind in _NESTED:
        return {"event": kind, **asdict(event)}
    return {"event": kind, **{name: getattr(event, name) for name in _FIELDS[kind]}}


def event_from_wire(message: Json) -> MediaEvent:
    """Raises ``KeyError``, ``TypeError`` or ``ValueError`` for what is no event."""
    given = dict(message)
    kind = _EVENTS[given.pop("event")]
    if "track" in given:
        given["track"] = track_from_wire(given["track"])
    if "slots" in given:
        if not isinstance(given["slots"], dict):
            raise ValueError("slots are no object")
        given["slots"] = {
            mid: None if track is None else track_from_wire(track) for mid, track in given["slots"].items()
        }
    for several in ("speakers", "rids", "rooms"):
        if given.get(several) is not None:
            given[several] = tuple(given[several])
    return kind(**given)


def track_from_wire(track: Json) -> TrackRef:
    return TrackRef(MemberId(track["member"]), Source(track["source"]))


# --- errors -----------------------------------------------------------------------------------------------------------


def error_to_wire(error: MediaError) -> dict[str, str]:
    match error:
        case UnknownMediaRoom():
            detail = error.room
        case UnknownTransport():
            detail = error.transport
        case BadDescription() | TapeUnavailable() | EngineUnavailable():
            detail = error.reason
        case _:
            detail = str(error)
    return {"error": error.code, "detail": detail}


def error_from_wire(message: Json) -> MediaError:
    return _ERRORS.get(message["error"], EngineUnavailable)(message["detail"])


# --- arguments and values ---------------------------------------------------------------------------------------------


def view_to_wire(view: View) -> dict[str, Any]:
    return asdict(view)


def view_from_wire(view: Json) -> View:
    stage = view["stage"]
    return View(
        None if stage is None else track_from_wire(stage),
        tuple(track_from_wire(track) for track in view["thumbnails"]),
        view["stage_height_px"],
        view["thumbnail_height_px"],
    )


def sources_from_wire(sources: Sequence[str]) -> frozenset[Source]:
    return frozenset(Source(source) for source in sources)


def rooms_to_wire(rooms: Mapping[MediaRoomId, tuple[MemberMedia, ...]]) -> dict[str, Any]:
    return {
        room: [
            {
                "member": each.member,
                "gates": sorted(each.gates),
                "transports": list(each.transports),
                "taped": None if each.taped is None else sorted(each.taped),
            }
            for each in members
        ]
        for room, members in rooms.items()
    }


def rooms_from_wire(rooms: Json) -> dict[MediaRoomId, tuple[MemberMedia, ...]]:
    return {
        MediaRoomId(room): tuple(
            MemberMedia(
                MemberId(each["member"]),
                sources_from_wire(each["gates"]),
                tuple(TransportId(transport) for transport in each["transports"]),
                None if each.get("taped") is None else sources_from_wire(each["taped"]),
            )
            for each in members
        )
        for room, members in rooms.items()
    }


def accepted_from_wire(accepted: Json) -> Accepted:
    return Accepted(TransportId(accepted["transport"]), accepted["sdp"])


def offer_from_wire(offer: Json) -> Offer:
    return Offer(TransportId(offer["transport"]), offer["sdp"])

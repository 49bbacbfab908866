"""
What goes over ``/internal/console``, for both ends: the web process (``apps.api.console_socket``) and the console's client.

One JSON object a message. The client authenticates with the key of the home folder, is told ``ready``, then calls; each call carries a
number that its result repeats. Notices come in between. Whatever can't be decoded raises ``BadWire``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from pydantic import ValidationError

from apps.live.commands import WireCommand, wire_command_from
from apps.live.state import Denied
from apps.planning.commands import PlanningCommand, planning_command_from
from apps.recording.commands import ArchiveCommand, archive_command_from
from apps.service import Done, Notice, QualityNotice, RecordsNotice, SessionNotice, SpeakersNotice
from data.ids import RoomId

Method = Literal["command", "snapshot", "live_rooms", "monitor_ticket", "health", "sign_out"]
METHODS: tuple[str, ...] = get_args(Method)
READY = {"type": "ready"}
MESSAGE_MAX_BYTES = 4 * 1024 * 1024  # an imported file of 1 MiB in base64, with room to spare


class BadWire(ValueError):
    """A message of the console's link that cannot be understood; one of the two ends is at fault."""


@dataclass(frozen=True, slots=True)
class Call:
    """``secret`` is the session cookie's value of the browser that asks; ``command`` is set for the method of that name."""

    id: int
    method: Method
    secret: str
    command: PlanningCommand | WireCommand | ArchiveCommand | None = None
    room: RoomId | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a call came to: ``Done`` or ``Denied`` of a command, else the value asked for."""

    id: int
    answer: Any


# --- from the console ---------------------------------------------------------------------------------------------------


def encode_auth(key: str) -> str:
    return json.dumps({"type": "auth", "key": key})


def encode_call(call: Call) -> str:
    command = call.command.model_dump(mode="json") if call.command is not None else None
    values = {"type": "call", "id": call.id, "method": call.method, "secret": call.secret, "room": call.room}
    return json.dumps({**values, "command": command}, ensure_ascii=False)


def decode_auth(raw: str | bytes) -> str:
    """Return the key of the client's first message."""
    values = _object(raw)
    key = values.get("key")
    if values.get("type") != "auth" or not isinstance(key, str):
        raise BadWire("the first message must be auth")
    return key


def decode_call(raw: str | bytes) -> Call | Result:
    """Return the call; or, where only its command cannot be used, the ``Result`` to answer with."""
    values = _object(raw)
    number, method, secret, room = (values.get(name) for name in ("id", "method", "secret", "room"))
    if values.get("type") != "call" or not isinstance(number, int) or method not in METHODS:
        raise BadWire("not a call")
    if not isinstance(secret, str) or not (room is None or isinstance(room, str)):
        raise BadWire("a call without a secret")
    command = None
    if method == "command":
        try:
            command = command_from(values.get("command"))
        except ValidationError as error:
            return Result(number, Denied("bad_request", {"field": _field_of(error)}))
    return Call(number, method, secret, command, RoomId(room) if room is not None else None)


def command_from(values: object) -> PlanningCommand | WireCommand | ArchiveCommand:
    """Parse a command of any family. Raises ``pydantic.ValidationError``."""
    type_ = values.get("type") if isinstance(values, Mapping) else None
    if type_ in ARCHIVE_TYPES:
        return archive_command_from(values)
    return wire_command_from(values) if type_ in LIVE_TYPES else planning_command_from(values)


def _types_of(union: Any) -> frozenset[str]:
    members = get_args(get_args(union)[0])
    return frozenset(member.model_fields["type"].default for member in members)


LIVE_TYPES = _types_of(WireCommand)
ARCHIVE_TYPES = _types_of(ArchiveCommand)


def _field_of(error: ValidationError) -> str:
    """Return which field was wrong, never what was in it."""
    return ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])


# --- from the web process -------------------------------------------------------------------------------------------------

_KIND_OF: Mapping[type, str] = {
    SessionNotice: "session",
    RecordsNotice: "records",
    SpeakersNotice: "speakers",
    QualityNotice: "quality",
}


def encode_result(result: Result) -> str:
    message: dict[str, Any] = {"type": "result", "id": result.id}
    match result.answer:
        case Done(values=values):
            message["done"] = dict(values)
        case Denied(code=code, values=values):
            message["denied"] = {"code": code, "values": dict(values)}
        case value:
            message["value"] = value
    return json.dumps(message, ensure_ascii=False, default=_plain)


def encode_notice(notice: Notice) -> str:
    values = {field.name: getattr(notice, field.name) for field in fields(notice)}
    values |= {"type": "notice", "notice": _KIND_OF[type(notice)]}
    return json.dumps(values, ensure_ascii=False, default=_plain)


def decode_message(raw: str | bytes) -> Result | Notice | Literal["ready"]:
    """Return what the web process said."""
    values = _object(raw)
    match values.pop("type", None):
        case "ready":
            return "ready"
        case "result":
            return _result(values)
        case "notice":
            return _notice(values)
    raise BadWire("neither ready, result nor notice")


def _result(values: dict[str, Any]) -> Result:
    number = values.get("id")
    if not isinstance(number, int):
        raise BadWire("a result without a number")
    if "done" in values:
        return Result(number, Done(values["done"]))
    if "denied" in values:
        return Result(number, Denied(values["denied"]["code"], values["denied"]["values"]))
    return Result(number, values.get("value"))


def _notice(values: dict[str, Any]) -> Notice:
    try:
        match values.pop("notice"):
            case "session":
                return SessionNotice(values["room"], tuple(values["events"]), values["decided_at_s"])
            case "records":
                return RecordsNotice(values["kind"], tuple(values["ids"]), values["room"])
            case "speakers":
                return SpeakersNotice(values["room"], tuple(values["speakers"]))
            case "quality":
                return QualityNotice(values["room"], values["samples"])
    except KeyError as error:
        raise BadWire(f"a notice without {error}") from error
    raise BadWire("a notice of unknown kind")


def _object(raw: str | bytes) -> dict[str, Any]:
    try:
        values = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadWire("not JSON") from error
    if not isinstance(values, dict):
        raise BadWire("not an object")
    return values


def _plain(value: object) -> object:
    """Write a mapping or moment that json does not know by itself."""
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot go over the console's link")

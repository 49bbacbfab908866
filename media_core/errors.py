"""
What can go wrong in the media core, by who must act.

    MediaError              base; ``code`` is for programs, the message for people
    ├── UnknownMediaRoom    the caller named a room that is not open
    ├── UnknownTransport    the caller named a transport that is closed or never was
    ├── BadDescription      a browser's answer cannot be used; the browser is at fault
    │   └── NotAcceptable   an encoder's offer is well-formed, but asks for what is not done here
    ├── TapeUnavailable     the tape's folder cannot be used: a full or read-only disk
    └── EngineUnavailable   the worker is not running or does not answer; try again later

Bad network input is never one of these: it is counted and dropped.
"""

from __future__ import annotations


class MediaError(Exception):
    """Base of the media core's errors. ``code`` is for programs, the message for people."""

    code = "media_error"


class UnknownMediaRoom(MediaError):
    """The media room is not open in this engine."""

    code = "unknown_media_room"

    def __init__(self, room: str) -> None:
        super().__init__(f"media room {room!r} is not open; open it first")
        self.room = room


class UnknownTransport(MediaError):
    """The transport is closed or never was."""

    code = "unknown_transport"

    def __init__(self, transport: str) -> None:
        super().__init__(f"transport {transport!r} is not open; connect the member again")
        self.transport = transport


class BadDescription(MediaError):
    """A session description is too large, malformed, or not an answer to what was offered."""

    code = "bad_description"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the session description cannot be used: {reason}")
        self.reason = reason


class NotAcceptable(BadDescription):
    """An offer asks for what this engine does not do: other codecs, or more than one picture and one sound."""

    code = "not_acceptable"


class EngineUnavailable(MediaError):
    """No media worker answers at the moment."""

    code = "engine_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the media worker cannot be reached: {reason}; it is being restarted")
        self.reason = reason


class TapeUnavailable(MediaError):
    """The folder of a tape cannot be made or read."""

    code = "tape_unavailable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"the tape cannot be written: {reason}; look at the disk of the home folder")
        self.reason = reason

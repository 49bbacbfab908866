"""Types of the identifiers that the media core handles; each is an opaque string made by its owner."""

from typing import NewType

MediaRoomId = NewType("MediaRoomId", str)
"""The media of one open session; the apps use their session id."""

MemberId = NewType("MemberId", str)
"""One person in a media room; the apps use their participant id."""

TransportId = NewType("TransportId", str)
"""One peer connection of a member; made by the engine, random, never used twice."""

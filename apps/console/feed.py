"""
One room's session for all pages of this process that look at it: folded once, and what all see alike is made once.

With dozens of dashboards on one room each event would otherwise be folded, worded and compared dozens of times.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Protocol

from apps.console.live_room import LiveRoom
from apps.console.parts.content import Content
from apps.console.pulse import INTERVAL_S
from apps.service import LinkNotice, Notice, QualityNotice, RoomService, SessionNotice, SpeakersNotice

WAITING_MOST = 10_000  # events while a snapshot is on its way; more are a gap, and read anew


class Follower(Protocol):
    """A page's store."""

    def changed(self, decided_at_s: float) -> None:
        """The session is another; ``decided_at_s`` is the newest event's wall clock, or 0."""

    def gap(self) -> None:
        """Events are missing: read a snapshot and ``load`` it."""


class RoomFeed:
    """
    One room. ``follow`` it, ``load`` a snapshot that the account was given, read ``room``, ``speakers``, ``quality``.

    Followers are told of the first change at once and of those within the next ``interval_s`` together.
    """

    def __init__(self, room_id: str, *, interval_s: float = INTERVAL_S) -> None:
        self.room_id = room_id
        self.room = LiveRoom()
        self.speakers: frozenset[str] = frozenset()
        self.quality: Mapping[str, Mapping[str, Any]] = {}
        self.names: Mapping[str, str] = {}
        """Names of accounts by id, for the log."""
        self.followers: dict[int, Follower] = {}
        self._interval_s, self._next_s = interval_s, 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._decided_at_s = 0.0
        self._revision = 0
        self._contents: dict[Hashable, tuple[int, Content]] = {}
        self._kept: dict[Hashable, dict[Any, Any]] = {}
        self._waiting: list[SessionNotice] | None = []
        """Notices that came before the first snapshot, or after a gap; ``None`` while nothing is missing."""

    # --- notices and snapshots ----------------------------------------------------------------------------------------

    def take(self, notice: Notice) -> None:
        match notice:
            case SessionNotice(room=room) if room == self.room_id:
                self._take_events(notice)
            case SpeakersNotice(room=room, speakers=speakers) if room == self.room_id:
                self.speakers = frozenset(speakers)
                self.touch()
            case QualityNotice(room=room, samples=samples) if room == self.room_id:
                self.quality = samples
                self.touch()
            case LinkNotice(up=False):
                self._waiting = []  # what is missed meanwhile is read anew

    def _take_events(self, notice: SessionNotice) -> None:
        if self._waiting is not None:
            self._waiting.append(notice)
            del self._waiting[:-WAITING_MOST]
        elif self.room.fold(notice.events):
            self.touch(notice.decided_at_s)
        else:
            self._waiting = [notice]
            for follower in list(self.followers.values())[:1]:
                follower.gap()

    def load(self, snapshot: Mapping[str, Any]) -> None:
        """Take a snapshot, unless all of it is known; a newer gap has the one who loads it asked again."""
        if self._waiting is None and self._knows(snapshot):
            self.room.session = snapshot.get("session") or ""
            return
        waiting = self._waiting or []
        self.room.load(snapshot)
        whole = all([self.room.fold(one.events) for one in waiting])
        self._waiting = None if whole else waiting[-1:]
        self.touch()
        if not whole:
            for follower in list(self.followers.values())[:1]:
                follower.gap()

    def _knows(self, snapshot: Mapping[str, Any]) -> bool:
        """Whether this snapshot is of the session that is followed, and no newer. A session's first event does not name it."""
        names = {snapshot.get("session") or "", ""}
        return self.room.session in names and int(snapshot.get("number") or 0) <= self.room.number

    def name(self, names: Mapping[str, str]) -> None:
        """Take the accounts' names as they are now."""
        if names != self.names:
            self.names = names
            self.touch()

    # --- telling ------------------------------------------------------------------------------------------------------

    def touch(self, decided_at_s: float = 0.0) -> None:
        self._decided_at_s = max(self._decided_at_s, decided_at_s)
        self._revision += 1
        if self._timer is not None:
            return
        wait_s = self._next_s - time.monotonic()
        if wait_s <= 0:
            self._tell()
        else:
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._tell)

    def _tell(self) -> None:
        self._timer = None
        self._next_s = time.monotonic() + self._interval_s
        decided_at_s, self._decided_at_s = self._decided_at_s, 0.0
        for follower in list(self.followers.values()):
            follower.changed(decided_at_s)

    def end(self) -> None:
        """Nobody follows any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # --- what all see alike -------------------------------------------------------------------------------------------

    def content(self, key: Hashable, make: Callable[[], Mapping[str, Any]]) -> Content:
        """Return what ``make`` gives at this moment of the session, made once for all who ask with the same key; the object before if nothing is another."""
        held = self._contents.get(key)
        if held is not None and held[0] == self._revision:
            return held[1]
        made = make()
        content = held[1] if held is not None and held[1] == made else Content(made)
        self._contents[key] = self._revision, content
        return content

    def kept(self, key: Hashable) -> dict[Any, Any]:
        """Return a place where whoever makes a content keeps pieces for the next time."""
        return self._kept.setdefault(key, {})


class Feeds:
    """The rooms that pages of this process look at."""

    def __init__(self, service: RoomService) -> None:
        self._service = service
        self._held: dict[str, tuple[RoomFeed, Callable[[], None]]] = {}

    def follow(self, room_id: str, follower: Follower) -> RoomFeed:
        """Return the room's feed; ``follower`` hears of it until ``unfollow``."""
        if room_id not in self._held:
            feed = RoomFeed(room_id)
            self._held[room_id] = feed, self._service.listen(feed.take)
        feed, _unlisten = self._held[room_id]
        feed.followers[id(follower)] = follower
        return feed

    def unfollow(self, room_id: str, follower: Follower) -> None:
        """The last one who goes takes the feed along."""
        feed, unlisten = self._held.get(room_id, (None, None))
        if feed is None or unlisten is None:
            return
        feed.followers.pop(id(follower), None)
        if not feed.followers:
            del self._held[room_id]
            unlisten()
            feed.end()

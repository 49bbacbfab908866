"""What the sections of a room's live page have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from apps.console.live_room import LiveRoom
from apps.console.pages.room import RoomPage
from apps.console.parts.component import Component
from apps.console.parts.content import Content
from apps.console.words import Words
from apps.live.commands import WireCommand


class Section:
    """
    One thing on the live page: its parts, drawn from the session, and what is pressed there as commands.

    ``draw`` is called at each change, at most ten times a second, for each open page: what all moderators see alike goes through ``shared``.
    """

    def __init__(self, page: RoomPage) -> None:
        self.page, self.store, self.desk = page, page.store, page.desk
        self.words: Words = page.words
        self._: Words = page.words
        """The same, by the name that the catalogues' tools look for."""

    @property
    def parts(self) -> list[Component]:
        """The parts, from above."""
        raise NotImplementedError

    @property
    def live(self) -> LiveRoom:
        return self.store.live_room

    @property
    def here(self) -> bool:
        """Whether the section belongs to the session as it is; else it shows nothing."""
        return True

    def draw(self) -> None:
        """Bring the parts up to date; the session may be open or not."""
        raise NotImplementedError

    def hide(self) -> None:
        """Show nothing."""
        for part in self.parts:
            part.draw()

    def shared(self, name: str, make: Callable[[], Mapping[str, Any]], *more: Hashable) -> Content:
        """
        Return what ``make`` gives, made once for all pages of one language and zone.

        ``more``: what else it depends on besides the room's feed and the link.
        """
        key = (name, self.words.language, self.words.zone, self.store.link_up, *more)
        return self.store.feed.content(key, make)

    def kept(self, name: str) -> dict[Any, Any]:
        """Return a place for pieces of a shared content, so that only those that changed are made again."""
        return self.store.feed.kept((name, self.words.language, self.words.zone, self.store.link_up))

    async def ask(self, command: WireCommand) -> bool:
        """Have a command carried out; a refusal is said to the moderator."""
        return await self.desk.ask(command, room=self.page.room_id) is not None

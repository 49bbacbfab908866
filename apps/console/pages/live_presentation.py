"""The live page's presentation: what is on the stage for everybody, to be turned and to be taken off."""

from __future__ import annotations

from apps.console.live_room import Values
from apps.console.pages.room import RoomPage
from apps.console.pages.section import Section
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.live.commands import WireCommand
from apps.live.commands_presenting import Pause, Play, StopPresentation, TurnPage


class Presentation(Section):
    """Shown while something is presented; it is begun in the conference."""

    def __init__(self, page: RoomPage) -> None:
        super().__init__(page)
        self.bar = Bar(self.desk.pulse, self.pressed)

    @property
    def parts(self) -> list[Component]:
        return [self.bar]

    def draw(self) -> None:
        self.bar.draw_shared(self.shared("presentation", self.content))

    def content(self) -> Values:
        _, shown = self.words, self.live.presentation
        if shown is None:
            return {}
        pages, page = int(shown.get("pages") or 0), int(shown.get("page") or 1)
        place = _("Page {page} of {pages}", page=page, pages=pages) if pages else ""
        who = self.live.name_of(shown.get("participant"))
        if pages:
            turn = [
                self.button("previous", _("Previous page"), "back", disabled=page <= 1),
                self.button("next", _("Next page"), "next", disabled=page >= pages),
            ]
        elif shown.get("playing"):
            turn = [self.button("pause", _("Pause for everybody"), "pause")]
        else:
            turn = [self.button("play", _("Play for everybody"), "play")]
        return {
            "title": _("Presentation"),
            "small": True,
            "facts": " · ".join(filter(None, (shown.get("title") or "", place, who))),
            "actions": [*turn, self.page.action("stop", _("Stop presenting"), icon="stop")],
        }

    def button(self, name: str, label: str, icon: str, *, disabled: bool = False) -> Values:
        return self.page.action(name, label, icon=icon, only_icon=True, **({"disabled": True} if disabled else {}))

    async def pressed(self, message: Message) -> None:
        shown = self.live.presentation
        if shown is None:
            return
        page = int(shown.get("page") or 1)
        commands: dict[str, WireCommand] = {
            "next": TurnPage(page=page + 1),
            "previous": TurnPage(page=max(1, page - 1)),
            "play": Play(),
            "pause": Pause(),
            "stop": StopPresentation(),
        }
        command = commands.get(str(message.get("press")))
        if command is not None:
            await self.ask(command)

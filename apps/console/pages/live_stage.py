"""The live page's confidence monitor: the stage as the participants see it."""

from __future__ import annotations

from apps.console.live_room import Values
from apps.console.pages.room import RoomPage
from apps.console.pages.section import Section
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.monitor import Monitor
from apps.live.state import Denied
from data.ids import RoomId

SCRIPTS = "/console/portal-js/"  # the portal's modules on the console's own origin


class Stage(Section):
    """Shown while the session is open and the portal's address is known."""

    def __init__(self, page: RoomPage) -> None:
        super().__init__(page)
        self.head, self.monitor = Bar(self.desk.pulse), Monitor(self.desk.pulse, self.pressed)

    @property
    def parts(self) -> list[Component]:
        return [self.head, self.monitor]

    def draw(self) -> None:
        if self.live.phase != "open" or not self.desk.portal:
            self.hide()
            return
        self.head.draw_shared(self.shared("stage head", lambda: {"title": self._("Stage"), "small": True}))
        self.monitor.draw_shared(self.shared("stage", self.content))

    def content(self) -> Values:
        _ = self.words
        return {
            "room": self.page.room_id,
            "scripts": SCRIPTS,
            "label": _("The stage as the participants see it"),
            "start": _("Watch"),
            "stop": _("Stop watching"),
            "sound_on": _("Sound on"),
            "sound_off": _("Sound off"),
            "waiting": _("The picture is on its way."),
            "nothing": _("Nobody shows anything."),
            "presentation": _("A presentation is on the stage."),
            "lost": _("The picture is being restored."),
        }

    async def pressed(self, message: Message) -> None:
        """Hand the page a ticket for one socket; it takes no seat in the room."""
        if "ticket" not in message:
            return
        ticket = await self.desk.service.monitor_ticket(self.desk.secret, RoomId(self.page.room_id))
        if isinstance(ticket, Denied):
            self.monitor.tell({"refused": self.words.refusal(ticket)})
            return
        self.monitor.tell({"socket": f"ws{self.desk.portal.removeprefix('http')}/ws/monitor?ticket={ticket}"})

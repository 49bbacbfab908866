"""The live page's chat."""

from __future__ import annotations

from pydantic import ValidationError

from apps.console.live_room import Values
from apps.console.pages.room import RoomPage
from apps.console.pages.section import Section
from apps.console.parts.bar import Bar
from apps.console.parts.component import Component, Message
from apps.console.parts.talk import Talk
from apps.console.words import moment_of
from apps.live.commands import DeleteMessage, SendMessage
from data.ids import MessageId


class Chat(Section):
    """What was written; the line below writes to everyone, or to the one person who was chosen in the table."""

    def __init__(self, page: RoomPage) -> None:
        super().__init__(page)
        self.to = ""
        """A participant; empty for everyone."""
        self.head, self.talk = Bar(self.desk.pulse), Talk(self.desk.pulse, self.pressed)

    @property
    def parts(self) -> list[Component]:
        return [self.head, self.talk]

    def draw(self) -> None:
        self.head.draw_shared(self.shared("chat head", lambda: {"title": self._("Chat"), "small": True}))
        self.talk.draw_shared(self.shared("chat", self.content, self.to))

    def write_to(self, participant: str) -> None:
        """Have the next message go to this person only."""
        self.to = participant
        self.draw()
        self.talk.tell({"focus": True})

    def content(self) -> Values:
        _, live = self.words, self.live
        remove = {"label": _("Delete message"), "confirm": _("Delete?")}
        return {
            "label": _("Chat"),
            "lines": [self.line(one, remove) for one in live.messages.values()],
            "empty": _("Nothing was written yet."),
            "write": self.writing(disabled=not (live.phase == "open" and self.store.link_up)),
        }

    def writing(self, *, disabled: bool) -> Values:
        _, live = self.words, self.live
        write: Values = {"label": _("Message to everyone"), "send": _("Send"), "disabled": disabled}
        if self.to in live.people:
            label = _("Message to {name} only", name=live.name_of(self.to))
            write |= {"label": label, "all": _("Write to everyone")}
        return write

    def line(self, one: Values, remove: Values) -> Values:
        """Return a message's line; the one made before, if it says the same."""
        kept = self.kept("chat")
        key = tuple(one.values()), self.live.name_of(str(one["to"]))
        held = kept.get(one["message"])
        if held is None or held[0] != key:
            held = kept[one["message"]] = key, self.new_line(one, remove)
        line: Values = held[1]
        return line

    def new_line(self, one: Values, remove: Values) -> Values:
        _, to = self.words, str(one["to"])
        private = _("to {name} only", name=self.live.name_of(to) or _("somebody"))
        return {
            "id": one["message"],
            "name": one["name"] or _("a moderator"),
            "at": _.clock(moment_of(one["at"])) if one["at"] else "",
            "to": {"everyone": "", "moderators": _("to the moderators")}.get(to, private),
            "text": _("This message was deleted.") if one["deleted"] else one["text"],
            "gone": one["deleted"],
            "remove": None if one["deleted"] else remove,
        }

    async def pressed(self, message: Message) -> None:
        if message.get("press") == "delete":
            await self.ask(DeleteMessage(message=MessageId(str(message["row"]))))
            return
        if "all" in message:
            self.to = ""
            self.draw()
            return
        try:
            to = self.to if self.to in self.live.people else "everyone"
            await self.ask(SendMessage(text=str(message.get("write") or ""), to=to))
        except ValidationError:
            self.desk.messages.say(self._("A message has 1 to 2000 characters."), "bad")

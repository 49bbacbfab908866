"""The texts of one session's chat, kept beside the state: the rules know only who wrote to whom."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.ids import MessageId

SNAPSHOT_MESSAGES = 500  # what somebody who enters late is shown; older ones stay in the log
SNAPSHOT_CHARACTERS = 200_000  # so that a welcome stays well below what a slow browser's queue may hold


@dataclass(frozen=True, slots=True)
class ChatText:
    """A message's text and its author's name at that time."""

    name: str
    text: str


@dataclass(slots=True)
class Chat:
    texts: dict[MessageId, ChatText] = field(default_factory=dict)

    def add(self, message: MessageId, name: str, text: str) -> None:
        self.texts[message] = ChatText(name, text)

    def blank(self, message: MessageId) -> None:
        """Forget the text of a deleted message."""
        self.texts[message] = ChatText(self.texts[message].name, "") if message in self.texts else ChatText("", "")

    def get(self, message: MessageId) -> ChatText:
        return self.texts.get(message, ChatText("", ""))

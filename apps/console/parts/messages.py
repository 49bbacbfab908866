"""Sentences that come and go."""

from __future__ import annotations

from typing import Literal

from apps.console.parts.component import Component, script, styles

Tone = Literal["info", "good", "warn", "bad"]


class Messages(Component):
    """Sentences for the moderator at the lower right; ``said`` keeps the newest ones for tests and notebooks."""

    _esm = script("messages")
    _stylesheets = styles("messages")

    KEPT = 50

    def say(self, text: str, tone: Tone = "info") -> None:
        """Show a sentence; bad news stays until it is closed."""
        self.said.append((tone, text))
        del self.said[: -self.KEPT]
        self.tell({"say": {"text": text, "tone": tone}})

    @property
    def said(self) -> list[tuple[str, str]]:
        if not hasattr(self, "_said"):
            self._said: list[tuple[str, str]] = []
        return self._said

"""What all parts have in common: one look, content as JSON, differences by message, presses back."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import param
from panel.custom import JSComponent
from panel.models.esm import ESMEvent

from apps.console.parts.content import Content
from apps.console.pulse import Pulse

if TYPE_CHECKING:
    from bokeh.document import Document
    from bokeh.model import Model

log = logging.getLogger(__name__)

ASSETS = Path(__file__).parent.parent / "assets"

INLINE_MAX_CHARACTERS = 16_000  # BokehJS sends a new part's parameters back once; more of them would fill a slow uplink

Message = Mapping[str, Any]
Listener = Callable[[Message], Awaitable[None]]


def script(name: str) -> str:
    """Return a part's module with the helpers at its head: modules that Panel sends have no address to import from."""
    return f"{(ASSETS / 'dom.js').read_text(encoding='utf-8')}\n{(ASSETS / f'{name}.js').read_text(encoding='utf-8')}"


def styles(name: str) -> list[str]:
    """Return the tokens and controls, and a part's own rules."""
    return [(ASSETS / file).read_text(encoding="utf-8") for file in ("base.css", f"{name}.css")]


def whole(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message that has a part drawn anew."""
    return {"full": {**content, "version": 0}}


class Component(JSComponent):
    """
    A part. ``draw`` gives it new content; what the person does comes to ``listener`` as a message, on the loop.

    The browser says which version it drew when it is ready; what changed in between is sent whole then, later changes as differences.
    """

    content = param.String("{}", doc="What the browser draws first, as JSON; later changes travel as messages.")

    _esm = "export function render() {}"

    def __init__(self, pulse: Pulse | None = None, listener: Listener | None = None, **values: Any) -> None:
        super().__init__(  # type: ignore[no-untyped-call]
            **{"sizing_mode": "stretch_width", "visible": False, **values}
        )
        self.pulse = pulse or Pulse()
        self.listener = listener
        self.drawn: dict[str, Any] = {}
        self._sent: dict[str, Any] = {}
        self._waiting: list[Message] = []
        self._version = 0
        self._ready = False

    def draw(self, **content: Any) -> None:
        """Show this from now on; nothing is sent if it is what the browser shows already."""
        self.draw_shared(content)

    def draw_shared(self, content: dict[str, Any]) -> None:
        """Like ``draw``. A ``Content`` that other pages show too is compared and written as text once for all of them."""
        if self._version and (content is self.drawn or content == self.drawn):
            return
        self._version += 1
        self.drawn = content
        self.visible = self.shows(content)
        if self._models:
            self.pulse.touch(self)
        else:
            self._put()

    def shows(self, content: Message) -> bool:
        """Whether there is anything to see; what shows nothing takes no place."""
        return bool(content)

    def flush(self, decided_at_s: float) -> None:
        """Called by the pulse, with the document's lock. Before the browser is ready nothing is sent: then it asks."""
        if not self._ready:
            return
        old, self._sent = self._sent, self.drawn
        waiting, self._waiting = self._waiting, []
        for text in (
            self._change(old, self.drawn, decided_at_s),
            *(json.dumps(one, ensure_ascii=False) for one in waiting),
        ):
            if text:
                self._send(text)

    def _change(self, old: dict[str, Any], new: dict[str, Any], decided_at_s: float) -> str:
        """Return the message that turns ``old`` into ``new`` as text; empty if there is none."""
        if old is new:
            return ""
        key = getattr(old, "serial", 0), decided_at_s
        known: dict[tuple[int, float], str] = new.messages if key[0] and isinstance(new, Content) else {}
        if key not in known:
            message = self.difference(old, new)
            known[key] = json.dumps({**message, "decided_at_s": decided_at_s}, ensure_ascii=False) if message else ""
        return known[key]

    def difference(self, old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        """Return the message that turns ``old`` into ``new``; parts with much content send less than the whole. The same for every page."""
        return {} if old == new else whole(new)

    def tell(self, message: Message) -> None:
        """Send a message to the browser soon; lost if nobody looks at the part."""
        if self._models:
            self._waiting.append(message)
            self.pulse.touch(self)

    def _send(self, text: str) -> None:
        """Send to the browser, or in a notebook to each output that shows the part."""
        doc = self.pulse.doc
        if doc is None:
            self._send_msg(text)
            return
        for model, _parent in list(self._models.values()):
            doc.callbacks.send_event(ESMEvent(model=model, data=text))  # type: ignore[no-untyped-call]

    def _get_model(
        self, doc: Document, root: Model | None = None, parent: Model | None = None, comm: Any = None
    ) -> Model:
        """A page is shown again: the browser begins with what there is now."""
        self._ready, self._waiting = False, []
        self._put()
        return super()._get_model(doc, root, parent, comm)

    def _put(self) -> None:
        self._sent = self.drawn
        text = json.dumps({**self.drawn, "version": self._version}, ensure_ascii=False)
        self.content = text if len(text) <= INLINE_MAX_CHARACTERS else "{}"  # else sent when the browser is ready

    def _handle_msg(self, data: Any) -> None:
        """Panel calls this, on Bokeh 3.10 in a worker thread; what follows runs on the loop."""
        if isinstance(data, Mapping) and not self.pulse.closed:
            self.pulse.spawn(self._receive(data))

    async def _receive(self, message: Message) -> None:
        try:
            if "ready" in message:
                self._is_ready(int(message["ready"]))
            elif self.listener is not None:
                await self.listener(message)
        except Exception:
            log.exception("console_message_failed", extra={"fields": {"part": type(self).__name__}})

    def _is_ready(self, version: int) -> None:
        self._ready = True
        if version != self._version:
            self._sent = {}
        self.pulse.touch(self)

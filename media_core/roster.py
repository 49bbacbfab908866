"""Who is connected to an engine, and who needs something soon: so that a tick looks at those alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from media_core.publisher import Publisher
    from media_core.transport import Transport


@dataclass(frozen=True, slots=True)
class Roster:
    """
    Sets in the order in which they were joined; everybody enters and leaves them by themselves.

    A transport whose browser says nothing just now lies in no cache near the processor: to look at three hundred of them ten times a second,
    only to find nothing to do, costs more than what there is to do.
    """

    connected: dict[Transport, None] = field(default_factory=dict)
    senders: dict[Transport, None] = field(default_factory=dict)
    """Those of them that may send something."""
    hurried: dict[Transport, None] = field(default_factory=dict)
    """Those whose downlink is to be divided anew at the next tick: it became too narrow, or a layer they show came or went."""
    closed: list[Transport] = field(default_factory=list)
    """To be forgotten."""
    attention: set[Publisher] = field(default_factory=set)
    """Those with packets missing, or a keyframe asked for and not come."""

    def enter(self, transport: Transport) -> None:
        """Note that a transport has connected."""
        self.connected[transport] = None
        if transport.publishers:
            self.senders[transport] = None

    def leave(self, transport: Transport) -> None:
        """Note that a transport has closed, connected or not."""
        for those in (self.connected, self.senders, self.hurried):
            those.pop(transport, None)
        self.closed.append(transport)

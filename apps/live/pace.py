"""How fast a participant may chat and raise a hand (safety.md 4.4). Kept by participant, so that a new connection is no way around."""

from __future__ import annotations

from collections.abc import Callable

from apps.live.commands import LowerHand, RaiseHand, SendMessage, WireCommand
from apps.live.commands_presence import SetVisibility
from apps.ratelimit import TokenBucket
from data.ids import ParticipantId

CHAT_PER_S, CHAT_BURST = 1.0, 5.0
HAND_PER_S, HAND_BURST = 0.5, 1.0  # one change in 2 s
VISIBILITY_PER_S, VISIBILITY_BURST = 0.5, 6.0  # the portal itself tells at most one in 2 s


class Pace:
    """The buckets of one session's participants."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._chat: dict[ParticipantId, TokenBucket] = {}
        self._hand: dict[ParticipantId, TokenBucket] = {}
        self._visibility: dict[ParticipantId, TokenBucket] = {}

    def allows(self, participant: ParticipantId, command: WireCommand) -> bool:
        """Count a command, and tell whether it comes slowly enough."""
        if isinstance(command, SendMessage):
            bucket = self._chat.setdefault(participant, TokenBucket(CHAT_PER_S, CHAT_BURST))
        elif isinstance(command, RaiseHand) or (isinstance(command, LowerHand) and command.participant is None):
            bucket = self._hand.setdefault(participant, TokenBucket(HAND_PER_S, HAND_BURST))
        elif isinstance(command, SetVisibility):
            bucket = self._visibility.setdefault(participant, TokenBucket(VISIBILITY_PER_S, VISIBILITY_BURST))
        else:
            return True
        return bucket.take(self._monotonic())

"""Who speaks the loudest, and who is heard in which audio slot."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

SILENT_AFTER_S = 1.0
"""Longer than the pauses within a sentence."""

VOICE_LEVEL_DBOV = 70
SOUND_LEVEL_DBOV = 50
"""Quieter packets (a greater number of -dBov) are silence: 70 where the sender hears a voice, 50 where it hears none."""

LEAD_DB = 6.0
"""Who is to go before another must be this much louder: twice the amplitude, clearly heard."""

_ATTACK, _RELEASE = 0.4, 0.05
"""Share of a new level in the smoothed one, per packet of 20 ms: up within 3 packets, down within half a second."""


@dataclass(slots=True)
class _Voice:
    loudness_db: float = 0.0
    """Smoothed, above digital silence: 127 is the loudest there is."""
    last_sound_s: float = float("-inf")


@dataclass(slots=True)
class LoudestSpeakers(Generic[Key]):
    """
    Rank the speakers of a room by their smoothed level (RFC 6464), steadily: who leads keeps the lead in a tie.

    ``heard`` is called for each audio packet let through, ``top`` a few times a second.
    """

    _voices: dict[Key, _Voice] = field(default_factory=dict)
    _order: list[Key] = field(default_factory=list)

    def heard(self, key: Key, level_dbov: int, voice: bool, now_s: float) -> None:
        """Note the level of one packet: 0 is the loudest, 127 is silence."""
        state = self._voices.get(key)
        if state is None:
            state = self._voices[key] = _Voice()
        if level_dbov <= (VOICE_LEVEL_DBOV if voice else SOUND_LEVEL_DBOV):
            if now_s - state.last_sound_s > SILENT_AFTER_S:
                state.loudness_db = 0.0  # what was heard before a long silence says nothing now
            state.last_sound_s = now_s
        change_db = 127 - level_dbov - state.loudness_db
        state.loudness_db += change_db * (_ATTACK if change_db > 0 else _RELEASE)

    def remove(self, key: Key) -> None:
        """Forget a speaker who left or whose microphone was closed."""
        self._voices.pop(key, None)
        if key in self._order:
            self._order.remove(key)

    def top(self, count: int, now_s: float) -> list[Key]:
        """Return at most ``count`` who speak now, loudest first; fewer where fewer speak."""
        voices = self._voices
        speaking = {key for key, voice in voices.items() if now_s - voice.last_sound_s <= SILENT_AFTER_S}
        kept = [key for key in self._order if key in speaking]
        known = set(kept)
        come = sorted((key for key in voices if key in speaking and key not in known), key=self._quietness)
        self._order = []
        for key in [*kept, *come]:
            self._insert(key)
        return self._order[:count]

    def _quietness(self, key: Key) -> float:
        return -self._voices[key].loudness_db

    def _insert(self, key: Key) -> None:
        """Place a speaker before all that it clearly exceeds."""
        order, voices = self._order, self._voices
        at = len(order)
        enough_db = voices[key].loudness_db - LEAD_DB
        while at and voices[order[at - 1]].loudness_db < enough_db:
            at -= 1
        order.insert(at, key)


@dataclass(slots=True)
class AudioSlots(Generic[Key]):
    """
    Which speaker each of one listener's audio slots carries.

    A change is heard as a small break, so that a slot keeps its speaker while that one is among the loudest, and
    afterwards until another needs the slot.
    """

    count: int
    listener: Key | None = None
    """Whose own voice is never among them."""
    slots: list[Key | None] = field(init=False)
    _idle: list[int] = field(init=False)
    """All slots, the one least recently needed first."""

    def __post_init__(self) -> None:
        self.slots = [None] * self.count
        self._idle = list(range(self.count))

    def assign(self, ranked: Sequence[Key]) -> bool:
        """
        Give slots to the first ``count`` of ``ranked`` without the listener; any further ones get slots nobody has.

        So pass who speaks, loudest first, then those who might begin to. Returns whether anything changed.
        """
        others = [key for key in ranked if key != self.listener]
        wanted, spare = others[: self.count], others[self.count :]
        changed = False
        for key in wanted:
            changed |= self._seat(key, set(wanted))
        for key in spare:
            if None not in self.slots:
                break
            changed |= self._seat(key, set(wanted))
        needed = [at for at in self._idle if self.slots[at] in wanted]
        if needed:
            self._idle = [at for at in self._idle if at not in needed] + needed
        return changed

    def release(self, key: Key) -> bool:
        """Empty the slot of a speaker who left or was closed; false if there was none."""
        if key not in self.slots:
            return False
        self.slots[self.slots.index(key)] = None
        return True

    def _seat(self, key: Key, wanted: set[Key]) -> bool:
        if key in self.slots:
            return False
        at = self.slots.index(None) if None in self.slots else self._first_idle(wanted)
        self.slots[at] = key
        return True

    def _first_idle(self, wanted: set[Key]) -> int:
        return next(at for at in self._idle if self.slots[at] not in wanted)

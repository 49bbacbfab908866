"""How long somebody is heard: the length of the packets that are not silent."""

from __future__ import annotations

from dataclasses import dataclass

from media_core.rtp.speaker import SOUND_LEVEL_DBOV, VOICE_LEVEL_DBOV

OPUS_HZ = 48_000  # of RTP timestamps, whatever the sound was sampled with (RFC 7587 section 4.1)
PACKET = OPUS_HZ // 50
"""A packet whose length is unknown counts as 20 ms, which is what browsers send."""
LATE = OPUS_HZ
"""A packet that is older than the last one by at most this came late; by more, it begins a new stream."""
LONGEST_GAP = OPUS_HZ // 5
"""A hole between two sounding packets is loss up to here, and was heard too; longer, it was silence that was not sent."""


@dataclass(slots=True)
class SoundMeter:
    """``samples`` of 48 kHz were heard so far. A packet's length is told by the timestamp of the next one."""

    samples: int = 0
    _timestamp: int | None = None
    _sounded: bool = False

    @property
    def heard_ms(self) -> int:
        return self.samples * 1000 // OPUS_HZ

    def packet(self, level_dbov: int, voice: bool, timestamp: int) -> None:
        """Take the level of one packet (RFC 6464; 0 is the loudest, 127 is silence) and its RTP timestamp."""
        sounds = level_dbov <= (VOICE_LEVEL_DBOV if voice else SOUND_LEVEL_DBOV)
        since = LONGEST_GAP if self._timestamp is None else (timestamp - self._timestamp) & 0xFFFFFFFF
        if since == 0 or since >= (1 << 32) - LATE:
            return  # its time is counted already
        if sounds:
            self.samples += since if self._sounded and since <= LONGEST_GAP else PACKET
        self._timestamp, self._sounded = timestamp, sounds

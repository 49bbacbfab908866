import numpy as np
import pytest

from media_core.bots.sounds import LOOP_S, SILENT_DBOV, babble, level_dbov, silence, tone
from tests.media_core.bots.decoding import loudest_hz, samples


@pytest.mark.parametrize("hz", [440.0, 1000.0, 3000.0])
def test_a_tone_is_heard_at_its_frequency(hz: float) -> None:
    heard = samples((0, True, frame.payload) for frame in tone(hz))
    assert loudest_hz(heard[4800:]) == pytest.approx(hz, abs=2)


def test_a_loop_is_frames_of_20_ms() -> None:
    assert len(tone(440.0)) == len(babble(120.0)) == len(silence()) == LOOP_S * 50


def test_levels_are_those_of_the_samples() -> None:
    assert level_dbov(np.ones(960)) == 0
    assert level_dbov(np.sin(np.arange(960) / 3)) == 3
    assert level_dbov(np.full(960, 0.001)) == 60
    assert level_dbov(np.zeros(960)) == SILENT_DBOV


def test_babble_pauses_and_speaks() -> None:
    levels = [frame.level_dbov for frame in babble(120.0)]
    assert min(levels) < 30
    assert levels.count(SILENT_DBOV) > 50
    assert [frame.voice for frame in babble(120.0)].count(True) > 100


def test_silence_is_silent() -> None:
    assert {frame.level_dbov for frame in silence()} == {SILENT_DBOV}
    assert not any(frame.voice for frame in silence())

"""Each target takes its kept samples and a few seconds of changed ones; ``make fuzz`` goes on for longer."""

from __future__ import annotations

import pytest

from tests.fuzz.runner import corpus, run
from tests.fuzz.targets import TARGETS

SECONDS = 3.0
SEED = 20261121
"""Always the same: what fails here once fails here again."""


@pytest.mark.parametrize("name", list(TARGETS))
def test_no_input_breaks_it(name: str) -> None:
    assert corpus(name), "a target without samples finds nothing"
    assert run(name, seconds=SECONDS, seed=SEED) > 100

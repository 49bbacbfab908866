"""The console says in one sentence what is wrong with a connection, in the moderator's language."""

from __future__ import annotations

import pytest

from apps.console.quality import trouble
from apps.console.words import Words


def words(language: str) -> Words:
    return Words(language, "UTC")


@pytest.mark.parametrize(
    ("sample", "sentence"),
    [
        ({}, ""),
        ({"up_loss_pct": 1.0, "down_loss_pct": None, "round_trip_ms": 40.0}, ""),
        ({"up_loss_pct": 8.2, "down_loss_pct": 4.0}, "Maria's upload loses 8 %"),
        ({"up_loss_pct": 3.0, "down_loss_pct": 12.0}, "Maria's download loses 12 %"),
        ({"concealed_pct": 9.6}, "10 % of what Maria hears is made up for losses"),
        ({"frozen_s": 2.4}, "Maria's pictures stood still for 2 s"),
        ({"round_trip_ms": 512.0}, "Maria's connection is slow: 512 ms there and back"),
    ],
)
def test_the_worst_is_said(sample: dict[str, float | None], sentence: str) -> None:
    assert trouble(words("en"), "Maria", sample) == sentence


def test_it_is_said_in_the_language_of_the_page() -> None:
    sample = {"up_loss_pct": 8.0}
    assert trouble(words("ro"), "Maria", sample) == "Din ce trimite Maria se pierde 8 %"
    assert trouble(words("it"), "Maria", sample) == "Perdite in invio di Maria: 8 %"

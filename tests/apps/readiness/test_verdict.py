"""What findings mean for a session."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from apps.readiness.verdict import DeviceState, Findings, MediaPath, Verdict, lines_of, verdict_of
from apps.sentences import SENTENCES

GOOD: dict[str, Any] = {
    "camera": "works",
    "microphone": "works",
    "path": "udp",
    "uplink_bps": 4_000_000,
    "round_trip_ms": 20,
}


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "ready"),
        ({"camera": "missing"}, "ready"),  # a microphone without a camera is fine
        ({"camera": "refused"}, "ready"),
        ({"uplink_bps": None, "round_trip_ms": None}, "ready"),
        ({"microphone": "refused"}, "limited"),
        ({"microphone": "silent"}, "limited"),
        ({"path": "tcp"}, "limited"),
        ({"uplink_bps": 200_000}, "limited"),
        ({"uplink_bps": 20_000}, "limited"),
        ({"round_trip_ms": 900}, "limited"),
        ({"path": "none"}, "not_ready"),
        ({"path": "none", "microphone": "missing"}, "not_ready"),
    ],
)
def test_the_verdict(changes: dict[str, Any], verdict: Verdict) -> None:
    assert verdict_of(Findings(**(GOOD | changes))) == verdict


def test_every_line_has_a_sentence() -> None:
    for camera in get_args(DeviceState):
        for microphone in get_args(DeviceState):
            for path in get_args(MediaPath):
                for bps in (None, 10_000, 100_000, 10_000_000):
                    found = Findings(camera=camera, microphone=microphone, path=path, uplink_bps=bps, round_trip_ms=500)
                    assert all(line.code in SENTENCES for line in lines_of(found))
    assert all(f"check_{verdict}" in SENTENCES for verdict in get_args(Verdict))

"""What a check's findings mean for a session. Pure: findings in, a verdict and sentences out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

DeviceState = Literal["works", "silent", "refused", "missing", "failed", "skipped"]
MediaPath = Literal["udp", "tcp", "none"]
Verdict = Literal["ready", "limited", "not_ready"]
Tone = Literal["good", "warn", "bad"]

SPEAKS_BPS = 60_000  # Opus with its headers and a little to spare
SHOWS_BPS = 600_000  # a camera that others can recognise a face in
SLOW_ROUND_TRIP_MS = (
    400  # beyond this people talk over one another (ITU-T G.114 has 150 ms one way as good, 400 ms as the limit)
)


class Findings(BaseModel):
    """What the browser found. ``None``: not measured. The path is the server's own finding where it saw none."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    camera: DeviceState
    microphone: DeviceState
    path: MediaPath
    uplink_bps: Annotated[int, Field(ge=0, le=10**10)] | None = None
    round_trip_ms: Annotated[int, Field(ge=0, le=60_000)] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of a verdict: ``code`` has it in ``apps.sentences``."""

    tone: Tone
    code: str


def verdict_of(findings: Findings) -> Verdict:
    """Return ``not_ready`` if nothing could be followed, ``limited`` if the person could not speak well, else ``ready``."""
    tones = {line.tone for line in lines_of(findings)}
    if findings.path == "none":
        return "not_ready"
    return "limited" if tones & {"warn", "bad"} else "ready"


def lines_of(findings: Findings) -> list[Line]:
    """Return what is well and what is not, the most important first."""
    lines = [_path(findings.path)]
    if findings.path != "none":
        lines += _uplink(findings)
    lines.append(_microphone(findings.microphone))
    lines.append(_camera(findings.camera))
    return lines


def _path(path: MediaPath) -> Line:
    return {
        "udp": Line("good", "check_path_udp"),
        "tcp": Line("warn", "check_path_tcp"),
        "none": Line("bad", "check_path_none"),
    }[path]


def _uplink(findings: Findings) -> list[Line]:
    lines = []
    bps, round_trip_ms = findings.uplink_bps, findings.round_trip_ms
    if bps is not None:
        tone, code = ("good", "check_uplink_good") if bps >= SHOWS_BPS else ("warn", "check_uplink_voice")
        if bps < SPEAKS_BPS:
            tone, code = "bad", "check_uplink_poor"
        lines.append(Line(tone, code))  # type: ignore[arg-type]  # three words of Tone
    if round_trip_ms is not None and round_trip_ms > SLOW_ROUND_TRIP_MS:
        lines.append(Line("warn", "check_delay"))
    return lines


def _microphone(state: DeviceState) -> Line:
    return Line("good", "check_microphone_works") if state == "works" else Line("warn", f"check_microphone_{state}")


def _camera(state: DeviceState) -> Line:
    """A camera is never needed: without one the verdict is as good."""
    return Line("good", "check_camera_works" if state == "works" else f"check_camera_{state}")

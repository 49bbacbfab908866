"""Who is ready: what somebody's last check before a session found, as a row of a table (F7)."""

from __future__ import annotations

from typing import Any

from apps.console.words import Words
from data.models import Account, Readiness


def verdict_cell(_: Words, check: Readiness | None) -> dict[str, Any] | str:
    """Return a check's verdict as a cell; empty for who has not checked."""
    if check is None:
        return ""
    verdicts = {"ready": ("good", _("Is ready")), "limited": ("warn", _("With limits")), "not_ready": ("bad", _("Not ready"))}  # fmt: skip
    tone, text = verdicts.get(check.verdict, ("", check.verdict))
    return {"pill": tone, "text": text}


def ready_row(_: Words, person: Account, check: Readiness | None, organisation: str) -> dict[str, Any]:
    """Return a person's row: what their last check found."""
    name = {"text": person.name, "sub": organisation, "main": True}
    if check is None:
        return {"id": person.id, "cells": {"name": name, "verdict": {"pill": "", "text": _("Not checked")}}}
    found = {"works": _("works"), "silent": _("silent"), "refused": _("not allowed"), "missing": _("none found"), "failed": _("does not work"), "skipped": _("not tried")}  # fmt: skip
    paths = {"udp": _("direct (UDP)"), "tcp": _("over TCP"), "none": _("no media path")}
    speed = [f"{check.uplink_bps / 1e6:.1f} Mbit/s"] if check.uplink_bps else []
    delay = [f"{check.round_trip_ms} ms"] if check.round_trip_ms is not None else []
    return {
        "id": person.id,
        "cells": {
            "name": name,
            "verdict": verdict_cell(_, check),
            "devices": {"text": _("Microphone: {state}", state=found.get(check.microphone, "")), "sub": _("Camera: {state}", state=found.get(check.camera, ""))},
            "path": {"text": paths.get(check.path, ""), "sub": " · ".join([*speed, *delay])},
            "when": _.moment(check.checked_at),
        },
    }  # fmt: skip

"""Log lines."""

from __future__ import annotations

import logging

from apps.log import FORMAT, EventFormatter


def line_of(message: str, *args: object, **fields: object) -> str:
    record = logging.LogRecord("apps.test", logging.INFO, "file", 1, message, args, None)
    record.created, record.msecs = 1_767_225_600.5, 500.0
    if fields:
        record.fields = fields
    return EventFormatter(FORMAT).format(record)


def test_a_line_has_utc_time_level_logger_event_and_fields() -> None:
    line = line_of("layer_switched", room="rm_1", estimate_bps=412_000)
    assert line == '2026-01-01T00:00:00.500Z INFO apps.test layer_switched room="rm_1" estimate_bps=412000'


def test_a_value_cannot_forge_a_second_line() -> None:
    assert "\n" not in line_of("event", name="x\n2026-01-01 INFO apps admin_signed_in")


def test_plain_messages_of_libraries_pass() -> None:
    assert line_of("%d of %d", 1, 2).endswith("INFO apps.test 1 of 2")

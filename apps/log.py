"""Logging: one line for each change of state, the event's name first, then ``key=value``. Ids only: no names, addresses or secrets."""

from __future__ import annotations

import json
import logging
import sys
import time

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
LEVELS = ("debug", "info", "warning", "error")
QUIET = ("aioice", "aiortc", "alembic", "asyncio", "bokeh", "httpx", "tornado.access", "tornado.general")
"""Libraries that log addresses, each packet of bad input, or how they feel; their warnings are enough."""


class EventFormatter(logging.Formatter):
    """``time level logger event key=value …``; the time is UTC, a key ends in its unit if it has one."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        moment = time.strftime(datefmt or self.default_time_format, time.gmtime(record.created))
        return self.default_msec_format % (moment, record.msecs)

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = getattr(record, "fields", {})
        if not fields:
            return super().format(record)
        # JSON quoting, so that a value can't forge a second line; before the message is put together, so that a traceback comes last.
        told = " ".join(f"{key}={json.dumps(value, default=str)}" for key, value in fields.items())
        whole = logging.makeLogRecord(record.__dict__)
        whole.msg, whole.args = f"{record.getMessage()} {told}", None
        return super().format(whole)


def configure(level: str) -> None:
    """Send all logs of this process to standard error. Unknown levels count as ``info``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(EventFormatter(FORMAT))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel((level if level in LEVELS else "info").upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)

"""``/csp``: where browsers report what the content policy stopped. Counted, and now and then told in the log."""

from __future__ import annotations

import json
import logging
from typing import Any

from apps.handlers import Handler, Problem
from apps.ratelimit import TokenBucket

log = logging.getLogger(__name__)

REPORT_MAX_BYTES = 16 * 1024
DIRECTIVE_MAX_CHARACTERS = 40


class PolicyReport(Handler):
    """Anybody may send anything here, so only the directive's name is kept, and not often."""

    async def prepare(self) -> None:
        if len(self.request.body) > REPORT_MAX_BYTES:
            raise Problem(413, "too_large")

    def check_xsrf_cookie(self) -> None:
        """Browsers report by themselves and send no token; a report changes nothing."""

    def post(self) -> None:
        self.parts.metrics.policy_reports.inc()
        pace: TokenBucket = self.application.settings["policy_log_pace"]
        if pace.take(self.parts.sockets.monotonic()):
            log.warning("content_policy_report", extra={"fields": {"directive": directive_of(self.request.body)}})
        self.set_status(204)


def directive_of(body: bytes) -> str:
    """Return which directive a report is about; empty if it says nothing of the kind."""
    try:
        values: Any = json.loads(body)
        directive = values["csp-report"]["effective-directive"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return directive[:DIRECTIVE_MAX_CHARACTERS] if isinstance(directive, str) else ""

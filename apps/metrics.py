"""Counters of the web process, in a registry of their own, so that several Salas in one process keep apart."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Metrics:
    """What ``/metrics`` tells. Labels are few and never come from a visitor."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "sala_http_requests", "HTTP requests answered", ["handler", "status"], registry=self.registry
        )
        self.refused_messages = Counter(
            "sala_socket_refused_messages",
            "WebSocket messages that could not be used",
            ["code"],
            registry=self.registry,
        )
        self.closed_sockets = Counter("sala_sockets_closed", "WebSockets closed", ["why"], registry=self.registry)
        self.policy_reports = Counter(
            "sala_policy_reports", "Reports of browsers about the content policy", registry=self.registry
        )

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Add a gauge whose value is asked when somebody reads the metrics."""
        Gauge(name, text, registry=self.registry).set_function(value)

    def text(self) -> bytes:
        return generate_latest(self.registry)

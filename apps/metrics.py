"""Counters of the web process, in a registry of their own, so that several Salas in one process keep apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from media_core.figures import Figures


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


def media_text(workers: Mapping[str, Figures]) -> bytes:
    """Return the figures of media workers by their name, in the form that Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(_Media(workers))
    return generate_latest(registry)


class _Media(Collector):
    def __init__(self, workers: Mapping[str, Figures]) -> None:
        self._workers = workers

    def collect(self) -> Iterator[Metric]:
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for worker, figures in self._workers.items():
            for name, value in figures.items():
                kinds = value if isinstance(value, Mapping) else {"": value}
                labels = ["worker", "kind"] if isinstance(value, Mapping) else ["worker"]
                family = families.get(name)
                if family is None:
                    counts = name in _COUNTED
                    made = CounterMetricFamily if counts else GaugeMetricFamily
                    family = families[name] = made(f"sala_media_{name}", _MEDIA_TEXTS.get(name, name), labels=labels)
                for kind, number in kinds.items():
                    family.add_metric([worker, kind] if kind else [worker], number)
        yield from families.values()


_COUNTED = frozenset(
    {"received_packets", "received_bytes", "sent_bytes", "forwarded_packets", "cpu_seconds", "dropped"}
)
_MEDIA_TEXTS = {
    "rooms": "Rooms that are open in a media worker",
    "transports": "Connected transports",
    "received_packets": "SRTP and SRTCP packets received",
    "received_bytes": "Bytes of them",
    "sent_bytes": "Bytes of media sent",
    "forwarded_packets": "Packets sent to receivers, each copy counted",
    "cpu_seconds": "CPU time of the worker",
    "cpu_seconds_per_packet": "CPU time for each forwarded packet since the start",
    "loop_lag_seconds": "How late the loop was at most in the last ten seconds or so",
    "up_loss_ratio": "Share of packets that present browsers sent and that did not arrive at first",
    "paths": "Connected transports by protocol and family of the way to their browser: udp4, udp6, tcp4, tcp6",
    "tcp_connections": "TCP connections to the media port",
    "dropped": "What was not forwarded, by reason",
    "slots": "Receive slots in use, by sound and layer of the picture",
}

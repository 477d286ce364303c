"""Metrics to an OpenTelemetry collector, over OTLP and HTTP, sent by its own libraries.

Rule: what Claude Code itself exports goes by Claude Code's name, unit and attributes
(https://code.claude.com/docs/en/monitoring-usage), told apart by the resource's `service.name`; all
else by ours. Values are cumulative since `since_ms`, so that a push that is missed loses nothing.
"""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agent_console.errors import AgentConsoleError
from agent_console.metrics.family import Family, Sample
from agent_console.metrics.of_ledger import COST, TOKENS
from agent_console.version import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import Metric, MetricsData

SERVICE = "agent-console"
PATH = "/v1/metrics"
SECONDS = 10.0

_TYPES = {
    "input": "input",
    "output": "output",
    "cache_read": "cacheRead",
    "cache_write_5m": "cacheCreation",
    "cache_write_1h": "cacheCreation",
}
"""Our classes of tokens in Claude Code's words."""

_UNITS = (
    ("_usd_per_hour", "USD/h"),
    ("_usd", "USD"),
    ("_timestamp_seconds", "s"),
    ("_seconds", "s"),
    ("_bytes", "By"),
    ("_ratio", "1"),
    ("_tokens", "tokens"),
)


class Pusher:
    """Sends metrics to one collector.

    Args:
        endpoint: Its address; without a path `/v1/metrics` is added.

    Raises:
        AgentConsoleError: It is no address.
    """

    def __init__(self, endpoint: str) -> None:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415 - extra
            OTLPMetricExporter,
        )

        self.endpoint = endpoint_of(endpoint)
        self._said = _Said()
        self._exporter = OTLPMetricExporter(endpoint=self.endpoint, timeout=SECONDS)

    def push(self, families: Iterable[Family], at_ms: int) -> None:
        """Send them.

        Args:
            families: The metrics.
            at_ms: When they were so, Unix milliseconds.

        Raises:
            AgentConsoleError: The collector did not take them.
        """
        from opentelemetry.sdk.metrics.export import MetricExportResult  # noqa: PLC0415 - extra

        with self._said:
            result = self._exporter.export(metrics_data(families, at_ms))  # pyright: ignore[reportUnknownMemberType] - its own are incomplete
        if result is not MetricExportResult.SUCCESS:
            why = f": {self._said.last}" if self._said.last else ""
            raise AgentConsoleError(f"{self.endpoint} did not take the metrics{why}.")

    def close(self) -> None:
        """Let go of the connection."""
        self._exporter.shutdown()  # pyright: ignore[reportUnknownMemberType] - likewise


def endpoint_of(given: str) -> str:
    """Where to send metrics.

    Raises:
        AgentConsoleError: It is no address.
    """
    try:
        parts = urlsplit(given)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, good = urlsplit(""), False
    if not good:
        raise AgentConsoleError(
            f'"{given}" is no address of a collector; write it as in http://127.0.0.1:4318.'
        )
    return given if parts.path.strip("/") else given.rstrip("/") + PATH


def metrics_data(families: Iterable[Family], at_ms: int) -> "MetricsData":
    """The metrics as the SDK has them."""
    from opentelemetry.sdk.metrics.export import (  # noqa: PLC0415 - extra
        MetricsData,
        ResourceMetrics,
        ScopeMetrics,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - extra
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope  # noqa: PLC0415 - extra

    resource = Resource.create({"service.name": SERVICE, "service.version": __version__})
    metrics = [_metric(family, at_ms) for family in families if family.samples]
    scope = ScopeMetrics(InstrumentationScope(SERVICE, __version__), metrics, "")
    return MetricsData([ResourceMetrics(resource, [scope], "")])


def _metric(family: Family, at_ms: int) -> "Metric":
    from opentelemetry.sdk.metrics.export import (  # noqa: PLC0415 - extra
        AggregationTemporality,
        Gauge,
        Metric,
        NumberDataPoint,
        Sum,
    )

    name, unit, samples = _named(family)
    since_ms = at_ms if family.since_ms is None else family.since_ms
    points = [
        NumberDataPoint(
            attributes=sample.labels,
            start_time_unix_nano=since_ms * 1_000_000 if family.kind == "counter" else 0,
            time_unix_nano=at_ms * 1_000_000,
            value=sample.value,
        )
        for sample in samples
    ]
    data = (
        Sum(points, AggregationTemporality.CUMULATIVE, is_monotonic=True)
        if family.kind == "counter"
        else Gauge(points)
    )
    return Metric(name, family.help, unit, data)


def _named(family: Family) -> tuple[str, str, list[Sample]]:
    """The name, unit and values that OpenTelemetry gets."""
    if family.name == TOKENS:
        return "claude_code.token.usage", "tokens", _in_types(family.samples)
    if family.name == COST:
        return "claude_code.cost.usage", "USD", family.samples
    name = family.name.removesuffix("_total")
    unit = next((unit for ending, unit in _UNITS if name.endswith(ending)), "1")
    return name.replace("agent_console_", "agent_console.", 1), unit, family.samples


def _in_types(samples: list[Sample]) -> list[Sample]:
    """By Claude Code's types: cache writes of both lifetimes are one."""
    sums: dict[tuple[str, str], float] = {}
    for sample in samples:
        key = (_TYPES[sample.labels["class"]], sample.labels["model"])
        sums[key] = sums.get(key, 0) + sample.value
    return [Sample(value, {"type": kind, "model": model}) for (kind, model), value in sums.items()]


class _Said(logging.Handler):
    """What the exporter logs while it sends; it is told in our words, and not twice."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""
        self._logger = logging.getLogger("opentelemetry.exporter")

    def __enter__(self) -> None:
        self.last = ""
        self._logger.addHandler(self)
        self._logger.propagate = False

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.propagate = True

    def emit(self, record: logging.LogRecord) -> None:
        """Remember the latest."""
        self.last = record.getMessage().rstrip(".")

"""Metrics in Prometheus' text format, written by its own library."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from agent_console.metrics.family import Family


def text(families: Iterable[Family]) -> str:
    """The text format, version 0.0.4."""
    return generate_latest(registry_of(lambda: families)).decode()


def registry_of(gather: Callable[[], Iterable[Family]]) -> CollectorRegistry:
    """A registry that asks anew at each collection."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Gathering(gather))
    return registry


class _Gathering(Collector):
    def __init__(self, gather: Callable[[], Iterable[Family]]) -> None:
        self._gather = gather

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering shall not gather."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """The families as the library has them."""
        for family in self._gather():
            if family.samples:
                yield _metric(family)


def _metric(family: Family) -> Metric:
    make = CounterMetricFamily if family.kind == "counter" else GaugeMetricFamily
    names = list(family.samples[0].labels)
    metric = make(family.name, family.help, labels=names)
    for sample in family.samples:
        metric.add_metric([sample.labels[name] for name in names], sample.value)
    return metric

"""A server of metrics that runs beside a test, and a collector that keeps what it is sent."""

import http.server
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from agent_console.metrics.family import Family
from agent_console.metrics.serving import server


def nothing() -> None:
    """What follows an answer of which nothing follows."""


@contextmanager
def serving(
    gather: Callable[[], Iterable[Family]], answered: Callable[[], None] = nothing
) -> Generator[int]:
    """Its port."""
    with server(0, gather, answered) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield made.server_port
        finally:
            made.shutdown()
            thread.join()


class Collector:
    """What was sent.

    Attributes:
        status: With which it answers.
    """

    def __init__(self) -> None:
        self.status = 200
        self.paths: list[str] = []
        self.bodies: list[bytes] = []
        self.endpoint = ""

    def sent(self) -> ExportMetricsServiceRequest:
        """The latest request, decoded."""
        request = ExportMetricsServiceRequest()
        request.ParseFromString(self.bodies[-1])
        return request

    def metrics(self) -> dict[str, Metric]:
        """The metrics of the latest request by name."""
        (resource,) = self.sent().resource_metrics
        (scope,) = resource.scope_metrics
        return {metric.name: metric for metric in scope.metrics}


@contextmanager
def collecting() -> Generator[Collector]:
    """A collector on 127.0.0.1."""
    collector = Collector()

    class Requests(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.paths.append(self.path)
            collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(collector.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Requests) as made:
        collector.endpoint = f"http://127.0.0.1:{made.server_port}"
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield collector
        finally:
            made.shutdown()
            thread.join()

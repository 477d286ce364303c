"""Metrics over HTTP, for a Prometheus on this machine.

Rule: it listens on 127.0.0.1 and nowhere else, and answers only what was asked of that address by
name, so that no web page can read it through a name of its own (DNS rebinding). It is bounded: so
many connections at a time, so many seconds each, one collection at a time.
"""

import socket
import threading
from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from prometheus_client import (
    make_wsgi_app,  # pyright: ignore[reportUnknownVariableType] - its annotations are incomplete
)

from agent_console.errors import AgentConsoleError
from agent_console.metrics.family import Family
from agent_console.metrics.prometheus import registry_of

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ADDRESS = "127.0.0.1"
PATH = "/metrics"
CONNECTIONS = 8
SECONDS = 5.0
"""How long a client may take to ask, and to take the answer."""


def server(
    port: int, gather: Callable[[], Iterable[Family]], answered: Callable[[], None]
) -> WSGIServer:
    """A server that listens; `serve_forever` serves.

    Args:
        port: 0 for any that is free.
        gather: Gives the metrics; an AgentConsoleError of it is answered with 503.
        answered: Called when somebody has got his answer and nobody waits for what it does.

    Raises:
        AgentConsoleError: The port cannot be used.
    """
    try:
        made = _Server((ADDRESS, port), answered)
    except OSError as error:
        raise AgentConsoleError(
            f"Port {port} on {ADDRESS} cannot be used: {error.strerror}. Choose another with "
            "--serve."
        ) from error
    made.set_app(_application(gather, made.server_port))
    return made


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = CONNECTIONS

    def __init__(self, address: tuple[str, int], answered: Callable[[], None]) -> None:
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        self._answered = answered
        super().__init__(address, _Requests)

    def server_bind(self) -> None:
        """Like the library's, without asking a name server who we are."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = ADDRESS, self.server_address[1]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve it in a thread of its own, if there is one left."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve it."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()
        self._answered()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Somebody hung up, or was too slow: nothing to tell."""


class _Requests(WSGIRequestHandler):
    timeout = SECONDS

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's own name
        """A line for each scrape is in nobody's interest."""

    def address_string(self) -> str:
        """The address; its name is not asked for."""
        return ADDRESS


def _application(gather: Callable[[], Iterable[Family]], port: int) -> "WSGIApplication":
    lock = threading.Lock()
    hosts = {
        host
        for name in (ADDRESS, "localhost")
        for host in (name if port == 80 else "", f"{name}:{port}")
        if host
    }

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ.get("HTTP_HOST", "").lower() not in hosts:
            return _say(start_response, "421 Misdirected Request", f"Ask {ADDRESS}:{port}.")
        if environ["PATH_INFO"] != PATH:
            return _say(start_response, "404 Not Found", f"Metrics are at {PATH}.")
        if environ["REQUEST_METHOD"] != "GET":
            return _say(start_response, "405 Method Not Allowed", "Only GET.")
        try:
            with lock:
                families = list(gather())
        except AgentConsoleError as error:
            return _say(start_response, "503 Service Unavailable", str(error))
        exposed = cast("WSGIApplication", make_wsgi_app(registry_of(lambda: families)))
        return exposed(environ, start_response)

    return answer


def _say(start_response: "StartResponse", status: str, sentence: str) -> list[bytes]:
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{sentence}\n".encode()]

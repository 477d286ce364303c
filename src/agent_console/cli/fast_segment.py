"""`agent-console segment`, once: two requests in one write, one line printed, nothing started.

Rule: it imports only what the interpreter has in it already; a status bar calls it every few
seconds. Whatever is not plain (`--follow`, help, a wrong value) is left to cli/commands/segment.py.
"""

from time import monotonic, time

from agent_console.cli.output import emit
from agent_console.cli.segment_text import FORMATS, segment
from agent_console.errors import AgentConsoleError
from agent_console.paths import socket_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DAEMON_SECONDS = 0.5
EXIT_NO_DAEMON = 4

REQUESTS = (
    b'{"cmd":"STATUS"}\n'
    # Of a session that nobody has: what it answers of today and of limits is the account's.
    b'{"cmd":"STATUSLINE","event":{"session_id":"-"}}\n'
)


def run_segment(arguments: list[str]) -> int | None:
    """Print the segment: the exit code, or None when click has to do it.

    Args:
        arguments: What follows `segment`: `--format F` and `--socket PATH`, or nothing.
    """
    given: dict[str, str] = {}
    words = iter(arguments)
    for word in words:
        option, equals, value = word.partition("=")
        if not equals:
            value = next(words, "")
        given[option] = value
    form = given.get("--format", "plain")
    if not given.keys() <= {"--format", "--socket"} or form not in FORMATS:
        return None
    if "" in given.values():
        return None
    try:
        return print_segment(form, given.get("--socket"))
    except AgentConsoleError:
        return None


def print_segment(form: str, socket: str | None) -> int:
    """Ask the daemon and print; the exit code.

    Raises:
        ConfigError: The path is too long for a socket.
        OutputClosedError: Nobody reads it.
    """
    status, spending = _answers(socket_path(socket))
    emit(segment(form, status, spending, time()))
    return 0 if status is not None else EXIT_NO_DAEMON


def _answers(path: str) -> "tuple[Any, Any]":
    """The data of both answers; null for what did not come in time."""
    received = b""
    try:
        import _socket  # noqa: PLC0415 - its wrapper `socket` imports selectors and enum

        connection = _socket.socket(_socket.AF_UNIX)
        deadline = monotonic() + DAEMON_SECONDS
        try:
            connection.settimeout(DAEMON_SECONDS)
            connection.connect(path)
            connection.sendall(REQUESTS)
            while received.count(b"\n") < 2:
                connection.settimeout(max(deadline - monotonic(), 0.001))
                chunk = connection.recv(1 << 16)
                if not chunk:
                    break
                received += chunk
        finally:
            connection.close()
    except OSError:
        pass
    # What has no newline is no whole answer.
    status, spending = ([*received.split(b"\n")[:-1], b"", b""])[:2]
    return _data(status), _data(spending)


def _data(line: bytes) -> "Any":
    """The `data` of an answer; null when it is none, or a refusal."""
    if not line:
        return None
    try:
        answer = _parsed(line.decode())
    except (ValueError, StopIteration, RecursionError):
        return None
    try:
        return answer["data"]
    except (TypeError, KeyError):
        return None


class _Plain:
    """What the interpreter's own JSON scanner asks of its owner, as `json.loads` sets it."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = float
    parse_int = int
    parse_constant = float


def _parsed(text: str) -> "Any":
    """JSON, by the part of `json` that is in the interpreter: the module itself imports `re`."""
    try:
        from _json import make_scanner  # noqa: PLC0415 - other interpreters have none
    except ImportError:
        from json import loads  # noqa: PLC0415

        return loads(text)
    settings: Any = _Plain
    return make_scanner(settings)(text, 0)[0]

"""Every error that crosses a border of agent-console, and the exit code it ends a command with.

Rule: a command ends with one of these codes or 0, and the README lists them. Inside the daemon
an expected refusal is a value (`daemon.outcome.Failure`), not an exception.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:  # output.py imports this, and a report runs in the time `typing` would take
    from typing import ClassVar

EXIT_OK = 0
EXIT_TIMED_OUT = 124
_EXIT_CODES = {"not_found": 5, "conflict": 6, "invalid_value": 7}
"""Of refusals, by the wire's code; 1 for all others."""


class AgentConsoleError(Exception):
    """Something the person can act on: the message says what to do."""

    exit_code: "ClassVar[int]" = 1


class ConfigError(AgentConsoleError):
    """The configuration, or a file we were asked to change, cannot be used as it is."""

    exit_code = 2


class DaemonAlreadyRunningError(AgentConsoleError):
    """Another daemon holds the socket."""

    exit_code = 3


class DaemonUnreachableError(AgentConsoleError):
    """No daemon answers on the socket."""

    exit_code = 4


class ProtocolError(AgentConsoleError):
    """A line that is no valid message of the wire.

    Attributes:
        code: One of the closed set of codes in `protocol.messages.ErrorCode`.
        request_id: The `id` of the request, when it could still be read.
    """

    exit_code = 1

    def __init__(self, code: str, message: str, request_id: str | int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.request_id = request_id


class RequestRefusedError(AgentConsoleError):
    """The daemon answered a request with an error.

    Attributes:
        code: The wire's error code.
        retryable: Whether the same request may succeed later.
    """

    exit_code = 1

    def __init__(self, code: str, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable
        self.exit_code = _EXIT_CODES.get(code, 1)  # type: ignore[misc]
        if code == "internal" and retryable:
            # A bug of ours may not be tried again: this is the ledger, which failed.
            self.exit_code = LedgerError.exit_code  # type: ignore[misc]


class NotPossibleError(AgentConsoleError):
    """What was asked for cannot be done as things are now; nothing was changed."""

    exit_code = 6


class TimedOutError(AgentConsoleError):
    """What was waited for did not come in time."""

    exit_code = EXIT_TIMED_OUT


class LedgerError(AgentConsoleError):
    """The ledger's database cannot be opened, read or written."""

    exit_code = 8


class DamagedLedgerError(LedgerError):
    """What lies in the ledger's place is damaged, or no database at all."""

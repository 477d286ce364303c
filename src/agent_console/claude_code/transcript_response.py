"""Which lines count as a response of the API, and whose it is (ACCOUNTING "Which lines count").

Rule: a line's `type` decides nothing; `message.usage` and `message.model` do. The request's id is
never part of a response's identity: a retried response keeps its message id.
"""

from functools import lru_cache

from msgspec import Struct

from agent_console.claude_code.transcript_line import (
    Iteration,
    TranscriptLine,
    Usage,
)

SYNTHETIC = "<synthetic>"
"""The model of lines that the client wrote in the place of a response."""
_FIRST_WITHOUT_OUTPUT = (2, 1, 12)
_LAST_WITHOUT_OUTPUT = (2, 1, 96)


class Response(Struct, frozen=True, gc=False):
    """A response as one line tells it.

    Attributes:
        id: Of the message, or of the line when the message has none; null: neither has one.
        timestamp: ISO 8601, as written.
        agent_id: The subagent's, in an echo.
        is_echo: The line is a parent's progress report on a subagent.
        is_error: The API gave an error in its place; it has no tokens.
    """

    id: str | None
    model: str
    usage: Usage
    stop_reason: str | None
    timestamp: str | None
    agent_id: str | None
    is_echo: bool
    is_error: bool


def told_response(line: TranscriptLine) -> Response | None:
    """The response that a line tells; null when the line does not count."""
    message = line.message
    if message is not None and message.usage is not None and message.model:
        return Response(
            message.id or line.uuid or None,
            message.model,
            message.usage,
            message.stop_reason,
            line.timestamp,
            None,
            is_echo=False,
            is_error=line.is_api_error_message is True or message.model == SYNTHETIC,
        )
    progress = line.data
    if progress is None or progress.type != "agent_progress" or progress.message is None:
        return None
    message = progress.message.message
    if message is None or message.usage is None or not message.model or message.model == SYNTHETIC:
        return None
    return Response(
        message.id or progress.message.uuid or None,
        message.model,
        message.usage,
        message.stop_reason,
        progress.message.timestamp or line.timestamp,
        progress.agent_id,
        is_echo=True,
        is_error=False,
    )


def copied_from(line: TranscriptLine, session_id: str) -> str | None:
    """The session that a line says it was copied from; null when it is its own session's.

    The session that asked the API goes first: it stays when a copy is copied.
    """
    asked_by = line.request_session_id
    if asked_by and asked_by != session_id:
        return asked_by
    origin = line.forked_from and line.forked_from.session_id
    return origin if origin and origin != session_id else None


def output_may_be_missing(line: TranscriptLine, stop_reason: str | None) -> bool:
    """Whether this line's output count is known to be too small.

    Claude Code 2.1.12 to 2.1.96 wrote counts from the beginning of a stream; a line with a stop
    reason has the final one. A stream that was cut never got one.
    """
    if line.is_aborted_mid_stream:
        return True
    return not stop_reason and _counts_early(line.version or "")


@lru_cache(maxsize=64)
def _counts_early(version: str) -> bool:
    try:
        numbers = tuple(int(part) for part in version.partition("-")[0].split("."))
    except ValueError:
        return False
    return _FIRST_WITHOUT_OUTPUT <= numbers[:3] <= _LAST_WITHOUT_OUTPUT


def billed_apart(usage: Usage) -> list[tuple[str, int, Iteration]]:
    """Iterations that the top level leaves out: `advisor` or `compaction`, its number, itself."""
    apart: list[tuple[str, int, Iteration]] = []
    numbers = {"advisor": 0, "compaction": 0}
    for iteration in usage.iterations or ():
        name = _APART.get(iteration.type or "")
        if name is not None:
            numbers[name] += 1
            apart.append((name, numbers[name], iteration))
    return apart


_APART = {"advisor_message": "advisor", "compaction": "compaction"}

"""Watch the messages of claude-agent-sdk on their way: `collect` and `observe`."""

from collections.abc import AsyncIterable
from datetime import UTC, datetime

from agent_console.sdk.collecting import Collector, Resumed
from agent_console.sdk.messages import is_sdk_error, told
from agent_console.sdk.metadata import SessionResponse
from agent_console.sdk.past import OF_THIS_PROCESS, Past


async def collect(
    messages: AsyncIterable[object],
    *,
    resumed: Resumed | None = None,
    past: Past = OF_THIS_PROCESS,
) -> SessionResponse:
    """Read messages to their end and say what came of it; nothing is recorded (see `observe`).

    What Claude Code fails at is the response's `error` and no exception; what was seen before it
    is in the response all the same. Exceptions of other making are the caller's.

    Args:
        messages: `query(...)`, `client.receive_response()`, or whatever yields such messages.
        resumed: The session that they go on with, where one is resumed or forked.
        past: What is known of sessions; by default what this process has heard.
    """
    collector = Collector(resumed, past)
    try:
        async for message in messages:
            collector.take(told(message))
    except Exception as error:
        if not is_sdk_error(error):
            raise
        collector.fail(said(error))
    return collector.response(datetime.now(UTC))


def said(error: BaseException) -> str:
    """What an exception says, in a text that is not empty."""
    return str(error) or type(error).__name__

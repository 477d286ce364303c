"""Watch the messages of claude-agent-sdk on their way: `collect` and `observe`."""

from collections.abc import AsyncGenerator, AsyncIterable
from datetime import UTC, datetime
from typing import Any, TypeVar

from agent_console.sdk import recorder
from agent_console.sdk.budget import count_into_budgets, refuse_beyond_budgets
from agent_console.sdk.collecting import Collector
from agent_console.sdk.messages import Resumed, is_sdk_error, resumed_by, stays_open, told
from agent_console.sdk.metadata import SessionResponse
from agent_console.sdk.past import OF_THIS_PROCESS, Past
from agent_console.sdk.slow import SLOW_SECONDS, log_if_slow
from agent_console.sdk.watching import Watch

T = TypeVar("T")


async def collect(
    messages: AsyncIterable[object],
    *,
    resumed: Resumed | None = None,
    past: Past = OF_THIS_PROCESS,
) -> SessionResponse:
    """Read messages to their end and say what came of it.

    Nothing is recorded by this; `collect(observe(query(...)))` does both. What Claude Code fails at
    is the response's `error` and no exception; what was seen before it is in the response all the
    same. Exceptions of other making are the caller's.

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


async def observe(
    messages: AsyncIterable[T],
    *,
    options: object = None,
    resumed: Resumed | None = None,
    closes: bool | None = None,
    record: bool = True,
    slow_seconds: float | None = SLOW_SECONDS,
    past: Past = OF_THIS_PROCESS,
) -> AsyncGenerator[T]:
    """Pass every message on as it is, and record on the way.

    The session is on the board while it runs, and its cost in the ledger and in the budgets that
    are open here; a daemon that is not there hears of it later. Exceptions pass as they are.

    Args:
        messages: `query(...)`, `client.receive_response()`, or whatever yields such messages.
        options: The `ClaudeAgentOptions` of the query: they say which session it resumes or forks.
        resumed: The same, said directly.
        closes: The session is closed when the messages end; by default it is, but for the messages
            of a `ClaudeSDKClient`, which goes on.
        record: Tell the daemon.
        slow_seconds: Log a turn that takes longer; null: none.
        past: What is known of sessions.

    Raises:
        BudgetExceeded: A budget that is to be kept is spent; after the turn's last message.
    """
    refuse_beyond_budgets()
    watch = Watch(
        resumed or resumed_by(options),
        stays_open=stays_open(messages) if closes is None else not closes,
        recorder=recorder.OF_THIS_PROCESS if record else None,
        past=past,
    )
    error: str | None = None
    try:
        async for message in messages:
            response = watch.take(message)
            yield message  # noqa: ASYNC119 - nothing but the caller's own generator is held here
            if response is not None:
                log_if_slow(response, slow_seconds)
                count_into_budgets(response)
    except Exception as caught:
        error = said(caught)
        raise
    finally:
        watch.ended(error)
        await _close(messages)  # noqa: ASYNC102 - the package shields what must not be cut short


async def _close(messages: Any) -> None:
    """Close a generator that somebody stopped reading: its process ends with it."""
    close = getattr(messages, "aclose", None)
    if close is not None:
        await close()


def said(error: BaseException) -> str:
    """What an exception says, in a text that is not empty."""
    return str(error) or type(error).__name__

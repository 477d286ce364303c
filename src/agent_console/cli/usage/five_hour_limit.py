"""The account's 5-hour limit, for the report of the current block.

Rule: a daemon that runs is asked; none is started for that.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent_console.model.usage import Limit


def five_hour_limit() -> "Limit | None":
    """The account's 5-hour limit, when a daemon that runs knows it."""
    from agent_console.client.blocking import connect  # noqa: PLC0415 - only for this
    from agent_console.errors import AgentConsoleError  # noqa: PLC0415 - likewise
    from agent_console.protocol.messages import Subscribe  # noqa: PLC0415 - likewise

    try:
        with connect(timeout=1.0) as client:
            return client.request(Subscribe(topics=("usage",))).limits.five_hour
    except (AgentConsoleError, OSError):
        return None

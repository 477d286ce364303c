"""What goes wrong while a page works is told in its corner, and says what to do."""

from collections.abc import Awaitable
from typing import Literal, TypeVar

from nicegui import ui

from agent_console.errors import AgentConsoleError

Found = TypeVar("Found")


def toast(
    words: str, kind: Literal["negative", "positive", "warning", "info"] = "negative"
) -> None:
    """Say something in the corner of the page, as plain text."""
    seconds = 8 if kind == "negative" else 4
    ui.notify(words, type=kind, position="bottom-right", multi_line=True, timeout=seconds * 1000)


async def within(work: Awaitable[Found]) -> Found | None:
    """What some work gives; when it fails as expected, that is told and there is nothing."""
    try:
        return await work
    except (AgentConsoleError, ValueError) as error:
        toast(str(error))
        return None

"""Commands that need an event loop run in one here.

Rule: what a task raises leaves as itself, not inside a group: main.py tells it in one sentence.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar, TypeVarTuple, cast

import anyio

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


def run(
    function: Callable[[*Arguments], Awaitable[Result]],
    *arguments: *Arguments,
) -> Result:
    """Run an async function to its end, in asyncio: desktops are reached by nothing else."""
    try:
        return anyio.run(function, *arguments)
    except BaseExceptionGroup as group:
        raise _first(group) from group


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return error

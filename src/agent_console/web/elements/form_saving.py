"""What Save does in a form: make what is wanted, keep it, and go, or say what is wrong and stay."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from nicegui import ui

from agent_console.web.elements.troubles import toast

Wanted = TypeVar("Wanted")


async def save(
    dialog: ui.dialog, make: Callable[[], Wanted], keep: Callable[[Wanted], Awaitable[bool]]
) -> None:
    """Keep what a form says, and close it when that went well.

    Args:
        dialog: It holds the form.
        make: Makes it of the fields; raises ValueError with words for the person.
        keep: Sets it; whether that went well.
    """
    try:
        wanted = make()
    except ValueError as error:
        toast(str(error))
        return
    with dialog.client.layout:
        if await keep(wanted):
            dialog.close()

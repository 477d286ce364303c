"""One question before something is replaced or removed."""

from collections.abc import Callable
from inspect import isawaitable

from nicegui import ui

from agent_console.web.elements.boxes import box, text


def ask(question: str, why: str, yes: str, then: Callable[[], object]) -> None:
    """Ask; the answer is no unless the person says yes.

    Args:
        question: The heading.
        why: What happens when they do.
        yes: The button's words.
        then: Called when they do, and awaited when it gives something to await.
    """
    client = ui.context.client
    with client.layout, ui.dialog(value=True) as dialog, box("sheet").props('role="alertdialog"'):
        text(question, tag="h2")
        text(why, "quiet")
        with box("tools"):
            do = text(yes, "button danger", "button")
            text("Leave it", "button", "button").on("click", dialog.close)
    dialog.on("hide", dialog.delete)

    async def go() -> None:
        dialog.close()
        with client.layout:
            done = then()
            if isawaitable(done):
                await done

    do.on("click", go)

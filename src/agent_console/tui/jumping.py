"""Bringing the person to a session's terminal, or a session back into one.

Rule: it runs here, where the person is, never in the daemon; how it is done is in terminals/. A
terminal that takes its time keeps nobody from the board.
"""

from typing import TYPE_CHECKING

from agent_console.errors import AgentConsoleError
from agent_console.model.session_words import one_line
from agent_console.protocol.messages import Seen

if TYPE_CHECKING:
    from agent_console.model.session import Session
    from agent_console.tui.app import ConsoleApp


def jump(app: "ConsoleApp", session: "Session") -> None:
    """Focus the terminal a session runs in, or say in a sentence why that cannot be.

    Whoever has been brought there has looked at it: it is marked as seen.
    """
    app.run_worker(_jump(app, session), group="jump")


def resume(app: "ConsoleApp", session: "Session") -> None:
    """Go on with a session that has ended, or say what to type."""
    app.run_worker(_resume(app, session), group="jump")


async def _jump(app: "ConsoleApp", session: "Session") -> None:
    from agent_console.terminals.jumping import jump as bring  # noqa: PLC0415 - on demand
    from agent_console.terminals.outcome import CannotJump  # noqa: PLC0415 - likewise

    result = await bring(session, app.config.jump)
    if isinstance(result, CannotJump):
        app.notify(one_line(result.message), title="Cannot jump", severity="warning", markup=False)
        return
    try:
        await app.link.client.request(Seen(session_id=session.session_id))
    except AgentConsoleError as error:
        app.notify(one_line(str(error)), severity="warning", markup=False)


async def _resume(app: "ConsoleApp", session: "Session") -> None:
    from agent_console.terminals.outcome import CannotOpen  # noqa: PLC0415 - on demand
    from agent_console.terminals.resuming import open_resumed  # noqa: PLC0415 - likewise

    result = await open_resumed(session, app.config.resume)
    if isinstance(result, CannotOpen):
        app.notify(
            one_line(result.message),
            title="Cannot resume",
            severity="warning",
            markup=False,
            timeout=20,
        )
    else:
        app.notify(one_line(f"Opened {result.where}."), markup=False)

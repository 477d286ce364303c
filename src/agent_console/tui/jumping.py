"""Bringing the person to a session's terminal, or a session back into one."""

import shlex
from typing import TYPE_CHECKING

from agent_console.model.format import printable
from agent_console.model.session import AgentType
from agent_console.model.session_words import one_line

if TYPE_CHECKING:
    from agent_console.model.session import Session
    from agent_console.tui.app import ConsoleApp


def jump(app: "ConsoleApp", session: "Session") -> None:
    """Focus the terminal a session runs in, or say in a sentence why that cannot be.

    Args:
        app: Where the sentence is shown.
        session: Whose terminal.
    """
    name = one_line(session.display_name)
    if session.terminal is None:
        message = f"Nothing is known of the terminal of {name}."
    else:
        message = f"This terminal has no way to bring you to {name}."
    app.notify(message, title="Cannot jump", severity="warning", markup=False)


def resume(app: "ConsoleApp", session: "Session") -> None:
    """Go on with a session that has ended, or say what to type.

    Args:
        app: Where the sentence is shown.
        session: Which.
    """
    if session.agent_type != AgentType.CLAUDE_CODE:
        message = f"Only Claude Code's sessions can be resumed, not those of {session.agent_type}."
    elif not session.closed:
        message = "It still runs: a session can be resumed when it has ended."
    elif session.working_dir is None:
        message = "Its folder is not known, and Claude Code finds its conversation only there."
    else:
        command = shlex.join(("claude", "--resume", session.session_id))
        typed = f"cd -- {shlex.quote(session.working_dir)} && {command}"
        app.notify(printable(typed), title="Type this into a terminal", markup=False, timeout=20)
        return
    app.notify(one_line(message), title="Cannot resume", severity="warning", markup=False)

"""Whether the person looks at a session's terminal right now.

Rule: it costs one short question or is not asked. What cannot be known is null, and whoever decides
by it treats that as no.
"""

from agent_console.model.session import Session
from agent_console.terminals import tmux


async def is_focused(session: Session) -> bool | None:
    """Whether the session's terminal has the focus; null when that is not known.

    Known of tmux, when its `focus-events` option is on.
    """
    terminal = session.terminal
    if session.closed or terminal is None or not (terminal.tmux and terminal.tmux_pane):
        return None
    return await tmux.is_focused(terminal)

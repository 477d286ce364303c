"""When the session screen will say something else although nothing has happened.

Rule: a clock that nobody can see running is no reason to wake up.
"""

from agent_console.board.session_view import SessionView
from agent_console.model.format import elapsed_lasts
from agent_console.model.session import Status

MINUTE_MS = 60_000


def next_change_ms(view: SessionView) -> int | None:
    """After how many milliseconds some text is out of date; null: nothing will be.

    What is past is told in minutes and longer units, and of a session that has ended nothing else
    is told but that.
    """
    session = view.session
    waits: list[int] = []
    if view.is_on_board:
        waits.append(elapsed_lasts(view.now_ms - session.since_ms))
        waits += [elapsed_lasts(view.now_ms - agent.since_ms) for agent in session.subagents]
    if view.last_ms:
        waits.append(MINUTE_MS - max(0, view.now_ms - view.last_ms) % MINUTE_MS)
    if session.status is Status.CLOSED and view.is_on_board:
        # Hours at the finest, once it is a day ago; minutes until then.
        waits = [max(wait, MINUTE_MS) for wait in waits]
    return min(waits) if waits else None

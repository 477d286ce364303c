"""A session and what came with it as one line of text.

Rule: what came from a model, a file or another program passes `printable` before it is shown.
"""

from agent_console.model.format import printable
from agent_console.model.session import Session


def doing(session: Session) -> str:
    """Why it is in its status and what it does: `permission: Bash rm -rf build`."""
    activity = session.activity
    what = "" if activity is None else " ".join(filter(None, (activity.tool, activity.summary)))
    return one_line(": ".join(filter(None, (session.reason, what))))


def one_line(text: str | None) -> str:
    """A text on one line, harmless to a terminal."""
    return " ".join(printable(text or "").split())

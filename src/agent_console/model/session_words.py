"""A session in words: what it does, how it is called, what colour its status has.

Rule: what came from a model, a file or another program passes `printable` before it is shown.
"""

from agent_console.model.format import printable
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Session, Status

STATUS_STYLES: dict[Status, str] = {
    Status.QUESTION: "bold magenta",
    Status.ATTENTION: "bold yellow",
    Status.WORKING: "green",
    Status.CLOSED: "dim",
}
"""rich styles."""

SHORT_ID_LENGTH = 8
_SPEAK_FOR_THEMSELVES = ("question", "plan")


def status_style(session: Session) -> str:
    """The style of its status; what the person has looked at no longer shouts."""
    style = STATUS_STYLES[session.status]
    return style.removeprefix("bold ") if session.seen else style


def doing(session: Session) -> str:
    """Why it is in its status and what it does: `permission: Bash rm -rf build`."""
    return one_line(": ".join(filter(None, (session.reason, activity_words(session)))))


def activity_words(session: Session) -> str:
    """What it does now or what it asks: `Bash rm -rf build`, `Which database?`."""
    activity = session.activity
    if activity is None:
        return ""
    # A question and a plan speak for themselves: the tool they came by is Claude Code's affair.
    tool = None if session.reason in _SPEAK_FOR_THEMSELVES and activity.summary else activity.tool
    return one_line(" ".join(filter(None, (tool, activity.summary))))


def short_id(session_id: str) -> str:
    """The beginning of an id; commands take it for the whole."""
    return printable(session_id[:SHORT_ID_LENGTH])


def total_tokens(metadata: SessionMetadata) -> int:
    """Input, output, cache writes and cache reads."""
    return (
        metadata.total_input_tokens
        + metadata.total_output_tokens
        + metadata.total_cache_creation_tokens
        + metadata.total_cache_read_tokens
    )


def one_line(text: str | None) -> str:
    """A text on one line, harmless to a terminal."""
    return " ".join(printable(text or "").split())

"""A session as everybody outside the daemon sees it.

Rule: nothing here reads a clock or touches a file. Structs that travel are frozen; a change makes a
new one. `gc=False` is safe because none of them can hold a reference cycle.
"""

from enum import StrEnum
from typing import Annotated, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

from agent_console.model.metadata import SessionMetadata

MAX_SESSION_ID_LENGTH = 200
_PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]+\Z"
SessionId: TypeAlias = Annotated[
    str,
    Meta(min_length=1, max_length=MAX_SESSION_ID_LENGTH, pattern=_PRINTABLE),
]
"""A string of up to 200 characters and no control characters; `is_printable` says the rest."""


HISTORY_LENGTH = 50
"""How many transitions a session remembers."""


def is_printable(session_id: str) -> bool:
    """Whether a session may have this id, as far as its characters go.

    Neither what moves the cursor or the direction of a line, nor what leaves nothing to be seen.
    """
    return session_id.isprintable() and not session_id.isspace()


class Status(StrEnum):
    """What a session does, as far as the person in front of it cares."""

    WORKING = "working"
    ATTENTION = "attention"
    QUESTION = "question"
    CLOSED = "closed"


URGENCY: dict[Status, int] = {
    Status.QUESTION: 0,
    Status.ATTENTION: 1,
    Status.WORKING: 2,
    Status.CLOSED: 3,
}
"""Most urgent first: the order of lists and boards."""


class AgentType(StrEnum):
    """Who runs in the session. An agent that is none of these is sent as its own name."""

    CLAUDE_CODE = "claude-code"
    AGENT_SDK = "agent-sdk"
    CUSTOM = "custom"


class StateTransition(Struct, frozen=True, gc=False, rename={"from_": "from"}):
    """One change of status.

    Attributes:
        at_ms: When, Unix milliseconds.
        from_: The status before.
        to: The status after.
        duration_ms: How long the status before had lasted.
    """

    at_ms: int
    from_: Status
    to: Status
    duration_ms: int


class Activity(Struct, frozen=True, gc=False):
    """What a session does now, or what it waits for.

    Attributes:
        tool: The tool's name, `compacting`, an MCP server's name, or null for a plain text.
        summary: One short line: the command, the file, the question, the cause of an error.
    """

    tool: str | None
    summary: str


class Terminal(Struct, frozen=True, gc=False, omit_defaults=True):
    """Where a session's window can be found; each field is the variable of the same name."""

    tmux: str | None = None
    tmux_pane: str | None = None
    kitty_window_id: str | None = None
    kitty_listen_on: str | None = None
    wezterm_pane: str | None = None
    wezterm_unix_socket: str | None = None
    zellij_session_name: str | None = None
    zellij_pane_id: str | None = None
    iterm_session_id: str | None = None
    term_program: str | None = None
    term_session_id: str | None = None
    windowid: str | None = None
    sty: str | None = None
    vscode_pid: str | None = None
    ssh_connection: str | None = None
    ssh_tty: str | None = None


class Subagent(Struct, frozen=True, gc=False):
    """A subagent that runs inside a session."""

    agent_id: str
    agent_type: str
    since_ms: int
    activity: Activity | None = None


class BackgroundTask(Struct, frozen=True, gc=False):
    """A shell, subagent, teammate or listed task that a session keeps behind its turn."""

    id: str
    type: str
    status: str
    description: str


class Session(Struct, frozen=True, gc=False):
    """One session. All times are Unix milliseconds."""

    session_id: str
    status: Status
    since_ms: int
    last_seen_ms: int
    display_name: str
    agent_type: str = AgentType.CLAUDE_CODE.value
    reason: str | None = None
    activity: Activity | None = None
    working_dir: str | None = None
    title: str | None = None
    label: str | None = None
    priority: int = 0
    note: str | None = None
    seen: bool = False
    closed: bool = False
    pid: int | None = None
    terminal: Terminal | None = None
    transcript_path: str | None = None
    model: str | None = None
    git_branch: str | None = None
    context_used_percent: float | None = None
    subagents: tuple[Subagent, ...] = ()
    background_tasks: tuple[BackgroundTask, ...] = ()
    predecessor: str | None = None
    metadata: SessionMetadata | None = None
    rev: int = 0
    history: tuple[StateTransition, ...] | UnsetType = UNSET
    """Only in the answers of GET and DUMP."""


def urgency(session: Session) -> tuple[int, bool, int, int]:
    """The sort key of a board: status, unseen first, priority, then the longest waiting."""
    return (URGENCY[session.status], session.seen, -session.priority, session.since_ms)

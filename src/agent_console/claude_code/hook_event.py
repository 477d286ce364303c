"""A Claude Code hook event: the fields we use, and what each event means.

Rule: the table below is the only place that knows event names. Observed with Claude Code 2.1.329;
every field is optional, an unknown event is a fact about the session and nothing more.
"""

from enum import Enum, auto

import msgspec
from msgspec import Raw, Struct

from agent_console.claude_code.lenient import decode_leniently

ASKING_TOOLS = {"AskUserQuestion": "question", "ExitPlanMode": "plan"}
"""Tools that are a question to the person, and the reason a session then shows."""


class Meaning(Enum):
    """What a hook event says about its session."""

    STARTED = auto()
    PROMPTED = auto()
    TOOL_STARTED = auto()
    TOOL_FINISHED = auto()
    TOOLS_FINISHED = auto()
    PERMISSION_ASKED = auto()
    ELICITED = auto()
    ELICITATION_ANSWERED = auto()
    STOPPED = auto()
    FAILED = auto()
    ENDED = auto()
    NOTIFIED = auto()
    COMPACTING = auto()
    COMPACTED = auto()
    SUBAGENT_STARTED = auto()
    SUBAGENT_STOPPED = auto()
    TASK_CREATED = auto()
    TASK_COMPLETED = auto()
    TEAMMATE_IDLE = auto()
    FACT = auto()


class Rank:
    """The order of events that bear the same time."""

    START = 0
    PROMPT = 1
    TOOL = 2
    PERMISSION = 3
    STOP = 4
    END = 5


EVENTS: dict[str, tuple[Meaning, int]] = {
    "SessionStart": (Meaning.STARTED, Rank.START),
    "UserPromptSubmit": (Meaning.PROMPTED, Rank.PROMPT),
    "PreToolUse": (Meaning.TOOL_STARTED, Rank.TOOL),
    "PostToolUse": (Meaning.TOOL_FINISHED, Rank.TOOL),
    "PostToolUseFailure": (Meaning.TOOL_FINISHED, Rank.TOOL),
    "PostToolBatch": (Meaning.TOOLS_FINISHED, Rank.TOOL),
    "PermissionRequest": (Meaning.PERMISSION_ASKED, Rank.PERMISSION),
    "Elicitation": (Meaning.ELICITED, Rank.PERMISSION),
    "ElicitationResult": (Meaning.ELICITATION_ANSWERED, Rank.PERMISSION),
    "Notification": (Meaning.NOTIFIED, Rank.PERMISSION),
    "Stop": (Meaning.STOPPED, Rank.STOP),
    "StopFailure": (Meaning.FAILED, Rank.STOP),
    "SessionEnd": (Meaning.ENDED, Rank.END),
    "PreCompact": (Meaning.COMPACTING, Rank.TOOL),
    "PostCompact": (Meaning.COMPACTED, Rank.TOOL),
    "SubagentStart": (Meaning.SUBAGENT_STARTED, Rank.TOOL),
    "SubagentStop": (Meaning.SUBAGENT_STOPPED, Rank.TOOL),
    "TaskCreated": (Meaning.TASK_CREATED, Rank.TOOL),
    "TaskCompleted": (Meaning.TASK_COMPLETED, Rank.TOOL),
    "TeammateIdle": (Meaning.TEAMMATE_IDLE, Rank.TOOL),
}


class BackgroundTaskField(Struct, frozen=True, gc=False):
    """One of `background_tasks[]` of Stop and SubagentStop."""

    id: str = ""
    type: str = ""
    status: str = "running"
    description: str = ""


class HookEvent(Struct, frozen=True, gc=False):
    """What we read of a payload."""

    hook_event_name: str | None = None
    session_id: str | None = None
    transcript_path: str | None = None
    cwd: str | None = None
    prompt_id: str | None = None
    agent_id: str | None = None
    agent_type: str | None = None
    source: str | None = None
    model: str | None = None
    session_title: str | None = None
    prompt: str | None = None
    tool_name: str | None = None
    tool_input: Raw = Raw()
    tool_use_id: str | None = None
    is_interrupt: bool = False
    notification_type: str | None = None
    message: str | None = None
    mcp_server_name: str | None = None
    background_tasks: tuple[BackgroundTaskField, ...] = ()
    error: str | None = None
    last_assistant_message: str | None = None
    reason: str | None = None
    to_model: str | None = None
    new_cwd: str | None = None
    task_id: str | None = None
    task_subject: str | None = None
    teammate_name: str | None = None

    @property
    def meaning(self) -> Meaning:
        """What the event says; FACT for every event that changes no status."""
        return EVENTS.get(self.hook_event_name or "", (Meaning.FACT, Rank.TOOL))[0]

    @property
    def rank(self) -> int:
        """Where the event stands among those of the same time."""
        return EVENTS.get(self.hook_event_name or "", (Meaning.FACT, Rank.TOOL))[1]


_decoder = msgspec.json.Decoder(HookEvent)


def read_hook_event(payload: bytes | Raw) -> HookEvent | None:
    """A payload's fields; null when it is no JSON object."""
    return decode_leniently(payload, _decoder, HookEvent)

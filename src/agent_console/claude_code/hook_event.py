"""A Claude Code hook event: the fields we use, and what each event means.

Rule: the table below is the only place that knows event names. Observed with Claude Code 2.1.329;
every field is optional, an unknown event is a fact about the session and nothing more.
"""

import re
from enum import Enum, auto
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Raw, Struct

from agent_console.claude_code.lenient import decode_leniently
from agent_console.model.session import SessionId

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
    MODEL_SWITCHED = auto()
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
    "PostModelSwitch": (Meaning.MODEL_SWITCHED, Rank.TOOL),
}

Id: TypeAlias = Annotated[str, Meta(max_length=200)]
Path: TypeAlias = Annotated[str, Meta(max_length=4096)]
"""What is kept is bounded: a longer value counts as absent, like any other that we cannot read."""


class BackgroundTaskField(Struct, frozen=True, gc=False):
    """One of `background_tasks[]` of Stop and SubagentStop; what cannot be read of it runs."""

    id: Id = ""
    type: Id = ""
    status: Id = "running"
    description: str = ""


class HookEvent(Struct, frozen=True, gc=False):
    """What we read of a payload."""

    hook_event_name: Id | None = None
    session_id: SessionId | None = None
    transcript_path: Path | None = None
    cwd: Path | None = None
    prompt_id: Id | None = None
    agent_id: Id | None = None
    agent_type: str | None = None
    source: str | None = None
    trigger: str | None = None
    model: Id | None = None
    session_title: str | None = None
    prompt: str | None = None
    tool_name: Id | None = None
    tool_input: Raw = Raw()
    tool_use_id: Id | None = None
    is_interrupt: bool = False
    notification_type: str | None = None
    message: str | None = None
    mcp_server_name: Id | None = None
    background_tasks: tuple[Raw, ...] = ()
    error: str | None = None
    last_assistant_message: str | None = None
    reason: str | None = None
    to_model: Id | None = None
    new_cwd: Path | None = None
    task_id: Id | None = None
    task_subject: str | None = None
    teammate_name: Id | None = None

    @property
    def tasks_behind(self) -> tuple[BackgroundTaskField, ...]:
        """The background tasks, each read for itself: an odd one hides no other."""
        return tuple(
            decode_leniently(task, _task_decoder, BackgroundTaskField) or BackgroundTaskField()
            for task in self.background_tasks
        )

    @property
    def meaning(self) -> Meaning:
        """What the event says; FACT for every event that changes no status."""
        return EVENTS.get(self.hook_event_name or "", (Meaning.FACT, Rank.TOOL))[0]

    @property
    def rank(self) -> int:
        """Where the event stands among those of the same time."""
        return EVENTS.get(self.hook_event_name or "", (Meaning.FACT, Rank.TOOL))[1]


_decoder = msgspec.json.Decoder(HookEvent)
_task_decoder = msgspec.json.Decoder(BackgroundTaskField)


def read_hook_event(payload: bytes | Raw) -> HookEvent | None:
    """A payload's fields; null when it is no JSON object."""
    return decode_leniently(payload, _decoder, HookEvent)


_WHOLE_FIELD = re.compile(
    rb'\s*("(?:[^"\\]|\\.)*")\s*:'
    rb'\s*("(?:[^"\\]|\\.)*"|[-+.\w]+|\{[^{}"]*(?:"(?:[^"\\]|\\.)*"[^{}"]*)*\})\s*,'
)


def read_cut_hook_event(head: str, event_name: str, session_id: str | None) -> HookEvent:
    """What can be told of a payload that was too long to travel.

    Args:
        head: How it begins. Claude Code writes the ids first and the long fields last, so the
            fields that are whole are the ones that matter.
        event_name: What the hook was registered for.
        session_id: What its environment said.
    """
    data = head.encode()
    fields: list[bytes] = []
    at = data.find(b"{") + 1
    while at and (field := _WHOLE_FIELD.match(data, at)):
        fields.append(field[1] + b":" + field[2])
        at = field.end()
    read = read_hook_event(b"{" + b",".join(fields) + b"}") or HookEvent()
    return msgspec.structs.replace(
        read, hook_event_name=event_name, session_id=read.session_id or session_id
    )

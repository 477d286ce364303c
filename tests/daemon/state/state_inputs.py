"""What can happen to the state, as Hypothesis strategies: few names, so that things meet."""

import json
from typing import Any

from hypothesis import strategies as st
from msgspec import Raw

from agent_console.claude_code.hook_event import EVENTS
from agent_console.claude_code.registry import RegistryEntry
from agent_console.model.session import Status
from agent_console.protocol.messages import Hook, SetSession, StatusLine, Upsert

SESSIONS = tuple(f"{n}2345678-1234-4234-8234-123456789abc" for n in range(4))
PIDS = (11, 12, 13)
DIRS = ("/a/x", "/b/x", "/c/b/x", "/a//x", "x", "b/x", "/x", "/", "/a/y", "/a/x/")
PROMPTS = ("p1", "p2", "p3", None)
IMPOSSIBLE_TIMES = (-(10**30), 10**30)
AGENTS = (None, None, "a1", "a2")

session_ids = st.sampled_from(SESSIONS)
pids = st.sampled_from(PIDS)
skews = st.integers(-5_000, 1_000)
words = st.sampled_from(["one", "two"])

TASKS = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["a1", "a2", "b1"]),
            "type": st.sampled_from(["subagent", "shell"]),
            "status": st.sampled_from(["running", "completed"]),
            "description": words,
        }
    ),
    max_size=2,
)


@st.composite
def set_requests(draw: st.DrawFn) -> SetSession:
    """SET with any of its fields absent, null, or given."""
    optional: dict[str, st.SearchStrategy[Any]] = {
        "status": st.sampled_from(Status),
        "working_dir": st.none() | st.sampled_from(DIRS),
        "agent_type": st.none() | words,
        "reason": st.none() | words,
        "label": st.none() | words,
        "priority": st.none() | st.integers(-2, 2),
        "note": st.none() | words,
    }
    fields = draw(st.fixed_dictionaries({}, optional=optional))
    return SetSession(session_id=draw(session_ids), **fields)


@st.composite
def hook_payloads(draw: st.DrawFn) -> dict[str, Any]:
    """A payload of any event, its fields at random, some with a wrong type."""
    payload = {
        "session_id": draw(session_ids),
        "hook_event_name": draw(st.sampled_from([*EVENTS, "CwdChanged", "SomethingNew"])),
        "cwd": draw(st.sampled_from(DIRS)),
        "transcript_path": draw(words),
        "prompt_id": draw(st.sampled_from(PROMPTS)),
        "agent_id": draw(st.sampled_from(AGENTS)),
        "source": draw(st.sampled_from(["startup", "resume", "fork", "clear", "compact"])),
        "trigger": draw(st.sampled_from(["manual", "auto"])),
        "prompt": draw(st.sampled_from(["do it", "<task-notification> done", 7])),
        "tool_name": draw(st.sampled_from(["Bash", "AskUserQuestion", "ExitPlanMode"])),
        "tool_input": {"command": draw(words)},
        "tool_use_id": draw(st.sampled_from([None, "t1", "t2"])),
        "notification_type": draw(
            st.sampled_from(
                ["permission_prompt", "idle_prompt", "elicitation_dialog", "agent_needs_input"]
            )
        ),
        "mcp_server_name": "rig",
        "message": draw(words),
        "background_tasks": draw(TASKS),
        "error": draw(st.sampled_from([None, "rate_limit"])),
        "reason": draw(st.sampled_from(["clear", "resume", "other"])),
        "task_id": draw(words),
        "teammate_name": draw(words),
        "label": "not yours",
        "note": "not yours",
        "priority": 9,
    }
    return {name: value for name, value in payload.items() if value is not None}


def hook(payload: dict[str, Any], pid: int | None, sent_at: int) -> Hook:
    """The request a hook makes of a payload."""
    env = {"TMUX_PANE": "%1"} if pid is None else {"CLAUDE_PID": str(pid)}
    return Hook(event=Raw(json.dumps(payload).encode()), sent_at=sent_at, env=env)


@st.composite
def registry_entries(draw: st.DrawFn, now_ms: int) -> RegistryEntry:
    """What a session file may say, its times around now."""
    updated_at = draw(st.none() | skews)
    return RegistryEntry(
        pid=draw(pids),
        session_id=draw(session_ids),
        cwd=draw(st.sampled_from(DIRS)),
        started_at=draw(st.sampled_from([None, now_ms - 10_000, *IMPOSSIBLE_TIMES])),
        name=draw(st.none() | words),
        name_source=draw(st.sampled_from(["derived", "custom"])),
        status=draw(st.sampled_from([None, "idle", "busy", "waiting", "shell", "new word"])),
        waiting_for=draw(
            st.sampled_from([None, "permission prompt", "input needed", "dialog open"])
        ),
        updated_at=draw(st.sampled_from([None, now_ms, *IMPOSSIBLE_TIMES])),
        status_updated_at=None if updated_at is None else now_ms + updated_at,
    )


@st.composite
def upserts(draw: st.DrawFn) -> Upsert:
    """An UPSERT of some tokens."""
    return Upsert(session_id=draw(session_ids), input_tokens=draw(st.integers(0, 5)))


@st.composite
def status_lines(draw: st.DrawFn) -> StatusLine:
    """A status line with or without what it may tell."""
    payload = {
        "session_id": draw(session_ids),
        "session_name": draw(words),
        "model": {"id": draw(words)},
        "cost": {"total_cost_usd": draw(st.sampled_from([0, 1.5]))},
        "context_window": {"used_percentage": draw(st.sampled_from([None, 10, 20]))},
        "rate_limits": draw(
            st.sampled_from([None, {"five_hour": {"used_percentage": 3, "resets_at": 1e9}}])
        ),
    }
    return StatusLine(event=Raw(json.dumps(payload).encode()))

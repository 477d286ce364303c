"""Which hook events Claude Code is asked to tell us, and how: the one table of registrations.

Rule: what decides a status is synchronous, because asynchronous hooks lose their order and are
killed at the end of a headless run; what only tells of activity is asynchronous, because it then
costs Claude Code nothing. hooks/hooks.json (the plugin) is this table too, and a test compares
them. Never registered: WorktreeCreate (its hook replaces `git worktree add`), MessageDisplay (the
most frequent event of all, and not ours), UserPromptExpansion, FileChanged, InstructionsLoaded and
Setup (nothing in them changes the board).
"""

import shlex
from collections.abc import Callable
from typing import Any, NamedTuple

TIMEOUT_SECONDS = 5
"""After which Claude Code ends a hook.

Ours ends by itself in little more than a second; this is for a home folder that hangs. It is
written out for each event because without it SessionEnd has only 1.5 s and the others minutes.
"""

QUESTION_TOOLS = "AskUserQuestion|ExitPlanMode"
"""The tools that wait for the person: a matcher of plain names, so a list of exact names."""

OTHER_TOOLS = f"^(?!(?:{QUESTION_TOOLS})$)"
"""Every other tool: a matcher with other characters is a JavaScript regular expression.

The two must not overlap. Claude Code runs a command that stands in two matching entries once, and
which of the two decides between waiting for it and not is nowhere said.
"""


class Registration(NamedTuple):
    """One entry of the table.

    Attributes:
        event: The hook event.
        matcher: Which of its occurrences; None for all.
        is_async: Claude Code does not wait for the hook.
        timeout_seconds: After which Claude Code ends it.
    """

    event: str
    matcher: str | None = None
    is_async: bool = False
    timeout_seconds: int = TIMEOUT_SECONDS


REGISTRATIONS: tuple[Registration, ...] = (
    Registration("SessionStart"),
    Registration("UserPromptSubmit"),
    Registration("PreToolUse", QUESTION_TOOLS),
    Registration("PreToolUse", OTHER_TOOLS, is_async=True),
    Registration("PermissionRequest"),
    Registration("PermissionDenied", is_async=True),
    Registration("PostToolUse", is_async=True),
    Registration("PostToolUseFailure", is_async=True),
    Registration("PostToolBatch", is_async=True),
    Registration("Notification"),
    Registration("Elicitation"),
    Registration("ElicitationResult"),
    Registration("SubagentStart", is_async=True),
    Registration("SubagentStop", is_async=True),
    Registration("TaskCreated", is_async=True),
    Registration("TaskCompleted", is_async=True),
    Registration("TeammateIdle", is_async=True),
    Registration("PreCompact"),
    Registration("PostCompact"),
    Registration("Stop"),
    Registration("StopFailure"),
    Registration("PreModelSwitch", is_async=True),
    Registration("PostModelSwitch", is_async=True),
    Registration("CwdChanged", is_async=True),
    Registration("ConfigChange", is_async=True),
    Registration("WorktreeRemove", is_async=True),
    Registration("DirectoryAdded", is_async=True),
    Registration("SessionEnd"),
)

EVENTS: tuple[str, ...] = tuple(dict.fromkeys(entry.event for entry in REGISTRATIONS))
"""Every event that is registered, each once, in the order of the table."""


def registrations(command_for: Callable[[str], str]) -> dict[str, list[dict[str, Any]]]:
    """The `hooks` object of a settings.json or of a plugin's hooks.json.

    Args:
        command_for: Gives the shell command that is run for an event.
    """
    hooks: dict[str, list[dict[str, Any]]] = {}
    for entry in REGISTRATIONS:
        hook: dict[str, Any] = {"type": "command", "command": command_for(entry.event)}
        if entry.is_async:
            hook["async"] = True
        hook["timeout"] = entry.timeout_seconds
        group: dict[str, Any] = {} if entry.matcher is None else {"matcher": entry.matcher}
        hooks.setdefault(entry.event, []).append({**group, "hooks": [hook]})
    return hooks


def plugin_command(event: str) -> str:
    """The shell command of the plugin, where nobody wrote down an interpreter or a socket.

    Where the plugin lies is read from the environment. `${CLAUDE_PLUGIN_ROOT}`, with braces, may be
    replaced in the text before a shell sees it, and no quotes suit every path; the exec form
    (`args`) would be, but a client that does not know it would have /bin/sh run the payload.

    The socket's order is that of `agent_console.paths.socket_path`; without a home folder in the
    environment the script finds it. A version manager's shim costs more than the hook: go past it.
    Nothing is printed and the code is 0 whatever is missing or killed.
    """
    run = (
        "exec >/dev/null 2>&1; "
        'h="$CLAUDE_PLUGIN_ROOT/hooks/agent_console_hook.py"; '
        "s=${XDG_RUNTIME_DIR:-${HOME:+$HOME/.local/state}}; "
        "p=$(command -v python3); "
        "case $p in */shims/*) [ -x /usr/bin/python3 ] && p=/usr/bin/python3;; esac; "
        '[ -x "$p" ] && [ -r "$h" ] && "$p" -I -S -E "$h" '
        f'"${{AGENT_CONSOLE_SOCKET:-${{s:+$s/agent-console/daemon.sock}}}}" {shlex.quote(event)}; '
        "exit 0"
    )
    return shlex.join(["/bin/sh", "-c", run])

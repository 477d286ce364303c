"""The gate: the one hook of ours that may answer Claude Code, and only where a person installed it.

Rule: it is registered beside the ordinary hooks, never by the plugin, and only by
`install --gate`. What its script prints is what Claude Code documents: on UserPromptSubmit
`{"decision": "block", "reason": …}`, which keeps the prompt from the model and shows the reason; on
PreToolUse `{"continue": false, "stopReason": …}` with `permissionDecision: "deny"`, which refuses
the tool and ends the turn.
"""

from collections.abc import Callable
from typing import Any

from agent_console.claude_code.settings_hooks import GATE_SCRIPT, Hooks

GATE_EVENTS = ("UserPromptSubmit", "PreToolUse")
TIMEOUT_SECONDS = 2
"""After which Claude Code ends it and goes on; it ends itself in a third of a second."""


def with_gate(hooks: Hooks, command_for: Callable[[str], str]) -> Hooks:
    """The hooks with those of the gate behind them.

    Args:
        hooks: The ordinary ones.
        command_for: Gives the gate's shell command for an event.
    """
    gate: Hooks = {
        event: [
            {
                "hooks": [
                    {
                        "type": "command",
                        "command": command_for(event),
                        "timeout": TIMEOUT_SECONDS,
                    }
                ]
            }
        ]
        for event in GATE_EVENTS
    }
    return {event: [*groups, *gate.get(event, [])] for event, groups in hooks.items()}


def has_gate(hooks: Hooks) -> bool:
    """Whether entries of ours run the gate."""
    return any(
        GATE_SCRIPT in str(hook.get("command"))
        for groups in hooks.values()
        for group in groups
        for hook in _hooks_of(group)
    )


def _hooks_of(group: dict[str, Any]) -> list[dict[str, Any]]:
    hooks: list[dict[str, Any]] = group.get("hooks", [])
    return hooks

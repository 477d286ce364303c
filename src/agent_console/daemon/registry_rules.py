"""How Claude Code's session registry changes a session.

Rule: a registry status that is newer than the last applied transition wins, except on a closed
session. Sources: CLAUDE-CODE.md "The registry", observed with Claude Code 2.1.329.
"""

from agent_console.claude_code.hook_event import Rank
from agent_console.claude_code.registry import RegistryEntry
from agent_console.daemon.evidence import Known
from agent_console.daemon.hook_rules import idle
from agent_console.model.session import Status

_RESTING = ("ready", "done", "error", "interrupted")


def apply_registry_entry(known: Known, entry: RegistryEntry) -> Known:
    """A session after its process wrote what it does."""
    known = known.with_session(
        working_dir=known.session.working_dir or entry.cwd,
        title=entry.name if entry.name and entry.name_source != "derived" else known.session.title,
    )
    at_ms = entry.status_updated_at
    if (
        at_ms is None
        or at_ms <= known.evidence.changed_at_ms
        or known.session.status is Status.CLOSED
    ):
        return known
    match entry.status:
        case "busy":
            return _busy(known, at_ms)
        case "shell":
            return known.entering(
                Status.WORKING, "background", at_ms, Rank.TOOL, asking=None, open_prompt=False
            )
        case "waiting":
            return _waiting(known, entry.waiting_for, at_ms)
        case "idle":
            return idle(known, at_ms, Rank.STOP)
        case _:
            return known


def _busy(known: Known, at_ms: int) -> Known:
    evidence = known.evidence
    behind = any(task.status == "running" for task in known.session.background_tasks)
    turn = evidence.open_prompt or evidence.queued_prompt
    return known.entering(
        Status.WORKING,
        "background" if behind and not turn else None,
        at_ms,
        Rank.TOOL,
        asking=None,
        # No hook tells that a queued prompt is taken up; being busy again does.
        open_prompt=evidence.open_prompt or evidence.queued_prompt,
        queued_prompt=evidence.queued_prompt and evidence.open_prompt,
    )


def _waiting(known: Known, waiting_for: str | None, at_ms: int) -> Known:
    session = known.session
    unexplained = known.evidence.asking is None
    if session.status is Status.QUESTION:
        return known  # plans are registered as permission prompts
    if waiting_for == "input needed":
        return known.entering(
            Status.QUESTION, "question", at_ms, Rank.PERMISSION, unexplained=unexplained
        )
    if (
        waiting_for == "dialog open"
        and session.status is Status.ATTENTION
        and session.reason in _RESTING
    ):
        return known
    return known.entering(
        Status.ATTENTION, "permission", at_ms, Rank.PERMISSION, unexplained=unexplained
    )

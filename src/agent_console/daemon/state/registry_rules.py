"""How Claude Code's session registry changes a session.

Rule: pure functions. A registry status that is newer than the last applied transition wins, except
on a closed session. Sources: CLAUDE-CODE.md "The registry", observed with Claude Code 2.1.329.
"""

from agent_console.claude_code.hook_event import Rank
from agent_console.claude_code.registry import RegistryEntry
from agent_console.claude_code.tool_summary import one_line
from agent_console.daemon.state.asking_rules import works_behind
from agent_console.daemon.state.evidence import Known
from agent_console.daemon.state.turn_rules import LEAD_MS, idle
from agent_console.model.session import Status


def apply_registry_entry(known: Known, entry: RegistryEntry, told_ms: int | None) -> Known:
    """A session after its process wrote what it does.

    Args:
        known: The session before.
        entry: What its process wrote.
        told_ms: Since when that is the status, Unix milliseconds; null when it is no news.
    """
    known = _facts(known, entry)
    if (
        told_ms is None
        or told_ms <= known.evidence.changed_at_ms
        or known.session.status is Status.CLOSED
    ):
        return known
    match entry.status:
        case "busy":
            return _busy(known, told_ms)
        case "shell":
            return known.entering(
                Status.WORKING, "background", told_ms, Rank.TOOL, asking=(), open_prompt=False
            )
        case "waiting":
            return _waiting(known, entry.waiting_for, told_ms)
        case "idle":
            return _idle(known, told_ms)
        case _:
            return known


def _facts(known: Known, entry: RegistryEntry) -> Known:
    """Folder and title, as far as nobody who knows better told them."""
    session = known.session
    told = known.evidence.facts_at_ms > 0 and session.working_dir is not None
    derived = entry.name is None or entry.name_source == "derived"
    return known.with_session(
        working_dir=session.working_dir if told else entry.cwd or session.working_dir,
        title=session.title if derived else one_line(entry.name or "") or session.title,
    )


def _busy(known: Known, at_ms: int) -> Known:
    evidence = known.evidence
    # No hook tells that a queued prompt is taken up, nor its id; being busy again does.
    soon = at_ms - evidence.changed_at_ms <= LEAD_MS
    taken_up = evidence.queued_prompt and not evidence.open_prompt and soon
    turn = evidence.open_prompt or taken_up
    return known.entering(
        Status.WORKING,
        None if turn or not works_behind(known) else "background",
        at_ms,
        Rank.TOOL,
        asking=(),
        open_prompt=turn,
        prompt_id=None if taken_up else evidence.prompt_id,
        queued_prompt=evidence.queued_prompt and not taken_up,
    )


def _idle(known: Known, at_ms: int) -> Known:
    """Nothing runs, in the turn or behind it: while something did, it would say so."""
    tasks = known.session.background_tasks
    left = tuple(task for task in tasks if task.status != "running")
    return idle(known, at_ms, Rank.STOP).with_session(background_tasks=left)


def _waiting(known: Known, waiting_for: str | None, at_ms: int) -> Known:
    session = known.session
    unexplained = not known.evidence.asking
    if session.status is Status.QUESTION:
        return known  # plans are registered as permission prompts
    if waiting_for == "input needed":
        return known.entering(
            Status.QUESTION, "question", at_ms, Rank.PERMISSION, unexplained=unexplained
        )
    if waiting_for == "dialog open" and session.status is Status.ATTENTION:
        return known  # a menu of the client, opened at rest
    return known.entering(
        Status.ATTENTION, "permission", at_ms, Rank.PERMISSION, unexplained=unexplained
    )

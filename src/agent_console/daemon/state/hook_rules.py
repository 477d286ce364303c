"""How a hook event changes a session: one rule for each event Claude Code sends.

Rule: pure functions of (what was known, the event, when its hook started). The table at the end is
the index: turn_rules.py says how a turn goes, asking_rules.py how it waits for the person,
tree_rules.py what runs inside. Facts (folder, model, title) are taken from every event. Sources:
CLAUDE-CODE.md's table of events, observed with Claude Code 2.1.329.
"""

from collections.abc import Callable
from typing import TypeAlias

from msgspec.structs import replace

from agent_console.claude_code.hook_event import ASKING_TOOLS, HookEvent, Meaning
from agent_console.claude_code.tool_summary import one_line, tool_summary
from agent_console.daemon.state import asking_rules, tree_rules
from agent_console.daemon.state.evidence import Known
from agent_console.daemon.state.turn_rules import (
    begun,
    closed,
    doing,
    failed,
    idle,
    prompted,
    stopped,
    working,
)
from agent_console.model.session import Activity, Status

REMINDER_MS = 10_000
"""A notification follows what was asked within this time: it confirms an ask that was heard."""

_COMPACTING = "compacting"

_Rule: TypeAlias = Callable[[Known, HookEvent, int], Known]


def apply_hook_event(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """A session after an event of its own.

    Args:
        known: The session before.
        event: What its hook was told.
        sent_ms: When the hook started, Unix milliseconds.
    """
    rule = _RULES.get(event.meaning)
    known = _facts(known, event, sent_ms)
    return known if rule is None else rule(known, event, sent_ms)


def _facts(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """Folder, transcript, model and title: true whenever they were said last."""
    if event.agent_id is not None or sent_ms < known.evidence.facts_at_ms:
        return known
    session = known.session
    return Known(
        replace(
            session,
            working_dir=event.new_cwd or event.cwd or session.working_dir,
            transcript_path=event.transcript_path or session.transcript_path,
            model=event.model or session.model,
            title=one_line(event.session_title or "") or session.title,
        ),
        replace(known.evidence, facts_at_ms=sent_ms),
    )


def _started(known: Known, event: HookEvent, sent_ms: int) -> Known:
    if event.source == "compact" or not known.is_news(sent_ms, event.rank):
        return known
    return begun(known, sent_ms, event.rank, rested="ready")


def _tool_started(known: Known, event: HookEvent, sent_ms: int) -> Known:
    activity = Activity(event.tool_name, tool_summary(event.tool_input))
    known = asking_rules.call_started(known, event)
    if event.agent_id is not None:
        known = tree_rules.subagent_doing(known, event.agent_id, activity)
    if event.tool_name in ASKING_TOOLS:
        return asking_rules.asked_with_tool(known, event, sent_ms)
    if event.agent_id is not None or known.evidence.asking:
        return known
    works = working(known, event, sent_ms)
    return known if works is None else doing(works, activity, sent_ms)


def _tool_finished(known: Known, event: HookEvent, sent_ms: int) -> Known:
    if event.agent_id is not None:
        known = tree_rules.subagent_doing(known, event.agent_id, None)
    if known.evidence.asking:
        return asking_rules.answered_by_tool(known, event, sent_ms)
    if event.agent_id is not None or event.is_interrupt:
        return known
    works = working(known, event, sent_ms)
    return known if works is None else doing(works, None, sent_ms)


def _tools_finished(known: Known, event: HookEvent, sent_ms: int) -> Known:
    if known.evidence.asking:
        return asking_rules.answered_by_all(known, event, sent_ms)
    if event.agent_id is not None:
        return known
    return working(known, event, sent_ms) or known


def _ended(known: Known, event: HookEvent, sent_ms: int) -> Known:
    reason = one_line(event.reason or "") or "other"
    if known.session.status is Status.CLOSED:
        if known.evidence.observed_end:
            return known.with_evidence(observed_end=False).with_session(reason=reason)
        return known
    if not known.is_news(sent_ms, event.rank):
        return known.with_evidence(end_reason=reason)
    return closed(known, reason, sent_ms, event.rank)


def _notified(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """Notifications come seconds after the fact: they heal what a lost hook left."""
    session, evidence = known.session, known.evidence
    if not known.is_news(sent_ms, event.rank) or session.status is Status.CLOSED:
        return known
    unheard = session.status is Status.WORKING and sent_ms > evidence.asked_at_ms + REMINDER_MS
    match event.notification_type:
        case "permission_prompt" if unheard:
            return known.entering(Status.ATTENTION, "permission", sent_ms, event.rank)
        case "elicitation_dialog" if unheard:
            return asking_rules.elicited(known, event, sent_ms)
        case "agent_needs_input" if unheard:
            return known.entering(Status.QUESTION, "question", sent_ms, event.rank)
        case "elicitation_response":
            return asking_rules.elicitation_answered(known, event, sent_ms)
        case "idle_prompt" if session.reason != "background":
            return idle(known, sent_ms, event.rank)
        case _:
            return known


def _compacting(known: Known, _event: HookEvent, sent_ms: int) -> Known:
    return doing(known, Activity(_COMPACTING, ""), sent_ms)


def _compacted(known: Known, _event: HookEvent, sent_ms: int) -> Known:
    activity = known.session.activity
    if activity is None or activity.tool != _COMPACTING:
        return known
    return doing(known, None, sent_ms)


def _model_switched(known: Known, event: HookEvent, _sent_ms: int) -> Known:
    return known.with_session(model=event.to_model or known.session.model)


def _subagent_stopped(known: Known, event: HookEvent, sent_ms: int) -> Known:
    known = tree_rules.subagent_stopped(known, event)
    return asking_rules.answered_by_all(known, event, sent_ms) if event.agent_id else known


_RULES: dict[Meaning, _Rule] = {
    Meaning.STARTED: _started,
    Meaning.PROMPTED: prompted,
    Meaning.TOOL_STARTED: _tool_started,
    Meaning.TOOL_FINISHED: _tool_finished,
    Meaning.TOOLS_FINISHED: _tools_finished,
    Meaning.PERMISSION_ASKED: asking_rules.asked_with_tool,
    Meaning.ELICITED: asking_rules.elicited,
    Meaning.ELICITATION_ANSWERED: asking_rules.elicitation_answered,
    Meaning.STOPPED: stopped,
    Meaning.FAILED: failed,
    Meaning.ENDED: _ended,
    Meaning.NOTIFIED: _notified,
    Meaning.COMPACTING: _compacting,
    Meaning.COMPACTED: _compacted,
    Meaning.SUBAGENT_STARTED: tree_rules.subagent_started,
    Meaning.SUBAGENT_STOPPED: _subagent_stopped,
    Meaning.TASK_CREATED: tree_rules.task_created,
    Meaning.TASK_COMPLETED: tree_rules.task_completed,
    Meaning.TEAMMATE_IDLE: tree_rules.teammate_idle,
    Meaning.MODEL_SWITCHED: _model_switched,
}

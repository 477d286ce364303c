"""How a hook event changes a session: the rule for every event Claude Code sends.

Rule: pure functions of (what was known, the event, its times). Async hooks arrive out of order, so
each rule asks `is_news` before it touches a status; facts (folder, model, subagents) are taken
anyway. Sources: CLAUDE-CODE.md's table of events, observed with Claude Code 2.1.329.
"""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from agent_console.claude_code.hook_event import ASKING_TOOLS, HookEvent, Meaning
from agent_console.claude_code.tool_summary import one_line, tool_summary
from agent_console.daemon.evidence import REMEMBERED_PROMPTS, Asking, Known
from agent_console.model.session import Activity, BackgroundTask, Status, Subagent

REGISTRY_LEAD_MS = 2_000
"""The registry may tell of a question this much before its slower hook explains it."""


class Moment(Struct, frozen=True, gc=False):
    """The times of an event, Unix milliseconds.

    Attributes:
        sent_ms: When its hook started, never after `at_ms`.
        at_ms: When the daemon heard of it.
    """

    sent_ms: int
    at_ms: int


def apply_hook_event(known: Known, event: HookEvent, moment: Moment) -> Known:
    """A session after an event of its own."""
    rule = _RULES.get(event.meaning)
    known = _facts(known, event, moment)
    return known if rule is None else rule(known, event, moment)


def _facts(known: Known, event: HookEvent, moment: Moment) -> Known:
    """Folder, transcript, model and title: true whenever they were said last."""
    if event.agent_id is not None or moment.sent_ms < known.evidence.facts_at_ms:
        return known
    session = known.session
    return Known(
        replace(
            session,
            working_dir=event.new_cwd or event.cwd or session.working_dir,
            transcript_path=event.transcript_path or session.transcript_path,
            model=event.to_model or event.model or session.model,
            title=event.session_title or session.title,
        ),
        replace(known.evidence, facts_at_ms=moment.sent_ms),
    )


def _started(known: Known, event: HookEvent, moment: Moment) -> Known:
    if event.source == "compact" or not known.is_news(moment.sent_ms, event.rank):
        return known
    return begun(known, moment.sent_ms, event.rank, rested="ready")


def begun(known: Known, at_ms: int, rank: int, rested: str | None = None) -> Known:
    """A process has taken the session up: nothing of before goes on."""
    known = known.entering(
        Status.ATTENTION,
        "ready",
        at_ms,
        rank,
        open_prompt=False,
        queued_prompt=False,
        asking=None,
        rested=rested,
        worked=False,
    )
    known = known.with_evidence(changed_at_ms=at_ms, changed_rank=rank)
    return known.with_session(activity=None, subagents=(), background_tasks=())


def _prompted(known: Known, event: HookEvent, moment: Moment) -> Known:
    evidence = known.evidence
    if not known.is_news(moment.sent_ms, event.rank):
        return known
    text_hash = hash(event.prompt)
    if evidence.open_prompt and event.prompt_id == evidence.prompt_id:
        # A prompt queued behind a running turn carries that turn's id and does not end it.
        return known.with_evidence(
            queued_prompt=evidence.queued_prompt or text_hash != evidence.prompt_hash
        )
    asking = evidence.asking
    if asking is not None and asking.agent_id is not None and _is_injected(event):
        return known.with_evidence(open_prompt=True, prompt_id=event.prompt_id)
    known = known.entering(
        Status.WORKING,
        None,
        moment.sent_ms,
        event.rank,
        open_prompt=True,
        prompt_id=event.prompt_id,
        prompt_hash=text_hash,
        queued_prompt=False,
        asking=None,
    )
    # A new turn begins even where no status changes: what is older belongs to the turn before.
    known = known.with_evidence(changed_at_ms=moment.sent_ms, changed_rank=event.rank)
    return _doing(known, None, moment)


def _is_injected(event: HookEvent) -> bool:
    """Claude Code itself prompts the model when a background task ends."""
    return (event.prompt or "").startswith("<task-notification>")


def _tool_started(known: Known, event: HookEvent, moment: Moment) -> Known:
    activity = Activity(event.tool_name, tool_summary(event.tool_input))
    if event.agent_id is not None:
        return _subagent_doing(known, event.agent_id, activity)
    reason = ASKING_TOOLS.get(event.tool_name or "")
    if reason is not None:
        return _asks(known, event, moment, Status.QUESTION, reason)
    if not _may_work(known, event, moment) or known.evidence.asking is not None:
        return known
    known = known.entering(
        Status.WORKING,
        None,
        moment.sent_ms,
        event.rank,
        open_prompt=True,
        prompt_id=event.prompt_id or known.evidence.prompt_id,
    )
    return _doing(known, activity, moment)


def _tool_finished(known: Known, event: HookEvent, moment: Moment) -> Known:
    if event.agent_id is not None:
        known = _subagent_doing(known, event.agent_id, None)
    asking = known.evidence.asking
    if asking is not None:
        return _answered(known, event, moment) if _is_answer(asking, event) else known
    if event.agent_id is not None or event.is_interrupt or not _may_work(known, event, moment):
        return known
    known = known.entering(Status.WORKING, None, moment.sent_ms, event.rank, open_prompt=True)
    return _doing(known, None, moment)


def _tools_finished(known: Known, event: HookEvent, moment: Moment) -> Known:
    asking = known.evidence.asking
    if asking is not None:
        return _answered(known, event, moment) if asking.agent_id == event.agent_id else known
    if event.agent_id is not None or not _may_work(known, event, moment):
        return known
    return known.entering(Status.WORKING, None, moment.sent_ms, event.rank, open_prompt=True)


def _may_work(known: Known, event: HookEvent, moment: Moment) -> bool:
    """Whether a tool event says that its turn runs now."""
    return (
        known.session.status is not Status.CLOSED
        and known.is_news(moment.sent_ms, event.rank)
        and event.prompt_id not in known.evidence.stopped_prompts
    )


def _is_answer(asking: Asking, event: HookEvent) -> bool:
    if asking.agent_id != event.agent_id or asking.tool != event.tool_name:
        return False
    if asking.tool in ASKING_TOOLS:  # its input comes back with the answers in it
        return True
    if asking.tool_use_id is not None:
        return asking.tool_use_id == event.tool_use_id
    return asking.input_hash == hash(bytes(event.tool_input))


def _answered(known: Known, event: HookEvent, moment: Moment) -> Known:
    """The person has answered: back to what the session did before it asked."""
    if not known.is_news(moment.sent_ms, event.rank) or known.session.status is Status.CLOSED:
        return known
    if event.agent_id is None or known.evidence.open_prompt:
        reason = None
    elif known.session.background_tasks:
        reason = "background"
    else:
        return _rests(known, "done", event, moment, activity=None)
    known = known.entering(Status.WORKING, reason, moment.sent_ms, event.rank, asking=None)
    return _doing(known, None, moment)


def _permission_asked(known: Known, event: HookEvent, moment: Moment) -> Known:
    reason = ASKING_TOOLS.get(event.tool_name or "")
    if reason is not None:
        return _asks(known, event, moment, Status.QUESTION, reason)
    return _asks(known, event, moment, Status.ATTENTION, "permission")


def _elicited(known: Known, event: HookEvent, moment: Moment) -> Known:
    return _asks(known, event, moment, Status.QUESTION, "mcp")


def _asks(known: Known, event: HookEvent, moment: Moment, status: Status, reason: str) -> Known:
    """The session waits for the person, who must see for what."""
    evidence = known.evidence
    session = known.session
    if session.status is Status.CLOSED:
        return known
    if event.agent_id is None and event.prompt_id in evidence.stopped_prompts:
        return known
    explains = evidence.unexplained and moment.sent_ms >= evidence.changed_at_ms - REGISTRY_LEAD_MS
    if not explains and not known.is_news(moment.sent_ms, event.rank):
        return known
    if reason == "mcp":
        asking = Asking("mcp", event.agent_id)
        activity = Activity(event.mcp_server_name, one_line(event.message or ""))
    else:
        asking = Asking(
            event.tool_name or "",
            event.agent_id,
            event.tool_use_id,
            hash(bytes(event.tool_input)),
        )
        activity = Activity(event.tool_name, tool_summary(event.tool_input))
    at_ms = max(moment.sent_ms, evidence.changed_at_ms) if explains else moment.sent_ms
    known = known.entering(
        status,
        reason,
        at_ms,
        event.rank,
        asking=asking,
        open_prompt=evidence.open_prompt or event.agent_id is None,
        activity_at_ms=at_ms,
    )
    return known.with_session(activity=activity)


def _elicitation_answered(known: Known, event: HookEvent, moment: Moment) -> Known:
    asking = known.evidence.asking
    if asking is None or asking.tool != "mcp" or asking.agent_id != event.agent_id:
        return known
    return _answered(known, event, moment)


def _stopped(known: Known, event: HookEvent, moment: Moment) -> Known:
    running = tuple(
        BackgroundTask(task.id, task.type, task.status, one_line(task.description))
        for task in event.background_tasks
        if task.status == "running"
    )
    asking = known.evidence.asking
    if not _ends_turn(known, event, moment):
        return _remember_stop(known, event)
    session = known.session
    listed = tuple(task for task in session.background_tasks if task.type == "task")
    known = _remember_stop(known, event).with_session(
        background_tasks=running + listed,
        subagents=tuple(
            agent
            for agent in session.subagents
            if any(task.id == agent.agent_id for task in running)
        ),
    )
    if (
        asking is not None
        and asking.agent_id is not None
        and any(task.id == asking.agent_id for task in running)
        and session.status in (Status.ATTENTION, Status.QUESTION)
    ):
        # The turn is over, but its subagent still waits for the person.
        return known.with_evidence(open_prompt=False, rested="done")
    if running:
        known = known.entering(
            Status.WORKING,
            "background",
            moment.sent_ms,
            event.rank,
            asking=None,
            open_prompt=False,
            rested="done",
        )
        return _doing(known, None, moment)
    return _rests(known, "done", event, moment, activity=None)


def _failed(known: Known, event: HookEvent, moment: Moment) -> Known:
    if not _ends_turn(known, event, moment):
        return _remember_stop(known, event)
    cause = ": ".join(
        part for part in (event.error, one_line(event.last_assistant_message or "")) if part
    )
    return _rests(
        _remember_stop(known, event), "error", event, moment, activity=Activity(None, cause)
    )


def _ends_turn(known: Known, event: HookEvent, moment: Moment) -> bool:
    """Whether a Stop or StopFailure still says where the session is.

    What looked interrupted because the registry was faster than the hook was a normal end.
    """
    session = known.session
    if session.status is Status.CLOSED:
        return False
    if session.reason == "interrupted" and event.prompt_id == known.evidence.prompt_id:
        return True
    return known.is_news(moment.sent_ms, event.rank)


def _remember_stop(known: Known, event: HookEvent) -> Known:
    evidence = known.evidence
    prompt_id = event.prompt_id
    if prompt_id is None:
        return known
    stopped = evidence.stopped_prompts
    if prompt_id not in stopped:
        stopped = (*stopped[-(REMEMBERED_PROMPTS - 1) :], prompt_id)
    return known.with_evidence(
        stopped_prompts=stopped,
        open_prompt=evidence.open_prompt and prompt_id != evidence.prompt_id,
    )


def _rests(
    known: Known, reason: str, event: HookEvent, moment: Moment, activity: Activity | None
) -> Known:
    at_ms = max(moment.sent_ms, known.evidence.changed_at_ms)
    known = known.entering(
        Status.ATTENTION, reason, at_ms, event.rank, asking=None, open_prompt=False, rested=reason
    )
    return known.with_evidence(activity_at_ms=at_ms).with_session(activity=activity)


def _ended(known: Known, event: HookEvent, moment: Moment) -> Known:
    reason = event.reason or "other"
    if known.session.status is Status.CLOSED:
        if known.evidence.observed_end:
            return known.with_evidence(observed_end=False).with_session(reason=reason)
        return known
    if not known.is_news(moment.sent_ms, event.rank):
        return known
    return closed(known, reason, moment.sent_ms, event.rank)


def closed(
    known: Known, reason: str, at_ms: int, rank: int, *, observed_end: bool = False
) -> Known:
    """The session's process has left it."""
    known = known.entering(
        Status.CLOSED,
        reason,
        at_ms,
        rank,
        asking=None,
        open_prompt=False,
        queued_prompt=False,
        observed_end=observed_end,
    )
    return known.with_session(activity=None, subagents=(), background_tasks=())


def _notified(known: Known, event: HookEvent, moment: Moment) -> Known:
    """Notifications come seconds after the fact: they heal what a lost hook left."""
    session = known.session
    if not known.is_news(moment.sent_ms, event.rank) or session.status is Status.CLOSED:
        return known
    match event.notification_type:
        case "permission_prompt" if session.status is Status.WORKING:
            return known.entering(Status.ATTENTION, "permission", moment.sent_ms, event.rank)
        case "elicitation_dialog" if session.status is Status.WORKING:
            return known.entering(
                Status.QUESTION, "mcp", moment.sent_ms, event.rank, asking=Asking("mcp")
            )
        case "agent_needs_input" if session.status is Status.WORKING:
            return known.entering(Status.QUESTION, "question", moment.sent_ms, event.rank)
        case "elicitation_response":
            return _elicitation_answered(known, event, moment)
        case "idle_prompt":
            return idle(known, moment.sent_ms, event.rank)
        case _:
            return known


def idle(known: Known, at_ms: int, rank: int) -> Known:
    """Nobody works: interrupted when a prompt had no end, else where it last rested."""
    evidence = known.evidence
    reason = "interrupted" if evidence.open_prompt else evidence.rested
    reason = reason or ("done" if evidence.worked else "ready")
    activity = known.session.activity if reason == "error" else None
    known = known.entering(Status.ATTENTION, reason, at_ms, rank, asking=None, open_prompt=False)
    return known.with_session(activity=activity)


def _compacting(known: Known, event: HookEvent, moment: Moment) -> Known:
    return _doing(known, Activity("compacting", ""), moment)


def _compacted(known: Known, event: HookEvent, moment: Moment) -> Known:
    activity = known.session.activity
    return (
        known if activity is None or activity.tool != "compacting" else _doing(known, None, moment)
    )


def _doing(known: Known, activity: Activity | None, moment: Moment) -> Known:
    """What the main conversation does now, unless something newer is shown."""
    if moment.sent_ms < known.evidence.activity_at_ms or known.session.status is Status.CLOSED:
        return known
    return known.with_evidence(activity_at_ms=moment.sent_ms).with_session(activity=activity)


def _subagent_doing(known: Known, agent_id: str, activity: Activity | None) -> Known:
    return known.with_session(
        subagents=tuple(
            replace(agent, activity=activity) if agent.agent_id == agent_id else agent
            for agent in known.session.subagents
        )
    )


def _subagent_started(known: Known, event: HookEvent, moment: Moment) -> Known:
    session = known.session
    agent_id = event.agent_id
    if agent_id is None or any(agent.agent_id == agent_id for agent in session.subagents):
        return known
    agent = Subagent(agent_id, event.agent_type or "", moment.sent_ms)
    return known.with_session(subagents=(*session.subagents, agent))


def _subagent_stopped(known: Known, event: HookEvent, moment: Moment) -> Known:
    session = known.session
    known = known.with_session(
        subagents=tuple(a for a in session.subagents if a.agent_id != event.agent_id),
        background_tasks=tuple(t for t in session.background_tasks if t.id != event.agent_id),
    )
    asking = known.evidence.asking
    if asking is not None and asking.agent_id is not None and asking.agent_id == event.agent_id:
        return _answered(known, event, moment)
    return known


def _task_created(known: Known, event: HookEvent, moment: Moment) -> Known:
    return _with_task(known, event, "open")


def _task_completed(known: Known, event: HookEvent, moment: Moment) -> Known:
    return _with_task(known, event, "completed")


def _with_task(known: Known, event: HookEvent, status: str) -> Known:
    if event.task_id is None:
        return known
    task = BackgroundTask(event.task_id, "task", status, one_line(event.task_subject or ""))
    return _with_background(known, task)


def _teammate_idle(known: Known, event: HookEvent, moment: Moment) -> Known:
    name = event.teammate_name
    if name is None:
        return known
    task = BackgroundTask(event.agent_id or name, "teammate", "idle", one_line(name))
    return _with_background(known, task)


def _with_background(known: Known, task: BackgroundTask) -> Known:
    """The tree with one task in its newest state, at its old place."""
    tasks = known.session.background_tasks
    if any((old.id, old.type) == (task.id, task.type) for old in tasks):
        tasks = tuple(task if (old.id, old.type) == (task.id, task.type) else old for old in tasks)
    else:
        tasks = (*tasks, task)
    return known.with_session(background_tasks=tasks)


_RULES: dict[Meaning, Callable[[Known, HookEvent, Moment], Known]] = {
    Meaning.STARTED: _started,
    Meaning.PROMPTED: _prompted,
    Meaning.TOOL_STARTED: _tool_started,
    Meaning.TOOL_FINISHED: _tool_finished,
    Meaning.TOOLS_FINISHED: _tools_finished,
    Meaning.PERMISSION_ASKED: _permission_asked,
    Meaning.ELICITED: _elicited,
    Meaning.ELICITATION_ANSWERED: _elicitation_answered,
    Meaning.STOPPED: _stopped,
    Meaning.FAILED: _failed,
    Meaning.ENDED: _ended,
    Meaning.NOTIFIED: _notified,
    Meaning.COMPACTING: _compacting,
    Meaning.COMPACTED: _compacted,
    Meaning.SUBAGENT_STARTED: _subagent_started,
    Meaning.SUBAGENT_STOPPED: _subagent_stopped,
    Meaning.TASK_CREATED: _task_created,
    Meaning.TASK_COMPLETED: _task_completed,
    Meaning.TEAMMATE_IDLE: _teammate_idle,
}

"""How a turn begins, works and ends: prompts, tools of the main conversation, Stop, StopFailure.

Rule: pure functions. What may change a status asks `is_news` first, with the time at which its hook
started: asynchronous hooks overtake one another, and spooled ones come hours late. What begins or
ends a turn settles it: whatever is older belongs to the turn before, even where the status was
right already.
"""

from agent_console.claude_code.hook_event import HookEvent
from agent_console.claude_code.tool_summary import one_line
from agent_console.daemon.state.evidence import REMEMBERED_PROMPTS, Known
from agent_console.daemon.state.tree_rules import SHOWN, more_tasks, shown_tasks
from agent_console.model.session import Activity, BackgroundTask, Status

LEAD_MS = 2_000
"""The registry may be this much faster than the hook that explains what it says."""


def begun(known: Known, at_ms: int, rank: int, rested: str | None = None) -> Known:
    """A process has taken the session up: nothing of before goes on.

    Args:
        known: The session as it was.
        at_ms: When.
        rank: Among events of that time.
        rested: `ready` when a hook said so; the registry alone leaves it open what an idle session
            has done.
    """
    known = known.entering(
        Status.ATTENTION,
        "ready",
        at_ms,
        rank,
        open_prompt=False,
        queued_prompt=False,
        asking=(),
        rested=rested,
        worked=False,
    )
    known = known.settled(at_ms, rank)
    return known.with_session(activity=None, subagents=(), background_tasks=())


def prompted(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """A prompt was taken up, queued behind the running turn, or injected by Claude Code."""
    evidence = known.evidence
    if not known.is_news(sent_ms, event.rank):
        return known
    text_hash = hash(event.prompt)
    if (
        evidence.open_prompt
        and event.prompt_id is not None
        and event.prompt_id == evidence.prompt_id
    ):
        # A prompt queued behind a running turn carries that turn's id and does not end it.
        return known.with_evidence(
            queued_prompt=evidence.queued_prompt or text_hash != evidence.prompt_hash
        )
    turn = {
        "open_prompt": True,
        "prompt_id": event.prompt_id,
        "prompt_hash": text_hash,
        "queued_prompt": False,
    }
    if _is_injected(event) and any(asking.agent_id is not None for asking in evidence.asking):
        return known.with_evidence(**turn)  # another subagent still waits for the person
    known = known.entering(Status.WORKING, None, sent_ms, event.rank, asking=(), **turn)
    return doing(known.settled(sent_ms, event.rank), None, sent_ms)


def _is_injected(event: HookEvent) -> bool:
    """Claude Code itself prompts the model when a background task ends."""
    return (event.prompt or "").startswith("<task-notification>")


def working(known: Known, event: HookEvent, sent_ms: int) -> Known | None:
    """The session while a tool of its turn runs or has run; null when that is no news."""
    evidence = known.evidence
    if (
        known.session.status is Status.CLOSED
        or not known.is_news(sent_ms, event.rank)
        or event.prompt_id in evidence.stopped_prompts
    ):
        return None
    return known.entering(
        Status.WORKING,
        None,
        sent_ms,
        event.rank,
        open_prompt=True,
        prompt_id=event.prompt_id or evidence.prompt_id,
    )


def stopped(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """A turn has ended; what it left running behind decides whether the person is needed."""
    told = [task for task in event.tasks_behind if task.status == "running"]
    running = tuple(
        BackgroundTask(task.id, task.type, task.status, one_line(task.description))
        for task in told[:SHOWN]
    )
    if len(told) > SHOWN:
        running = (*running, more_tasks(len(told) - SHOWN, "running"))
    if not _ends_turn(known, event, sent_ms):
        return _remember_stop(known, event)
    session = known.session
    listed = tuple(task for task in session.background_tasks if task.type == "task")
    behind = {task.id for task in told}
    known = _remember_stop(known, event).with_session(
        background_tasks=shown_tasks(running + listed) if listed else running,
        subagents=tuple(agent for agent in session.subagents if agent.agent_id in behind),
    )
    waiting = tuple(asking for asking in known.evidence.asking if asking.agent_id in behind)
    if waiting and session.status in (Status.ATTENTION, Status.QUESTION):
        # The turn is over, but its subagent still waits for the person.
        return known.with_evidence(open_prompt=False, rested="done", asking=waiting)
    at_ms = max(sent_ms, known.evidence.changed_at_ms)
    if running:
        known = known.entering(
            Status.WORKING,
            "background",
            at_ms,
            event.rank,
            asking=(),
            open_prompt=False,
            rested="done",
        )
        return doing(known.settled(at_ms, event.rank), None, at_ms)
    return rests(known, "done", at_ms, event.rank, activity=None)


def failed(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """A turn has ended with an error of the API; the person sees its cause."""
    if not _ends_turn(known, event, sent_ms):
        return _remember_stop(known, event)
    cause = ": ".join(
        part for part in (event.error, one_line(event.last_assistant_message or "")) if part
    )
    at_ms = max(sent_ms, known.evidence.changed_at_ms)
    known = _remember_stop(known, event)
    return rests(known, "error", at_ms, event.rank, activity=Activity(None, one_line(cause)))


def _ends_turn(known: Known, event: HookEvent, sent_ms: int) -> bool:
    """Whether a Stop or StopFailure still says where the session is.

    Where the registry was faster than the hook, a normal end looked interrupted, or like a rest
    without a reason.
    """
    session, evidence = known.session, known.evidence
    if session.status is Status.CLOSED:
        return False
    if known.is_news(sent_ms, event.rank):
        return True
    if event.prompt_id in evidence.stopped_prompts or session.status is not Status.ATTENTION:
        return False
    if session.reason == "interrupted":
        return evidence.prompt_id is None or event.prompt_id in {None, evidence.prompt_id}
    return evidence.unexplained and sent_ms >= evidence.changed_at_ms - LEAD_MS


def _remember_stop(known: Known, event: HookEvent) -> Known:
    evidence = known.evidence
    prompt_id = event.prompt_id
    if prompt_id is None:
        return known
    before = evidence.stopped_prompts
    if prompt_id not in before:
        before = (*before[-(REMEMBERED_PROMPTS - 1) :], prompt_id)
    return known.with_evidence(
        stopped_prompts=before,
        open_prompt=evidence.open_prompt and prompt_id != evidence.prompt_id,
    )


def rests(known: Known, reason: str, at_ms: int, rank: int, activity: Activity | None) -> Known:
    """The session has nothing to do: the person is needed."""
    known = known.entering(
        Status.ATTENTION,
        reason,
        at_ms,
        rank,
        asking=(),
        open_prompt=False,
        rested=reason,
        activity_at_ms=at_ms,
    )
    return known.settled(at_ms, rank).with_session(activity=activity)


def idle(known: Known, at_ms: int, rank: int) -> Known:
    """Nobody works: interrupted when a prompt had no end, else where it last rested."""
    session, evidence = known.session, known.evidence
    rests_so = session.status is Status.ATTENTION and session.reason == "interrupted"
    reason = "interrupted" if evidence.open_prompt or rests_so else evidence.rested
    reason = reason or ("done" if evidence.worked else "ready")
    activity = known.session.activity if reason == "error" else None
    known = known.entering(
        Status.ATTENTION, reason, at_ms, rank, asking=(), open_prompt=False, unexplained=True
    )
    return known.with_session(activity=activity)


def closed(
    known: Known, reason: str | None, at_ms: int, rank: int, *, observed_end: bool = False
) -> Known:
    """The session's process has left it."""
    known = known.entering(
        Status.CLOSED,
        reason,
        at_ms,
        rank,
        asking=(),
        open_prompt=False,
        queued_prompt=False,
        observed_end=observed_end,
    )
    return known.settled(at_ms, rank).with_session(activity=None, subagents=(), background_tasks=())


def doing(known: Known, activity: Activity | None, sent_ms: int) -> Known:
    """What the main conversation does now, unless something newer is shown."""
    if sent_ms < known.evidence.activity_at_ms or known.session.status is Status.CLOSED:
        return known
    return known.with_evidence(activity_at_ms=sent_ms).with_session(activity=activity)

"""How a session asks the person, and how it shows that it was answered.

Rule: pure functions. Nothing fires at the moment of an answer; the tool that waited, or the batch
it belongs to, tells of it later. Several may ask at once (each subagent by itself), so a session
works again only when nobody waits any more. An ask of a subagent counts like one of the session:
somebody must answer it.
"""

from agent_console.claude_code.hook_event import ASKING_TOOLS, HookEvent
from agent_console.claude_code.tool_summary import one_line, tool_summary
from agent_console.daemon.state.evidence import REMEMBERED_CALLS, Asking, Known
from agent_console.daemon.state.turn_rules import LEAD_MS, doing, rests
from agent_console.model.session import Activity, Status

_MCP = "mcp"


def asked_with_tool(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """A tool waits for the person: a question, a plan, or a permission."""
    tool = event.tool_name or ""
    reason = ASKING_TOOLS.get(tool)
    asking = Asking(
        Status.ATTENTION if reason is None else Status.QUESTION,
        reason or "permission",
        Activity(event.tool_name, tool_summary(event.tool_input)),
        tool,
        event.agent_id,
        event.tool_use_id,
        hash(bytes(event.tool_input)),
    )
    return _asked(known, asking, event, sent_ms)


def elicited(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """An MCP server asks the person."""
    activity = Activity(event.mcp_server_name, one_line(event.message or ""))
    asking = Asking(Status.QUESTION, _MCP, activity, _MCP, event.agent_id)
    return _asked(known, asking, event, sent_ms)


def _asked(known: Known, asking: Asking, event: HookEvent, sent_ms: int) -> Known:
    evidence = known.evidence
    if known.session.status is Status.CLOSED:
        return known
    if asking.agent_id is None and event.prompt_id in evidence.stopped_prompts:
        return known
    pending = tuple(other for other in evidence.asking if not _is_same(other, asking))
    if not known.is_news(sent_ms, event.rank):
        # The registry, or another ask, was heard first; what was asked before a turn's end was not.
        session = known.session
        waits = session.status is Status.QUESTION or session.reason == "permission"
        late = evidence.unexplained and waits
        if not (late or pending) or sent_ms < evidence.changed_at_ms - LEAD_MS:
            return known
        sent_ms = evidence.changed_at_ms
    known = known.entering(
        asking.status,
        asking.reason,
        sent_ms,
        event.rank,
        asking=(*pending, asking),
        asked_at_ms=sent_ms,
        activity_at_ms=sent_ms,
    )
    if asking.agent_id is None:
        prompt_id = event.prompt_id or evidence.prompt_id
        known = known.with_evidence(open_prompt=True, prompt_id=prompt_id)
    return known.with_session(activity=asking.activity)


def _is_same(one: Asking, other: Asking) -> bool:
    """PreToolUse and PermissionRequest both tell of a question."""
    return (one.tool, one.agent_id) == (other.tool, other.agent_id) and (
        one.tool in ASKING_TOOLS or one.tool == _MCP or one.input_hash == other.input_hash
    )


def answered_by_tool(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """The end of a tool: an answer, if it is the one that waited."""
    return _answered(
        known,
        tuple(asking for asking in known.evidence.asking if not _is_answer(known, asking, event)),
        event,
        sent_ms,
    )


def answered_by_all(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """The end of all tools of the main conversation or of a subagent: whatever these asked."""
    return _answered(
        known,
        tuple(asking for asking in known.evidence.asking if asking.agent_id != event.agent_id),
        event,
        sent_ms,
    )


def elicitation_answered(known: Known, event: HookEvent, sent_ms: int) -> Known:
    """What an MCP server asked is answered, also when only the registry told that it asked."""
    evidence = known.evidence
    if evidence.unexplained and not evidence.asking and known.session.status is Status.QUESTION:
        return _answer_shown(known, event, sent_ms)
    return _answered(
        known,
        tuple(
            asking
            for asking in known.evidence.asking
            if asking.tool != _MCP or asking.agent_id != event.agent_id
        ),
        event,
        sent_ms,
    )


def call_started(known: Known, event: HookEvent) -> Known:
    """A call and its input as the model made it; what is asked for it has the same input."""
    if event.tool_use_id is None:
        return known
    calls = known.evidence.calls[-(REMEMBERED_CALLS - 1) :]
    call = (event.tool_use_id, hash(bytes(event.tool_input)))
    return known.with_evidence(calls=(*calls, call))


def _is_answer(known: Known, asking: Asking, event: HookEvent) -> bool:
    if asking.agent_id != event.agent_id or asking.tool != event.tool_name:
        return False
    if asking.tool in ASKING_TOOLS:  # its input comes back with the answers in it
        return True
    if asking.tool_use_id is not None:
        return asking.tool_use_id == event.tool_use_id
    if asking.input_hash == hash(bytes(event.tool_input)):
        return True
    # The person may have changed what the call is to do before they allowed it.
    return (event.tool_use_id, asking.input_hash) in known.evidence.calls


def _answered(known: Known, pending: tuple[Asking, ...], event: HookEvent, sent_ms: int) -> Known:
    """Back to what else is asked, or to what the session did before it asked."""
    if len(pending) == len(known.evidence.asking) or known.session.status is Status.CLOSED:
        return known
    return _answer_shown(known, event, sent_ms, pending)


def _answer_shown(
    known: Known, event: HookEvent, sent_ms: int, pending: tuple[Asking, ...] = ()
) -> Known:
    if not known.is_news(sent_ms, event.rank):
        return known
    if pending:
        last = pending[-1]
        known = known.entering(last.status, last.reason, sent_ms, event.rank, asking=pending)
        return known.with_evidence(activity_at_ms=sent_ms).with_session(activity=last.activity)
    if event.agent_id is None or known.evidence.open_prompt:
        reason = None
    elif works_behind(known):
        reason = "background"
    else:
        return rests(known, "done", sent_ms, event.rank, activity=None)
    known = known.entering(Status.WORKING, reason, sent_ms, event.rank, asking=())
    return doing(known, None, sent_ms)


def works_behind(known: Known) -> bool:
    """Whether something of the session runs behind its turn."""
    return any(task.status == "running" for task in known.session.background_tasks)

"""What a SET means: a status told by hand, and what it names beside it.

Rule: pure functions. A SET is the busiest request there is: what it does not name costs nothing,
and one that says nothing new gives back the very same.
"""

from typing import Any

from msgspec import UNSET

from agent_console.claude_code.hook_event import Rank
from agent_console.daemon.state.evidence import CLOSED, Known
from agent_console.daemon.state.turn_rules import closed
from agent_console.model.session import AgentType, Session
from agent_console.protocol.messages import SetSession


def after_set(known: Known, request: SetSession, at_ms: int, *, gone: bool) -> Known:
    """The session as the request says it is; the same object when it is so already.

    Args:
        known: The session.
        request: What a client said of it.
        at_ms: When, Unix milliseconds.
        gone: Its process, if it had one, has left it.
    """
    session, status = known.session, request.status
    fields = _news(request, session)
    if status is not UNSET and status is not session.status:
        reason = None if request.reason is UNSET else request.reason
        if "reason" in fields:
            del fields["reason"]
        at = known.evidence.changed_at_ms
        at = at_ms if at_ms > at else at  # noqa: FURB136 - a third of the time of `max`
        if status is CLOSED:
            known = closed(known, reason, at, Rank.END)
        else:
            known = known.entering(status, reason, at, Rank.END, asking=())
            if session.activity is not None:
                fields["activity"] = None
            if gone and session.closed:
                fields["pid"] = None
    if fields:
        known = known.with_session(**fields)
        if "working_dir" in fields:
            known = known.with_evidence(facts_at_ms=at_ms)
    return known


def _news(request: SetSession, session: Session) -> dict[str, Any]:
    """What a SET says beside the status that is not so already; null clears."""
    fields: dict[str, Any] = {}
    if request.working_dir is not UNSET and request.working_dir != session.working_dir:
        fields["working_dir"] = request.working_dir
    if request.agent_type is not UNSET:
        agent_type = request.agent_type or AgentType.CLAUDE_CODE.value
        if agent_type != session.agent_type:
            fields["agent_type"] = agent_type
    if request.reason is not UNSET and request.reason != session.reason:
        fields["reason"] = request.reason
    if request.label is not UNSET and request.label != session.label:
        fields["label"] = request.label
    if request.priority is not UNSET and (request.priority or 0) != session.priority:
        fields["priority"] = request.priority or 0
    if request.note is not UNSET and request.note != session.note:
        fields["note"] = request.note
    return fields


def tells_status_alone(request: SetSession, session: Session) -> bool:
    """Whether it says nothing new but the status, and nothing that the ledger has to keep."""
    return (
        request.label is UNSET
        and request.priority is UNSET
        and request.note is UNSET
        and request.reason is UNSET
        and request.agent_type is UNSET
        and (request.working_dir is UNSET or request.working_dir == session.working_dir)
    )

"""What Claude Code's status line tells of a session and of the account.

Rule: pure functions. Gauges are shown, never added up; what is not told keeps its value.
"""

from agent_console.claude_code.statusline import RateLimitField, StatusLineEvent
from agent_console.claude_code.tool_summary import one_line
from agent_console.daemon.state.evidence import Known
from agent_console.model.usage import Limit, Limits

_LAST_SECOND = 253_402_300_799
"""The end of the year 9999: a later reset is no time."""


def with_gauges(known: Known, event: StatusLineEvent) -> Known:
    """A session with the model, title and context its status line shows."""
    session = known.session
    model = event.model.id if event.model is not None else None
    context = event.context_window
    used = context.used_percentage if context is not None else None
    return known.with_session(
        model=model or session.model,
        title=one_line(event.session_name or "") or session.title,
        context_used_percent=session.context_used_percent if used is None else used,
        transcript_path=event.transcript_path or session.transcript_path,
    )


def gauge_usd(event: StatusLineEvent) -> float:
    """What Claude Code says the session has cost, as far as that can be a cost."""
    told = 0.0 if event.cost is None else event.cost.total_cost_usd
    return told if 0 <= told < float("inf") else 0.0


def limits_told(event: StatusLineEvent, before: Limits, at_ms: int) -> Limits:
    """The account's limits after a status line."""
    told = event.rate_limits
    if told is None:
        return before
    return Limits(
        five_hour=_limit(told.five_hour, at_ms) or before.five_hour,
        seven_day=_limit(told.seven_day, at_ms) or before.seven_day,
    )


def _limit(told: RateLimitField | None, at_ms: int) -> Limit | None:
    if told is None or told.used_percentage is None:
        return None
    resets_at = told.resets_at
    is_time = resets_at is not None and 0 <= resets_at <= _LAST_SECOND
    resets_at_ms = int(resets_at * 1000) if resets_at is not None and is_time else None
    return Limit(told.used_percentage, resets_at_ms, "official", at_ms)

"""Alerts about what only the daemon knows: the account's limits, a session's context, and waiting.

Rule: pure functions. What they want raised is an entry for the ledger, which raises it once for its
key, whatever was restarted meanwhile.
"""

from agent_console.config_alerts import AlertsConfig
from agent_console.model.format import elapsed
from agent_console.model.session import Session, Status
from agent_console.model.usage import Limit, Limits
from agent_console.usage.entries import EndEpisode, LedgerEntry, RaiseAlert
from agent_console.usage.tables.alerts import RaisedAlert

_HOUR_MS = 3_600_000
_WAITING = (Status.ATTENTION, Status.QUESTION)
_USED_UP = 100


def limit_alerts(
    before: Limits, after: Limits, wanted: AlertsConfig, at_ms: int
) -> tuple[LedgerEntry, ...]:
    """What a status line that tells the account's limits gives rise to: once for each window."""
    windows = (
        ("5-hour", before.five_hour, after.five_hour, wanted.five_hour_percent, 5),
        ("7-day", before.seven_day, after.seven_day, wanted.seven_day_percent, 7 * 24),
    )
    return tuple(
        RaiseAlert(_limit_alert(name, now, percent, hours, at_ms))
        for name, earlier, now, percent, hours in windows
        if percent
        and now is not None
        and now.source == "official"
        and now.used_percent >= percent
        and not (
            earlier is not None
            and earlier.used_percent >= percent
            and _window(earlier, hours) == _window(now, hours)
        )
    )


def context_alerts(
    before: Session | None, after: Session, wanted: AlertsConfig, at_ms: int
) -> tuple[LedgerEntry, ...]:
    """What a session's gauge gives rise to: once until it has been below again.

    Args:
        before: The session as it was; a gauge that nobody told may have been anything.
        after: As it is now.
        wanted: When to alert.
        at_ms: Now, Unix milliseconds.
    """
    percent, used = wanted.context_percent, after.context_used_percent
    if not percent or used is None:
        return ()
    earlier = None if before is None else before.context_used_percent
    key = f"context:{after.session_id}:{percent}"
    if used < percent:
        return (EndEpisode(key),) if earlier is None or earlier >= percent else ()
    if earlier is not None and earlier >= percent:
        return ()
    alert = RaisedAlert(
        once_key=key,
        kind="context",
        severity="warning",
        message=f"The context of {after.display_name} is {used:.0f} % full.",
        at_ms=at_ms,
        session_id=after.session_id,
        percent=used,
    )
    return (RaiseAlert(alert),)


def waits(session: Session) -> bool:
    """Whether it waits for the person, who has not looked at it."""
    return session.status in _WAITING and not session.seen


def waiting_alert(session: Session, at_ms: int) -> RaisedAlert:
    """That a session waits too long; `at_ms` is now, Unix milliseconds."""
    why = f" ({session.reason})" if session.reason else ""
    return RaisedAlert(
        once_key=f"waiting:{session.session_id}:{session.since_ms}",
        kind="waiting",
        severity="warning",
        message=(
            f"{session.display_name} waits for you since {elapsed(at_ms - session.since_ms)}{why}."
        ),
        at_ms=at_ms,
        session_id=session.session_id,
    )


def _limit_alert(name: str, limit: Limit, percent: int, hours: int, at_ms: int) -> RaisedAlert:
    return RaisedAlert(
        once_key=f"limit:{name}:{_window(limit, hours)}:{percent}",
        kind="limit",
        severity="exceeded" if limit.used_percent >= _USED_UP else "warning",
        message=f"{limit.used_percent:.0f} % of the account's {name} limit is used.",
        at_ms=at_ms,
        percent=limit.used_percent,
    )


def _window(limit: Limit, hours: int) -> int:
    """Which window a limit is told of: its end, as far as that is told, to the hour."""
    if limit.resets_at_ms is None:
        return limit.at_ms // (hours * _HOUR_MS)
    return (limit.resets_at_ms + _HOUR_MS // 2) // _HOUR_MS

"""What the person was told of: the ledger's table `budget_alerts`.

Rule 1: the caller's transaction. An alert is raised in the transaction that gave rise to it, under
        a key that says what it is about with its period and threshold, and is there once whoever
        writes the ledger, and however often.
Rule 2: `told_at_ms` is null while subscribers of the daemon have still to hear an alert's newest
        state. Whoever changes one clears it; only the daemon sets it.
"""

from collections.abc import Iterable, Sequence
from sqlite3 import Connection
from typing import Any

from msgspec import Struct
from msgspec.json import encode

from agent_console.model.usage import Alert
from agent_console.usage.cost_sql import PICO_PER_USD

KEPT_IN_ANSWER = 1_000
"""More alerts are not listed at once."""

_COLUMNS = (
    "alert_no, kind, severity, message, at_ms, session_id, budget_no, percent, threshold_percent, "
    "spent_pico_usd, limit_pico_usd, spent_tokens, limit_tokens, acknowledged_at_ms, "
    "snoozed_until_ms"
)
_READ = f"SELECT {_COLUMNS} FROM budget_alerts"  # noqa: S608 - constants only
_RAISED = (
    "once_key, kind, severity, message, at_ms, session_id, budget_no, percent, threshold_percent, "
    "spent_pico_usd, limit_pico_usd, spent_tokens, limit_tokens, told_at_ms, acknowledged_at_ms"
)


class RaisedAlert(Struct, frozen=True, kw_only=True):
    """An alert to be raised, once for its key.

    Attributes:
        once_key: What it is about, with its period and threshold.
        is_told: It goes into the history only, because another says the same and more.
    """

    once_key: str
    kind: str
    severity: str
    message: str
    at_ms: int
    session_id: str | None = None
    budget_no: int | None = None
    percent: float | None = None
    threshold_percent: int | None = None
    spent_pico_usd: int | None = None
    limit_pico_usd: int | None = None
    spent_tokens: int | None = None
    limit_tokens: int | None = None
    is_told: bool = False


def raise_alert(connection: Connection, alert: RaisedAlert) -> bool:
    """Put an alert into the history; false when one with its key is there."""
    values = (
        alert.once_key,
        alert.kind,
        alert.severity,
        alert.message,
        alert.at_ms,
        alert.session_id,
        alert.budget_no,
        alert.percent,
        alert.threshold_percent,
        alert.spent_pico_usd,
        alert.limit_pico_usd,
        alert.spent_tokens,
        alert.limit_tokens,
        *(2 * (alert.at_ms if alert.is_told else None,)),
    )
    marks = ", ".join("?" * len(values))
    made = connection.execute(
        f"INSERT INTO budget_alerts ({_RAISED}) SELECT {marks} "  # noqa: S608 - constants only
        # (A conflict would use a number up.)
        "WHERE NOT EXISTS (SELECT 1 FROM budget_alerts WHERE once_key = ?)",
        (*values, alert.once_key),
    )
    return made.rowcount > 0


def end_episode(connection: Connection, once_key: str) -> None:
    """What this key is about is over: it may be raised again."""
    connection.execute(
        "UPDATE budget_alerts SET once_key = once_key || ':' || alert_no WHERE once_key = ?",
        (once_key,),
    )


def read_alerts(
    connection: Connection, at_ms: int, *, unacknowledged: bool = False, limit: int = KEPT_IN_ANSWER
) -> list[Alert]:
    """Alerts, the latest first.

    Args:
        connection: The ledger.
        at_ms: Now, Unix milliseconds.
        unacknowledged: Only those that wait for the person: neither acknowledged nor snoozed now.
        limit: How many at most.
    """
    where = (
        "WHERE acknowledged_at_ms IS NULL AND coalesce(snoozed_until_ms, 0) <= ?"
        if unacknowledged
        else "WHERE ? NOT NULL"
    )
    found = connection.execute(
        f"{_READ} {where} ORDER BY at_ms DESC, alert_no DESC LIMIT ?",
        (at_ms, min(limit, KEPT_IN_ANSWER)),
    )
    return [_alert(row) for row in found]


def acknowledge(connection: Connection, alert_ids: Sequence[str] | None, at_ms: int) -> int:
    """The person has taken note of these alerts, or of all; how many that changes."""
    which, parameters = _which(alert_ids)
    return connection.execute(
        "UPDATE budget_alerts SET acknowledged_at_ms = ?, snoozed_until_ms = NULL, "  # noqa: S608
        f"told_at_ms = NULL WHERE acknowledged_at_ms IS NULL AND {which}",
        (at_ms, *parameters),
    ).rowcount


def snooze(connection: Connection, alert_ids: Sequence[str] | None, until_ms: int) -> int:
    """Let these alerts, or all that wait, come back at `until_ms`; how many that changes."""
    which, parameters = _which(alert_ids)
    return connection.execute(
        "UPDATE budget_alerts SET snoozed_until_ms = ?, told_at_ms = NULL "  # noqa: S608
        f"WHERE acknowledged_at_ms IS NULL AND {which}",
        (until_ms, *parameters),
    ).rowcount


def unknown_ids(connection: Connection, alert_ids: Iterable[str]) -> list[str]:
    """Those that name no alert."""
    return [
        alert_id
        for alert_id in alert_ids
        if not _is_number(alert_id)
        or connection.execute(
            "SELECT 1 FROM budget_alerts WHERE alert_no = ?", (int(alert_id),)
        ).fetchone()
        is None
    ]


def has_untold(connection: Connection, at_ms: int) -> bool:
    """Whether subscribers have something to hear."""
    found = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM budget_alerts WHERE told_at_ms IS NULL) OR EXISTS "
        "(SELECT 1 FROM budget_alerts WHERE snoozed_until_ms <= ?)",
        (at_ms,),
    ).fetchone()
    return bool(found[0])


def next_snooze_end(connection: Connection) -> int | None:
    """When the first snooze is over, Unix milliseconds; null when nothing is snoozed."""
    found: int | None = connection.execute(
        "SELECT min(snoozed_until_ms) FROM budget_alerts WHERE snoozed_until_ms IS NOT NULL"
    ).fetchone()[0]
    return found


def take_untold(connection: Connection, at_ms: int) -> tuple[Alert, ...]:
    """What subscribers have to hear, the oldest first; from now on it counts as told."""
    connection.execute(
        "UPDATE budget_alerts SET snoozed_until_ms = NULL, told_at_ms = NULL "
        "WHERE snoozed_until_ms <= ?",
        (at_ms,),
    )
    rows = connection.execute(f"{_READ} WHERE told_at_ms IS NULL ORDER BY alert_no").fetchall()
    connection.execute(
        "UPDATE budget_alerts SET told_at_ms = ? "
        "WHERE alert_no IN (SELECT value FROM json_each(?))",
        (at_ms, encode([row[0] for row in rows])),
    )
    return tuple(map(_alert, rows))


def _which(alert_ids: Sequence[str] | None) -> tuple[str, tuple[Any, ...]]:
    if alert_ids is None:
        return "1", ()
    numbers = [int(alert_id) for alert_id in alert_ids if _is_number(alert_id)]
    return "alert_no IN (SELECT value FROM json_each(?))", (encode(numbers),)


def _is_number(alert_id: str) -> bool:
    return alert_id.isascii() and alert_id.isdecimal() and len(alert_id) < 19


def _alert(row: tuple[Any, ...]) -> Alert:
    number, kind, severity, message, at_ms, session_id, budget_no, percent, threshold, *rest = row
    spent_pico, limit_pico, spent_tokens, limit_tokens, acknowledged, snoozed = rest
    return Alert(
        alert_id=str(number),
        kind=kind,
        severity=severity,
        message=message,
        at_ms=at_ms,
        session_id=session_id,
        budget_id=None if budget_no is None else str(budget_no),
        percent=percent,
        threshold_percent=threshold,
        spent_usd=None if spent_pico is None else spent_pico / PICO_PER_USD,
        limit_usd=None if limit_pico is None else limit_pico / PICO_PER_USD,
        spent_tokens=spent_tokens,
        limit_tokens=limit_tokens,
        acknowledged_at_ms=acknowledged,
        snoozed_until_ms=snoozed,
    )

"""The sums that reports read, by time, hour, day, session and session's day: what is added to them.

Rule: all rollups take the same gains, in the transaction that writes the rows, and a cell that
holds no row any more is deleted.

What new rows add is read off the rows, which have just been written: their figures need not be
handed to SQLite once more for each rollup. What a row that was there before gains or loses comes as
numbers.

S608 is silenced where a text is put together from constants only.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import add
from sqlite3 import Connection
from typing import TypeVar

from agent_console.usage.cost_sql import SUMS
from agent_console.usage.database.many_rows import adding, insert_many
from agent_console.usage.periods import DAY_QUARTERS, HOUR_QUARTERS, QUARTER_MS

_HOUR_MS = HOUR_QUARTERS * QUARTER_MS
_DAY_MS = DAY_QUARTERS * QUARTER_MS

_ADD_BY_TIME = f"INSERT INTO usage_by_time (quarter, facet_no, messages, {', '.join(SUMS)})"
_TO_TIME = f"ON CONFLICT (quarter, facet_no) DO UPDATE SET {adding(('messages', *SUMS))}"
_ADD_BY_SESSION = (
    f"INSERT INTO usage_by_session (session_no, quarter, facet_no, messages, {', '.join(SUMS)})"
)
_TO_SESSION = (
    f"ON CONFLICT (session_no, quarter, facet_no) DO UPDATE SET {adding(('messages', *SUMS))}"
)
_ADD_BY_HOUR = f"INSERT INTO usage_by_hour (hour, facet_no, messages, {', '.join(SUMS)})"
_TO_HOUR = f"ON CONFLICT (hour, facet_no) DO UPDATE SET {adding(('messages', *SUMS))}"
_ADD_BY_DAY = f"INSERT INTO usage_by_day (day, facet_no, messages, {', '.join(SUMS)}, last_quarter)"
_TO_DAY = (
    f"ON CONFLICT (day, facet_no) DO UPDATE SET {adding(('messages', *SUMS))}, "
    "last_quarter = max(last_quarter, excluded.last_quarter)"
)
_ADD_BY_SESSION_DAY = (
    f"INSERT INTO usage_by_session_day (session_no, day, facet_no, messages, {', '.join(SUMS)}, "
    "last_quarter)"
)
_TO_SESSION_DAY = (
    f"ON CONFLICT (session_no, day, facet_no) DO UPDATE SET {adding(('messages', *SUMS))}, "
    "last_quarter = max(last_quarter, excluded.last_quarter)"
)
_FIGURES = ", ".join((*SUMS[:-1], f"coalesce({SUMS[-1]}, 0)"))
_OF_NEW_ROWS = "FROM messages WHERE message_no > ? AND NOT set_aside"
_OF_NEW_ROWS_IN_BRIEF = (
    "FROM messages CROSS JOIN facets USING (facet_no) WHERE message_no > ? AND NOT set_aside"
)
_ADD_NEW_ROWS = (
    (
        f"{_ADD_BY_SESSION} SELECT session_no, at_ms / {QUARTER_MS}, facet_no, 1, {_FIGURES} "
        f"{_OF_NEW_ROWS} {_TO_SESSION}"
    ),
    (
        f"{_ADD_BY_TIME} SELECT at_ms / {QUARTER_MS}, brief_no, 1, {_FIGURES} "
        f"{_OF_NEW_ROWS_IN_BRIEF} {_TO_TIME}"
    ),
    (
        f"{_ADD_BY_HOUR} SELECT at_ms / {_HOUR_MS}, brief_no, 1, {_FIGURES} "
        f"{_OF_NEW_ROWS_IN_BRIEF} {_TO_HOUR}"
    ),
    (
        f"{_ADD_BY_DAY} SELECT at_ms / {_DAY_MS}, facet_no, 1, {_FIGURES}, at_ms / {QUARTER_MS} "
        f"{_OF_NEW_ROWS} {_TO_DAY}"
    ),
    (
        f"{_ADD_BY_SESSION_DAY} SELECT session_no, at_ms / {_DAY_MS}, brief_no, 1, {_FIGURES}, "
        f"at_ms / {QUARTER_MS} {_OF_NEW_ROWS_IN_BRIEF} {_TO_SESSION_DAY}"
    ),
)
_MEND_LAST_QUARTER = f"""
UPDATE usage_by_day SET last_quarter = coalesce((
    SELECT at_ms / {QUARTER_MS} FROM messages
    WHERE at_ms >= day * {_DAY_MS} AND at_ms < (day + 1) * {_DAY_MS}
        AND messages.facet_no = usage_by_day.facet_no AND NOT set_aside
    ORDER BY at_ms DESC LIMIT 1
), last_quarter) WHERE day = ? AND facet_no = ?"""  # noqa: S608
_MEND_LAST_QUARTER_OF_SESSION = f"""
UPDATE usage_by_session_day AS summed SET last_quarter = (
    SELECT max(quarter) FROM usage_by_session AS part CROSS JOIN facets USING (facet_no)
    WHERE part.session_no = summed.session_no AND quarter >= day * {DAY_QUARTERS}
        AND quarter < (day + 1) * {DAY_QUARTERS} AND brief_no = summed.facet_no
) WHERE session_no = ? AND day = ? AND facet_no = ?"""  # noqa: S608

Cell = tuple[int, int, int]
"""Session, quarter, facet."""

Gains = Mapping[Cell, Sequence[int]]
"""Numbers of rows and their SUMS."""

_Gains = dict[tuple[int, int], Sequence[int]]
"""By quarter, hour or day, and facet."""

_Cell = TypeVar("_Cell", bound=tuple[int, ...])

_SessionGains = dict[Cell, Sequence[int]]
"""By session, day and facet."""


def add_new_rows(connection: Connection, before: int) -> None:
    """Add the rows with larger numbers than `before` to all rollups, but for those set aside."""
    for statement in _ADD_NEW_ROWS:
        connection.execute(statement, (before,))


def add_to_rollups(connection: Connection, gains: Gains, brief_no: Callable[[int], int]) -> None:
    """Add numbers of rows and their SUMS to cells of all rollups; empty ones disappear.

    Args:
        connection: The ledger, in a transaction in which the rows have been written.
        gains: What to add.
        brief_no: The brief facet of a facet.
    """
    if not gains:
        return
    by_session: list[tuple[int, ...]] = []
    by_time: _Gains = {}
    by_hour: _Gains = {}
    by_day: _Gains = {}
    by_session_day: _SessionGains = {}
    last_quarters: dict[tuple[int, ...], int] = {}
    for cell, gain in gains.items():
        if not any(gain):
            continue
        session_no, quarter, facet_no = cell
        brief, day = brief_no(facet_no), quarter // DAY_QUARTERS
        by_session.append((*cell, *gain))
        _add(by_time, (quarter, brief), gain)
        in_day, in_session_day = (day, facet_no), (session_no, day, brief)
        _add(by_day, in_day, gain)
        _add(by_session_day, in_session_day, gain)
        if gain[0] > 0:
            if quarter > last_quarters.get(in_day, 0):
                last_quarters[in_day] = quarter
            if quarter > last_quarters.get(in_session_day, 0):
                last_quarters[in_session_day] = quarter
    for (quarter, brief), gain in by_time.items():
        _add(by_hour, (quarter // HOUR_QUARTERS, brief), gain)
    insert_many(connection, _ADD_BY_SESSION, _TO_SESSION, by_session)
    insert_many(connection, _ADD_BY_TIME, _TO_TIME, _rows(by_time))
    insert_many(connection, _ADD_BY_HOUR, _TO_HOUR, _rows(by_hour))
    insert_many(connection, _ADD_BY_DAY, _TO_DAY, _days(by_day, last_quarters))
    session_days = _days(by_session_day, last_quarters)
    insert_many(connection, _ADD_BY_SESSION_DAY, _TO_SESSION_DAY, session_days)
    emptied = [cell for cell, gain in gains.items() if gain[0] < 0]
    if emptied:
        _take_out(connection, emptied, brief_no)
        _mend_last_quarters(connection, gains)


def _take_out(
    connection: Connection, emptied: Sequence[Cell], brief_no: Callable[[int], int]
) -> None:
    """Cells have lost rows: delete what is empty."""
    connection.executemany(
        "DELETE FROM usage_by_session WHERE session_no = ? AND quarter = ? AND facet_no = ? "
        "AND messages = 0",
        emptied,
    )
    briefs = {(quarter, brief_no(facet_no)) for _, quarter, facet_no in emptied}
    days = {(quarter // DAY_QUARTERS, facet_no) for _, quarter, facet_no in emptied}
    session_days = {
        (session_no, quarter // DAY_QUARTERS, brief_no(facet_no))
        for session_no, quarter, facet_no in emptied
    }
    connection.executemany(
        "DELETE FROM usage_by_time WHERE quarter = ? AND facet_no = ? AND messages = 0", briefs
    )
    connection.executemany(
        "DELETE FROM usage_by_hour WHERE hour = ? AND facet_no = ? AND messages = 0",
        {(quarter // HOUR_QUARTERS, facet_no) for quarter, facet_no in briefs},
    )
    connection.executemany(
        "DELETE FROM usage_by_day WHERE day = ? AND facet_no = ? AND messages = 0", days
    )
    connection.executemany(
        "DELETE FROM usage_by_session_day WHERE session_no = ? AND day = ? AND facet_no = ? "
        "AND messages = 0",
        session_days,
    )
    connection.executemany(_MEND_LAST_QUARTER_OF_SESSION, session_days)


def _mend_last_quarters(connection: Connection, gains: Gains) -> None:
    """Say anew when days were last used that have lost rows to no other session's same cell."""
    messages: dict[tuple[int, int], int] = {}
    for (_, quarter, facet_no), gain in gains.items():
        messages[quarter, facet_no] = messages.get((quarter, facet_no), 0) + gain[0]
    days = {
        (quarter // DAY_QUARTERS, facet_no)
        for (quarter, facet_no), gained in messages.items()
        if gained < 0
    }
    connection.executemany(_MEND_LAST_QUARTER, days)


def _add(sums: dict[_Cell, Sequence[int]], cell: _Cell, gain: Sequence[int]) -> None:
    known = sums.get(cell)
    sums[cell] = gain if known is None else list(map(add, known, gain))


def _rows(sums: _Gains) -> list[tuple[int, ...]]:
    return [(*cell, *gain) for cell, gain in sums.items() if any(gain)]


def _days(
    sums: Mapping[_Cell, Sequence[int]], last_quarters: Mapping[tuple[int, ...], int]
) -> list[tuple[int, ...]]:
    return [(*cell, *gain, last_quarters.get(cell, 0)) for cell, gain in sums.items() if any(gain)]

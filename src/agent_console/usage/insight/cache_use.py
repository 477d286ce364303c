"""How well the prompt cache serves: rates, money, what was lost, and who uses it poorly.

Rule: tokens are those of the report by the same grouping; rates are usage/reports/cache_rates.py's.
"""

from sqlite3 import Connection
from typing import Any

from msgspec import Struct

from agent_console.usage.insight.cache_keys import REPORTS, By, keys_of
from agent_console.usage.insight.cache_money import CacheMoney, cache_money
from agent_console.usage.insight.spent import within
from agent_console.usage.insight.unread_writes import Unread, unread_writes
from agent_console.usage.reports import query, selection
from agent_console.usage.reports.building import build
from agent_console.usage.reports.cache_rates import hit_rate
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.row import Row
from agent_console.usage.reports.sums import Sums

POOR = 5
"""So many sessions are named."""

LEAST_RESPONSES = 5
LEAST_SENT_TOKENS = 50_000
"""A session of less could not use a cache."""


class CacheUse(Struct, frozen=True):
    """A row.

    Attributes:
        key: That of the report's row; a day is the first of it, counted from 1970-01-01.
        label: What the row is called.
        title: Of a session, when it has one.
        sums: Its tokens.
    """

    key: tuple[Any, ...]
    label: str
    title: str | None
    sums: Sums
    money: CacheMoney
    unread: Unread

    @property
    def hit_rate(self) -> float | None:
        """Reads / (reads + writes + input); null when nothing was sent."""
        return hit_rate(self.sums)

    @property
    def sent_tokens(self) -> int:
        """All but the output."""
        return self.sums.tokens - self.sums.output

    @property
    def long_share(self) -> float | None:
        """The part of what was written that lives an hour; null when nothing was written."""
        sums = self.sums
        return sums.cache_write_1h / sums.cache_write if sums.cache_write else None


class CacheReport(Struct, frozen=True):
    """The use of the cache.

    Attributes:
        rows: In the order of the report.
        total: All of it.
        poor: Sessions that read less than asked for, the one that sent most beside it first.
    """

    rows: list[CacheUse]
    total: CacheUse
    poor: list[CacheUse]


def cache_report(
    connection: Connection, wanted: Filter, by: By, now_ms: int, poor_percent: float
) -> CacheReport:
    """The use of the cache.

    Args:
        connection: The ledger.
        wanted: What counts.
        by: What a row is.
        now_ms: Unix milliseconds.
        poor_percent: A session whose hit rate is below uses the cache poorly.
    """
    rows = cache_rows(connection, wanted, by, now_ms)
    return CacheReport(rows, _total(rows), _poor_sessions(connection, wanted, now_ms, poor_percent))


def cache_rows(connection: Connection, wanted: Filter, by: By, now_ms: int) -> list[CacheUse]:
    """The rows that have usage, in the order of the report."""
    report = build(connection, wanted, GROUPINGS[REPORTS[by]])
    keys = keys_of(connection, wanted, by)
    # Several buckets may be one row.
    money: dict[tuple[Any, ...], CacheMoney] = {}
    for (bucket, *others), each in cache_money(
        connection, keys.rows, keys.bucket, keys.facets
    ).items():
        known = money.setdefault((keys.fold(bucket), *others), CacheMoney())
        known.add(each.read_saved_pico, each.write_premium_pico, each.unpriced)
    unread = unread_writes(connection, wanted, keys, now_ms)
    return [
        CacheUse(
            row.key,
            _label(row, by),
            row.detail.title if by == "session" else None,
            row.sums,
            money.get(row.key, CacheMoney()),
            unread.get(row.key, Unread()),
        )
        for row in report.rows
        if row.sums is not None
    ]


def _label(row: Row, by: By) -> str:
    return str(row.detail.session_id) if by == "session" else row.label


def _total(rows: list[CacheUse]) -> CacheUse:
    total = CacheUse((), "Total", None, Sums(), CacheMoney(), Unread())
    for row in rows:
        money = row.money
        total.sums.add(row.sums)
        total.money.add(money.read_saved_pico, money.write_premium_pico, money.unpriced)
        total.unread.add(row.unread)
    return total


def _poor_sessions(
    connection: Connection, wanted: Filter, now_ms: int, poor_percent: float
) -> list[CacheUse]:
    rows = selection.select_rows(connection, wanted, by_session=True)
    sums: dict[int, Sums] = {}
    for (number,), each in query.grouped(connection, rows, query.SESSION):
        sums.setdefault(number, Sums()).add(each)
    poor = [number for number in sorted(sums) if _is_poor(sums[number], poor_percent)]
    poor.sort(key=lambda number: -_sent_beside(sums[number]))
    # Only of these the messages need to be looked at.
    ids = [_session_id(connection, number) for number in poor[:POOR]]
    if not ids:
        return []
    of_these = within(wanted, wanted.since, wanted.until, sessions=ids)
    found = {each.label: each for each in cache_rows(connection, of_these, "session", now_ms)}
    return [found[each] for each in ids]


def _session_id(connection: Connection, number: int) -> str:
    found = connection.execute("SELECT session_id FROM sessions WHERE session_no = ?", (number,))
    return str(found.fetchone()[0])


def _is_poor(sums: Sums, poor_percent: float) -> bool:
    if sums.responses < LEAST_RESPONSES:
        return False
    rate = hit_rate(sums)
    enough = sums.tokens - sums.output >= LEAST_SENT_TOKENS
    return enough and rate is not None and rate * 100 < poor_percent


def _sent_beside(sums: Sums) -> int:
    """Tokens that were sent and not read from the cache."""
    return sums.tokens - sums.output - sums.cache_read

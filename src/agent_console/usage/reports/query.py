"""The one query of all reports: sums over a rollup by whatever a report groups by.

Rule: every number of a report comes from `grouped`, with its conditions from `select_rows` and its
costs from usage/cost_sql.py. That is why all reports agree.

Facets that are alike for a report (same keys, same price) are added up under the first of them, so
that prices are looked up a few times for each bucket and not for each row. Prices change between
quarters, so a sum never crosses a change.
"""

from agent_console.usage.cost_sql import TOKENS, cost, priced, unpriced_tokens
from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from sqlite3 import Connection
    from typing import Any

    from agent_console.usage.cost_sql import Mode
    from agent_console.usage.reports.filter import Filter

SESSION = "session_no"
"""The bucket of a report by session."""

_SUMMED = (
    "messages",
    "input_tokens",
    "output_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "web_searches",
    "reported_nano_usd",
)
_UNLISTED = 2
_FACETS = 1 << 32
"""More than there will ever be."""

_ALIKE = (
    *("model_no", "speed_no", "service_tier_no", "inference_geo_no", "prompt_over"),
    *("kind", "output_is_lower_bound", "cost_is_reported"),
)
"""What a price is made from, and what the sums depend on beside it."""


class Selection:
    """The rows that a filter takes.

    Attributes:
        rollup: The table that can answer.
        where: Conditions on its columns, and `facets` those on columns of `facets`.
        first, last: The quarters of the earliest and latest row there may be.
    """

    __slots__ = ("facets", "first", "last", "mode", "rollup", "where")

    def __init__(
        self, rollup: str, where: str, facets: str, *, first: int, last: int, mode: "Mode"
    ) -> None:
        self.rollup = rollup
        self.where = where
        self.facets = facets
        self.first = first
        self.last = last
        self.mode: Mode = mode

    def of_sessions(self, numbers: "Iterable[int]") -> "Selection":
        """Of these, only those of some sessions."""
        return Selection(
            "usage_by_session",
            f"{self.where} AND session_no IN {_list(numbers)}",
            self.facets,
            first=self.first,
            last=self.last,
            mode=self.mode,
        )


def newest_sessions(connection: "Connection", count: int) -> list[int]:
    """The sessions that were active last."""
    found = connection.execute(
        "SELECT session_no FROM sessions ORDER BY coalesce(last_seen_ms, (SELECT "
        "max(last_line_ms) FROM sources WHERE sources.session_no = sessions.session_no), 0) DESC, "
        "session_no LIMIT ?",
        (count,),
    )
    return [number for (number,) in found]


def select_rows(connection: "Connection", wanted: "Filter", *, by_session: bool) -> Selection:
    """What the filter takes of the rollup that knows enough.

    Args:
        connection: The ledger.
        wanted: The filter.
        by_session: The report has to tell sessions apart.
    """
    from agent_console.usage.reports.matching import (  # noqa: PLC0415 - most reports name nothing
        model_numbers,
        project_numbers,
        session_numbers,
    )

    first, last = connection.execute(
        "SELECT (SELECT min(quarter) FROM usage_by_time), (SELECT max(quarter) FROM usage_by_time)"
    ).fetchone()
    conditions: list[str] = []
    if wanted.since is not None:
        conditions.append(f"quarter >= {wanted.since}")
        first = max(first or 0, wanted.since)
    if wanted.until is not None:
        conditions.append(f"quarter < {wanted.until}")
        last = min(last or 0, wanted.until)
    if wanted.sessions:
        conditions.append(f"session_no IN {_list(session_numbers(connection, wanted.sessions))}")
    facets: list[str] = []
    if wanted.projects:
        facets.append(f"project_no IN {_list(project_numbers(connection, wanted.projects))}")
    if wanted.models:
        facets.append(f"model_no IN {_list(model_numbers(connection, wanted.models))}")
    if not wanted.include_unlisted:
        facets.append(f"kind <> {_UNLISTED}")
    rollup = "usage_by_session" if by_session or wanted.sessions else "usage_by_time"
    return Selection(
        rollup,
        " AND ".join(conditions) or "1",
        " AND ".join(facets) or "1",
        first=first or 0,
        last=max(first or 0, last or 0),
        mode=wanted.mode,
    )


def grouped(
    connection: "Connection",
    rows: Selection,
    bucket: str = "0",
    facets: "Sequence[str]" = (),
    *,
    as_before: bool = False,
) -> "Iterator[tuple[tuple[Any, ...], Sums]]":
    """Sums by bucket and by columns of facets: the key (bucket first) with its sums.

    A key may come several times; what it comes with is then added up.

    Args:
        connection: The ledger.
        rows: What is summed.
        bucket: An expression of the columns `quarter` and `session_no`.
        facets: Columns of `facets`.
        as_before: The same facets count as last time, so what was found alike still is.
    """
    if not as_before:
        _find_alike(connection, rows, facets)
    sums = ", ".join(f"sum({column}) AS {column}" for column in _SUMMED)
    period = _price_period(connection, rows)
    # One integer is sorted faster than two columns.
    key = f"({bucket}) * {_FACETS} + alike_no"
    source = (
        f"(SELECT {bucket} AS bucket, alike_no AS facet_no, max(quarter) AS quarter, {sums} "  # noqa: S608
        f"FROM {rows.rollup} JOIN temp.alike USING (facet_no) WHERE {rows.where} "
        f"GROUP BY {key}{', ' + period if period else ''})"
    )
    keys = ", ".join(["usage.bucket", *(f"facet.{column}" for column in facets)])
    found = connection.execute(f"SELECT {_columns(rows.mode)}, {keys} FROM {priced(source)}")  # noqa: S608
    width = len(Sums.__slots__)
    return ((row[width:], Sums(*row[:width])) for row in found)


def sessions_of(
    connection: "Connection", rows: Selection, bucket: str = "0", facets: "Sequence[str]" = ()
) -> "Iterable[tuple[tuple[Any, ...], int]]":
    """Every session of every key, once: the key as `grouped` has it, with the session's number."""
    keys = ", ".join([bucket, *facets])
    found = connection.execute(
        f"SELECT DISTINCT session_no, {keys} FROM usage_by_session "  # noqa: S608
        f"JOIN facets USING (facet_no) WHERE {rows.where} AND {rows.facets}"
    )
    return ((row[1:], row[0]) for row in found)


def names(connection: "Connection", column: str) -> "dict[int, str]":
    """The names that a column of `facets` refers to, by their numbers."""
    return dict(
        connection.execute(
            f"SELECT name_no, name FROM names WHERE name_no IN (SELECT {column} FROM facets)"  # noqa: S608
        )
    )


def _find_alike(connection: "Connection", rows: Selection, facets: "Sequence[str]") -> None:
    """Fill `temp.alike`: for every facet of the selection the first one that is like it."""
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS alike (facet_no INTEGER PRIMARY KEY, alike_no INTEGER)"
    )
    connection.execute("DELETE FROM temp.alike")
    columns = ", ".join(dict.fromkeys((*facets, *_ALIKE)))
    connection.execute(
        f"INSERT INTO temp.alike SELECT facet_no, min(facet_no) OVER (PARTITION BY {columns}) "  # noqa: S608
        f"FROM facets WHERE {rows.facets}"
    )


def _columns(mode: "Mode") -> str:
    """The sums of a row, in the order of `Sums`."""
    money = cost(mode)
    return ", ".join(
        [
            "usage.messages",
            "iif(facet.kind = 1, usage.messages, 0)",
            *(f"usage.{column}" for column in _SUMMED[1:-1]),
            money,
            unpriced_tokens(mode),
            "iif(facet.output_is_lower_bound, usage.messages, 0)",
            f"iif(facet.kind = {_UNLISTED}, {TOKENS}, 0)",
            f"iif(facet.kind = {_UNLISTED}, {money}, NULL)",
            "usage.quarter",
        ]
    )


def _price_period(connection: "Connection", rows: Selection) -> str:
    """An expression that changes wherever some price does; nothing when none does."""
    changes = connection.execute(
        "SELECT from_quarter FROM facet_prices WHERE from_quarter > ?1 AND from_quarter <= ?2 "
        "UNION SELECT to_quarter FROM facet_prices WHERE to_quarter > ?1 AND to_quarter <= ?2 "
        "ORDER BY 1 DESC",
        (rows.first, rows.last),
    ).fetchall()
    if not changes:
        return ""
    cases = " ".join(f"WHEN quarter >= {at} THEN {at}" for (at,) in changes)
    return f"CASE {cases} ELSE 0 END"


def _list(numbers: "Iterable[int]") -> str:
    return f"({', '.join(map(str, numbers))})"

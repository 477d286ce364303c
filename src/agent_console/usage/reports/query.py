"""The one query of all reports: sums over a rollup by whatever a report groups by.

Rule: every number of a report comes from `grouped`, with its conditions from selection.py and its
costs from usage/cost_sql.py. That is why all reports agree.

What has no cost by the report's mode counts with its tokens as unpriced, as cost_sql.py says.
"""

from agent_console.usage.cost_sql import cost
from agent_console.usage.periods import HOUR_QUARTERS
from agent_console.usage.reports import summed
from agent_console.usage.reports.selection import (
    BRIEF,
    IN_BRIEF,
    RESPONSE,
    SUMMED,
    UNLISTED,
    Selection,
)
from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from sqlite3 import Connection
    from typing import Any

SESSION = summed.SESSION
"""The bucket of a report by session."""


def grouped(
    connection: "Connection",
    rows: Selection,
    bucket: str = "0",
    facets: "Sequence[str]" = (),
    *,
    as_before: bool = False,
) -> "Iterator[tuple[tuple[Any, ...], Sums]]":
    """Sums by bucket and by columns of facets: the key (bucket first) with its sums.

    A key may come several times; what it comes with is then added up. All of it is read before
    anything else is asked: it stands in a temporary table.

    Args:
        connection: The ledger.
        rows: What is summed.
        bucket: An expression of the columns `quarter` and `session_no`, never negative.
        facets: Columns of `facets`.
        as_before: The same facets count as last time, so what was found alike still is.
    """
    source, columns_of = summed.clause(connection, rows, bucket, facets, as_before=as_before)
    # A column costs as much as all else of a row: what facets tell is asked once, not for each sum.
    in_brief = all(column in BRIEF for column in facets)
    told = {
        number: (kind == RESPONSE, kind == UNLISTED, bool(is_lower_bound), tuple(key))
        for number, kind, is_lower_bound, *key in connection.execute(
            "SELECT priced_no, kind, output_is_lower_bound"  # noqa: S608
            f"{''.join(f', {column}' for column in facets if in_brief)} FROM temp.priced"
        )
    }
    keys = "" if in_brief else "".join(f", {column}" for column in columns_of)
    sums = ", ".join(f"usage.{column}" for column in SUMMED[:-1])
    found = connection.execute(
        f"SELECT usage.priced_no, usage.bucket, {sums}, {cost(rows.mode)}, usage.quarter{keys} "  # noqa: S608
        f"FROM {source}"
    )
    return _sums(found, told)


def _sums(
    found: "Iterable[tuple[Any, ...]]",
    told: "dict[int, tuple[bool, bool, bool, tuple[Any, ...]]]",
) -> "Iterator[tuple[tuple[Any, ...], Sums]]":
    for (
        number,
        start,
        messages,
        sent,
        got,
        write_5m,
        write_1h,
        read,
        searches,
        pico,
        quarter,
        *others,
    ) in found:
        is_response, is_unlisted, is_lower_bound, key = told[number]
        tokens = 0
        if pico is None or is_unlisted:
            tokens = sent + got + write_5m + write_1h + read
        yield (
            (start, *others, *key) if others else (start, *key),
            Sums(
                messages,
                messages if is_response else 0,
                sent,
                got,
                write_5m,
                write_1h,
                read,
                searches,
                pico,
                tokens if pico is None else 0,
                messages if is_lower_bound else 0,
                tokens if is_unlisted else 0,
                pico if is_unlisted else None,
                quarter,
            ),
        )


def asked(
    connection: "Connection",
    rows: Selection,
    columns: str,
    bucket: str = "0",
    facets: "Sequence[str]" = (),
) -> "Iterable[tuple[Any, ...]]":
    """Rows with these columns of `cost_sql.priced`, then the key; see `grouped`."""
    source, columns_of = summed.clause(connection, rows, bucket, facets)
    keys = ", ".join(["usage.bucket", *columns_of])
    return connection.execute(f"SELECT {columns}, {keys} FROM {source}")  # noqa: S608


def sessions_of(
    connection: "Connection", rows: Selection, bucket: str = "0", facets: "Sequence[str]" = ()
) -> "Iterable[tuple[tuple[Any, ...], int]]":
    """Every session of every key, once: the key as `grouped` has it, with the session's number."""
    keys = ", ".join([bucket, *facets])
    source = f"(SELECT * FROM usage_by_session WHERE {rows.where})"  # noqa: S608
    if bucket == "0" and all(column in BRIEF for column in facets):
        source = rows.by_session_day().source(connection)
    found = connection.execute(
        f"SELECT DISTINCT session_no, {keys} FROM {source} "  # noqa: S608
        f"JOIN facets USING (facet_no) WHERE {rows.facets}"
    )
    return ((row[1:], row[0]) for row in found)


def count_sessions(connection: "Connection", rows: Selection) -> int:
    """How many sessions have part in a selection."""
    count: int = connection.execute(
        f"SELECT count(DISTINCT session_no) FROM {rows.by_session_day().source(connection)} "  # noqa: S608
        f"JOIN facets USING (facet_no) WHERE {rows.facets}"
    ).fetchone()[0]
    return count


def names(connection: "Connection", column: str) -> "dict[int, str]":
    """The names that a column of `facets` refers to, by their numbers."""
    few = f" WHERE {IN_BRIEF}" if column in BRIEF else ""
    return dict(
        connection.execute(
            f"SELECT name_no, name FROM names WHERE name_no IN (SELECT {column} FROM facets{few})"  # noqa: S608
        )
    )


def last_quarters(
    connection: "Connection",
    rows: Selection,
    facets: "Sequence[str]",
    hours: "Iterable[int]",
) -> "dict[tuple[Any, ...], int]":
    """The latest quarter of every key, given the hours that it lies in.

    Args:
        connection: The ledger.
        rows: What was summed up by hour.
        facets: The columns that make the key.
        hours: The last hour of every key.
    """
    quarters = ", ".join(
        str(hour * HOUR_QUARTERS + each) for hour in hours for each in range(HOUR_QUARTERS)
    )
    keys = ", ".join(facets)
    found = connection.execute(
        f"SELECT max(quarter), {keys} FROM usage_by_time JOIN facets USING (facet_no) "  # noqa: S608
        f"WHERE quarter IN ({quarters}) AND {rows.where} AND {rows.facets} GROUP BY {keys}"
    )
    return {tuple(row[1:]): row[0] for row in found}

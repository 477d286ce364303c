"""The one query of all reports: sums over a rollup by whatever a report groups by.

Rule: every number of a report comes from `grouped`, with its conditions from selection.py and its
costs from usage/cost_sql.py. That is why all reports agree.

Facets that are alike for a report (same keys, same price) are added up under the first of them, so
that prices are looked up a few times for each bucket and not for each row. Prices change between
quarters, so a sum never crosses a change.
"""

from agent_console.usage.cost_sql import TOKENS, cost, priced, unpriced_tokens
from agent_console.usage.periods import HOUR_QUARTERS
from agent_console.usage.reports.selection import (
    BRIEF,
    BY_HOUR,
    BY_SESSION_DAY,
    IN_BRIEF,
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

SESSION = "session_no"
"""The bucket of a report by session."""

_ALIKE = (
    *("model_no", "speed_no", "service_tier_no", "inference_geo_no", "prompt_over"),
    *("kind", "output_is_lower_bound", "cost_is_reported"),
)
"""What a price is made from, and what the sums depend on beside it."""


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
    columns = _SUMS.format(money=cost(rows.mode), unpriced=unpriced_tokens(rows.mode))
    found = asked(connection, rows, columns, bucket, facets, as_before=as_before)
    width = len(Sums.__slots__)
    return ((row[width:], Sums(*row[:width])) for row in found)


def asked(
    connection: "Connection",
    rows: Selection,
    columns: str,
    bucket: str = "0",
    facets: "Sequence[str]" = (),
    *,
    as_before: bool = False,
) -> "Iterable[tuple[Any, ...]]":
    """Rows with these columns of `cost_sql.priced`, then the key; see `grouped`."""
    further = [column for column in facets if column not in BRIEF]
    source = rows.source(connection)
    if further:
        # Brief facets tell apart all else that is asked for.
        number, taken = "brief_no", f"{source} JOIN facets USING (facet_no) WHERE {rows.facets}"
    else:
        if not as_before:
            _find_alike(connection, rows, facets)
        number, taken = "alike_no", f"{source} JOIN temp.alike USING (facet_no) WHERE true"
    if _tells_all_apart(rows, bucket, facets):
        source = (
            f"(SELECT {bucket} AS bucket, {number} AS facet_no, quarter, {', '.join(SUMMED)} "  # noqa: S608
            f"FROM {taken})"
        )
    else:
        source = _summed(connection, rows, bucket, number, taken, further)
    columns_of = (f"{'usage' if each in further else 'facet'}.{each}" for each in facets)
    keys = ", ".join(["usage.bucket", *columns_of])
    return connection.execute(f"SELECT {columns}, {keys} FROM {priced(source)}")  # noqa: S608


def _tells_all_apart(rows: Selection, bucket: str, facets: "Sequence[str]") -> bool:
    """Of the rollup's rows hardly two have the same key: adding them up would take longer."""
    if rows.rollup == BY_SESSION_DAY:
        return bucket == SESSION
    return rows.rollup == BY_HOUR and rows.cut == "hour" and "project_no" in facets


def _summed(  # noqa: PLR0917 - what `asked` has in hand
    connection: "Connection",
    rows: Selection,
    bucket: str,
    number: str,
    taken: str,
    further: "Sequence[str]",
) -> str:
    """The rows added up by their key, and what reads them in its order.

    They are added where they are to be: to sort all of them for a GROUP BY takes longer, and so do
    keys of several columns. One integer holds bucket, facet and the period between two changes of
    prices, for a sum never crosses one.
    """
    (last,) = connection.execute("SELECT max(facet_no) FROM facets").fetchone()
    facets_end = (last or 0) + 1
    periods = len(rows.price_changes) + 1
    table = "_".join(["temp.summed", *further])
    others = "".join(f", {column}" for column in further)
    connection.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {table[5:]} (key INTEGER NOT NULL{others}, quarter, "
        f"{', '.join(SUMMED)}, PRIMARY KEY (key{others})){' WITHOUT ROWID' if further else ''}"
    )
    connection.execute(f"DELETE FROM {table}")  # noqa: S608
    added = ", ".join(f"{column} = {column} + excluded.{column}" for column in SUMMED)
    connection.execute(
        f"INSERT INTO {table} SELECT (({bucket}) * {facets_end} + {number}) * {periods} "  # noqa: S608
        f"+ {_price_period(rows.price_changes)}{others}, quarter, {', '.join(SUMMED)} FROM {taken} "
        f"ON CONFLICT (key{others}) DO UPDATE SET quarter = max(quarter, excluded.quarter), {added}"
    )
    return (
        f"(SELECT key / {facets_end * periods} AS bucket, "  # noqa: S608
        f"key / {periods} % {facets_end} AS facet_no, quarter, {', '.join(SUMMED)}{others} "
        f"FROM {table})"
    )


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


def _find_alike(connection: "Connection", rows: Selection, facets: "Sequence[str]") -> None:
    """Fill `temp.alike`: for every facet of the selection the first one that is like it."""
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS alike (facet_no INTEGER PRIMARY KEY, alike_no INTEGER)"
    )
    connection.execute("DELETE FROM temp.alike")
    columns = ", ".join(dict.fromkeys((*facets, *_ALIKE)))
    alike = (
        f"SELECT facet_no, min(facet_no) OVER (PARTITION BY {columns}) AS alike_no "  # noqa: S608
        f"FROM facets WHERE {rows.facets} AND {IN_BRIEF}"
    )
    connection.execute(f"INSERT INTO temp.alike {alike}")
    if not rows.is_brief:
        connection.execute(
            "INSERT INTO temp.alike SELECT facets.facet_no, brief.alike_no FROM facets "
            "CROSS JOIN temp.alike AS brief ON brief.facet_no = brief_no "
            "WHERE brief_no != facets.facet_no"
        )


_SUMS = ", ".join(
    [
        *("usage.messages", "iif(facet.kind = 1, usage.messages, 0)"),
        *(f"usage.{column}" for column in SUMMED[1:-1]),
        *("{money}", "{unpriced}", "iif(facet.output_is_lower_bound, usage.messages, 0)"),
        f"iif(facet.kind = {UNLISTED}, {TOKENS}, 0)",
        f"iif(facet.kind = {UNLISTED}, {{money}}, NULL)",
        "usage.quarter",
    ]
)
"""A row in the order of `Sums`."""


def _price_period(changes: list[int]) -> str:
    """How many changes of prices, latest first, are not later than column `quarter`."""
    cases = " ".join(f"WHEN quarter >= {at} THEN {len(changes) - n}" for n, at in enumerate(changes))
    return f"CASE {cases} ELSE 0 END" if changes else "0"

"""The rows of a rollup added up by what a report groups by, each with its price.

Rule: a sum never crosses a change of prices.

Facets that are alike for a report (same keys, same price) are added up under the first of them, so
that costs are reckoned a few times for each bucket and not for each row; and what a facet costs
between two changes of prices is looked up once, not for each sum.
"""

from agent_console.usage.cost_sql import PRICES
from agent_console.usage.reports.selection import (
    BRIEF,
    BY_HOUR,
    BY_SESSION_DAY,
    IN_BRIEF,
    SUMMED,
    Selection,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from sqlite3 import Connection

SESSION = "session_no"
"""The bucket of a report by session."""

_ALIKE = (
    *("model_no", "speed_no", "service_tier_no", "inference_geo_no", "prompt_over"),
    *("kind", "output_is_lower_bound", "cost_is_reported"),
)
"""What a price is made from, and what the sums depend on beside it."""


def clause(
    connection: "Connection",
    rows: Selection,
    bucket: str,
    facets: "Sequence[str]",
    *,
    as_before: bool = False,
) -> "tuple[str, list[str]]":
    """What stands behind FROM for expressions of cost_sql.py, and the columns named by `facets`.

    Its columns are `usage.bucket`, the sums, `usage.quarter` and `usage.priced_no`, by which
    `temp.priced` has the facet.

    Args:
        connection: The ledger.
        rows: What is summed.
        bucket: An expression of the columns `quarter` and `session_no`, never negative.
        facets: Columns of `facets`.
        as_before: The same facets count as last time, so what was found alike still is.
    """
    further = [column for column in facets if column not in BRIEF]
    if not as_before:
        if not further:
            _find_alike(connection, rows, facets)
        _find_prices(connection, rows, of_alike=not further)
    if further:
        # Brief facets tell apart all else that is asked for.
        number, found = "brief_no", f"JOIN facets USING (facet_no) WHERE {rows.facets}"
    else:
        number, found = "alike_no", "JOIN temp.alike USING (facet_no) WHERE true"
    taken = f"{rows.source(connection)} {found}"
    priced_no = _priced_no(number, rows)
    if _tells_all_apart(rows, bucket, facets):
        source = (
            f"SELECT {bucket} AS bucket, {priced_no} AS priced_no, quarter, {', '.join(SUMMED)} "  # noqa: S608
            f"FROM {taken}"
        )
    else:
        source = _added_up(connection, bucket, priced_no, taken, further)
    columns = [f"{'usage' if each in further else 'price'}.{each}" for each in facets]
    return f"({source}) AS usage CROSS JOIN temp.priced AS price USING (priced_no)", columns


def _tells_all_apart(rows: Selection, bucket: str, facets: "Sequence[str]") -> bool:
    """Of the rollup's rows hardly two have the same key: adding them up would take longer."""
    if rows.rollup == BY_SESSION_DAY:
        return bucket == SESSION
    return rows.rollup == BY_HOUR and rows.cut == "hour" and "project_no" in facets


def _added_up(
    connection: "Connection",
    bucket: str,
    priced_no: str,
    taken: str,
    further: "Sequence[str]",
) -> str:
    """The rows added up by their key, and the query that reads them in its order.

    They are added where they are to be: to sort all of them for a GROUP BY takes longer, and so do
    keys of several columns.
    """
    (last,) = connection.execute("SELECT max(priced_no) FROM temp.priced").fetchone()
    end = (last or 0) + 1
    table = "_".join(["summed", *further])
    others = "".join(f", {column}" for column in further)
    connection.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {table} (key INTEGER NOT NULL{others}, quarter, "
        f"{', '.join(SUMMED)}, PRIMARY KEY (key{others})){' WITHOUT ROWID' if further else ''}"
    )
    connection.execute(f"DELETE FROM temp.{table}")  # noqa: S608
    added = ", ".join(f"{column} = {column} + excluded.{column}" for column in SUMMED)
    connection.execute(
        f"INSERT INTO temp.{table} SELECT ({bucket}) * {end} + {priced_no}{others}, quarter, "  # noqa: S608
        f"{', '.join(SUMMED)} FROM {taken} ON CONFLICT (key{others}) "
        f"DO UPDATE SET quarter = max(quarter, excluded.quarter), {added}"
    )
    return (
        f"SELECT key / {end} AS bucket, key % {end} AS priced_no, quarter, "  # noqa: S608
        f"{', '.join(SUMMED)}{others} FROM temp.{table}"
    )


def _find_prices(connection: "Connection", rows: Selection, *, of_alike: bool) -> None:
    """Fill `temp.priced`: the selection's facets, with their prices between two changes.

    Where there is none, `facet_no` and the prices are null, as a left join has it.

    Args:
        connection: The ledger.
        rows: The selection.
        of_alike: Only the facets under which others are added up.
    """
    of_facets = "project_no, model_no, kind, cost_is_reported, output_is_lower_bound"
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS priced (priced_no INTEGER PRIMARY KEY, "
        f"{of_facets}, facet_no, {', '.join(PRICES)})"
    )
    connection.execute("DELETE FROM temp.priced")
    prices = ", ".join(f"price.{each}" for each in ("facet_no", *PRICES))
    wanted = f"brief_no = facets.facet_no AND {rows.facets}"
    if of_alike:
        wanted = "facets.facet_no IN (SELECT alike_no FROM temp.alike)"
    for number, quarter in enumerate([rows.first, *reversed(rows.price_changes)]):
        connection.execute(
            f"INSERT INTO temp.priced SELECT {_priced_no('facets.facet_no', rows, str(number))}, "  # noqa: S608
            f"{of_facets}, {prices} FROM facets LEFT JOIN facet_prices AS price "
            "ON price.facet_no = facets.facet_no AND ? >= from_quarter AND ? < to_quarter "
            f"WHERE {wanted}",
            (quarter, quarter),
        )


def _priced_no(facet_no: str, rows: Selection, period: str | None = None) -> str:
    """The number of a facet in `temp.priced`, as an expression of it and of column `quarter`.

    Args:
        facet_no: An expression for a brief facet's number.
        rows: The selection.
        period: How many changes of prices are over; null for those that are by `quarter`.
    """
    changes = rows.price_changes
    if not changes:
        return facet_no
    if period is None:
        cases = (f"WHEN quarter >= {at} THEN {len(changes) - n}" for n, at in enumerate(changes))
        period = f"CASE {' '.join(cases)} ELSE 0 END"
    return f"{facet_no} * {len(changes) + 1} + {period}"


def _find_alike(connection: "Connection", rows: Selection, facets: "Sequence[str]") -> None:
    """Fill `temp.alike`: for every facet of the selection the one among those like it that stands.

    To sort the facets in SQLite takes longer.
    """
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS alike (facet_no INTEGER PRIMARY KEY, alike_no INTEGER)"
    )
    connection.execute("DELETE FROM temp.alike")
    columns = ", ".join(dict.fromkeys((*facets, *_ALIKE)))
    found = connection.execute(
        f"SELECT facet_no, {columns} FROM facets WHERE {rows.facets} AND {IN_BRIEF}"  # noqa: S608
    )
    standing: dict[tuple[int, ...], int] = {}
    connection.executemany(
        "INSERT INTO temp.alike VALUES (?, ?)",
        [(number, standing.setdefault(tuple(told), number)) for number, *told in found],
    )
    if not rows.is_brief:
        connection.execute(
            "INSERT INTO temp.alike SELECT facets.facet_no, brief.alike_no FROM facets "
            "CROSS JOIN temp.alike AS brief ON brief.facet_no = brief_no "
            "WHERE brief_no != facets.facet_no"
        )

"""The one query of all reports: sums over a rollup by whatever a report groups by.

Rule: every number of a report comes from `grouped`, with its conditions from `select_rows` and its
costs from usage/cost_sql.py. That is why all reports agree.

Four rollups can answer. `usage_by_hour` has the fewest rows and is taken whenever nothing is asked
that its brief facets do not tell apart, and `usage_by_day` for what it is then; `usage_by_session`
where sessions matter. An hour or a day inside of which something has a border (the filter, a local
day, a price) is read in finer rows: by quarter, or message by message.

Facets that are alike for a report (same keys, same price) are added up under the first of them, so
that prices are looked up a few times for each bucket and not for each row. Prices change between
quarters, so a sum never crosses a change.
"""

from agent_console.usage.cost_sql import SUMS, TOKENS, cost, priced, unpriced_tokens
from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from sqlite3 import Connection
    from typing import Any, Literal, TypeAlias

    from agent_console.usage.cost_sql import Mode
    from agent_console.usage.reports.filter import Filter

    Cut: TypeAlias = Literal["", "day", "hour"]

SESSION = "session_no"
"""The bucket of a report by session."""

SHOWN = "(SELECT session_no FROM temp.shown)"
"""The sessions that `show` named."""

BY_HOUR = "usage_by_hour"
BY_TIME = "usage_by_time"
BY_SESSION = "usage_by_session"
BY_DAY = "usage_by_day"

_SUMMED = ("messages", *SUMS)
_UNLISTED = 2
_FACETS = 1 << 32
"""More than there will ever be."""

_ALIKE = (
    *("model_no", "speed_no", "service_tier_no", "inference_geo_no", "prompt_over"),
    *("kind", "output_is_lower_bound", "cost_is_reported"),
)
"""What a price is made from, and what the sums depend on beside it."""

_BRIEF = ("project_no", "model_no")
"""What else brief facets tell apart, as far as a report asks for it."""

IN_BRIEF = "brief_no = facet_no"
"""A condition on `facets`: only those that are counted in `usage_by_time` and `usage_by_hour`."""

_QUARTER_MS = 900_000
_HOUR = 4
_DAY = 96
"""Quarters."""


class Selection:
    """The rows that a filter takes.

    Attributes:
        rollup: The table that can answer.
        where: Conditions on `quarter` and `session_no`, and `facets` those on columns of `facets`.
        first, last: The quarters of the earliest and latest row there may be.
        split: Hours, or days, of the rollup that have a border inside of them.
        price_changes: The quarters from which some price is another one, latest first.
    """

    __slots__ = ("facets", "first", "last", "mode", "price_changes", "rollup", "split", "where")

    def __init__(
        self, rollup: str, where: str, facets: str, *, first: int, last: int, mode: "Mode"
    ) -> None:
        self.rollup = rollup
        self.where = where
        self.facets = facets
        self.first = first
        self.last = last
        self.mode: Mode = mode
        self.split: set[int] = set()
        self.price_changes: list[int] = []

    @property
    def is_brief(self) -> bool:
        """Its facets are brief ones."""
        return self.rollup in {BY_HOUR, BY_TIME}

    def source(self, connection: "Connection") -> str:
        """The rows as a FROM clause has them, with the column `quarter` whatever the rollup.

        It reads a temporary table: ask for it right before it is used.
        """
        sums = ", ".join(_SUMMED)
        if self.rollup == BY_HOUR:
            quarter, column, quarters = f"hour * {_HOUR}", "hour", _HOUR
            finer = (
                f"SELECT quarter, facet_no, {sums} FROM temp.split CROSS JOIN {BY_TIME} "  # noqa: S608
                f"ON quarter IN ({', '.join(f'stretch * {_HOUR} + {n}' for n in range(_HOUR))}) "
                f"WHERE {self.where}"
            )
        elif self.rollup == BY_DAY:
            quarter, column, quarters = "last_quarter", "day", _DAY
            day_ms = _DAY * _QUARTER_MS
            counted = ", ".join(f"coalesce({name}, 0)" for name in SUMS)
            finer = (
                f"SELECT at_ms / {_QUARTER_MS} AS quarter, facet_no, 1, {counted} "  # noqa: S608
                f"FROM temp.split CROSS JOIN messages ON at_ms >= stretch * {day_ms} "
                f"AND at_ms < (stretch + 1) * {day_ms} WHERE NOT set_aside AND {self.where}"
            )
        else:
            return f"(SELECT * FROM {self.rollup} WHERE {self.where})"  # noqa: S608
        coarse = (
            f"SELECT {quarter} AS quarter, facet_no, {sums} FROM {self.rollup} "  # noqa: S608
            f"WHERE {column} >= {self.first // quarters} AND {column} <= {self.last // quarters}"
        )
        if not self.split:
            return f"({coarse})"
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS split (stretch INTEGER PRIMARY KEY)")
        connection.execute("DELETE FROM temp.split")
        stretches = [(stretch,) for stretch in self.split]
        connection.executemany("INSERT INTO temp.split VALUES (?)", stretches)
        whole = f"{coarse} AND {column} NOT IN (SELECT stretch FROM temp.split)"  # noqa: S608
        return f"({whole} UNION ALL {finer})"

    def of_shown(self) -> "Selection":
        """Of these, only those of the sessions that `show` named."""
        shown = Selection(
            BY_SESSION,
            f"{self.where} AND session_no IN {SHOWN}",
            self.facets,
            first=self.first,
            last=self.last,
            mode=self.mode,
        )
        shown.price_changes = self.price_changes
        return shown


def show(connection: "Connection", numbers: "Iterable[int]") -> None:
    """Fill `temp.shown` with sessions."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS shown (session_no INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.shown")
    connection.executemany("INSERT INTO temp.shown VALUES (?)", [(number,) for number in numbers])


def newest_sessions(connection: "Connection", count: int | None) -> list[int]:
    """The sessions that were active last, or all of them, the latest first."""
    found = connection.execute(
        "SELECT session_no FROM sessions ORDER BY coalesce(last_seen_ms, (SELECT "
        "max(last_line_ms) FROM sources WHERE sources.session_no = sessions.session_no), 0) DESC, "
        "session_no LIMIT ?",
        (-1 if count is None else count,),
    )
    return [number for (number,) in found]


def select_rows(
    connection: "Connection",
    wanted: "Filter",
    *,
    by_session: bool = False,
    cut: "Cut" = "",
    facets: "Sequence[str]" = (),
) -> Selection:
    """What the filter takes of the smallest rollup that knows enough.

    Args:
        connection: The ledger.
        wanted: The filter.
        by_session: The report has to tell sessions apart.
        cut: What it cuts time into in the filter's zone: `day`, `hour` or nothing.
        facets: The columns of `facets` it is about.
    """
    first, last = connection.execute(
        "SELECT (SELECT min(quarter) FROM usage_by_time), (SELECT max(quarter) FROM usage_by_time)"
    ).fetchone()
    conditions: list[str] = []
    if wanted.since is not None:
        conditions.append(f"quarter >= {wanted.since}")
        first = max(first or 0, wanted.since)
    if wanted.until is not None:
        conditions.append(f"quarter < {wanted.until}")
        last = min(last or 0, wanted.until - 1)
    of_facets: list[str] = []
    if not wanted.names_nothing:
        from agent_console.usage.reports import matching  # noqa: PLC0415 - most name nothing

        if wanted.sessions:
            numbers = matching.session_numbers(connection, wanted.sessions)
            conditions.append(f"session_no IN {_list(numbers)}")
        if wanted.projects:
            numbers = matching.project_numbers(connection, wanted.projects)
            of_facets.append(f"project_no IN {_list(numbers)}")
        if wanted.models:
            numbers = matching.model_numbers(connection, wanted.models)
            of_facets.append(f"model_no IN {_list(numbers)}")
    if not wanted.include_unlisted:
        of_facets.append(f"kind <> {_UNLISTED}")
    rows = Selection(
        BY_SESSION,
        " AND ".join(conditions) or "1",
        " AND ".join(of_facets) or "1",
        first=first or 0,
        last=last or 0,
        mode=wanted.mode,
    )
    rows.price_changes = _price_changes(connection, rows)
    if not by_session and not wanted.sessions:
        _take_smaller(wanted, rows, cut, facets)
    return rows


def _take_smaller(wanted: "Filter", rows: Selection, cut: "Cut", facets: "Sequence[str]") -> None:
    """Take the rollup that has fewest rows, and say which of its hours or days have borders."""
    stretch = _HOUR
    borders = [wanted.since or 0, wanted.until or 0, *rows.price_changes]
    if any(column not in _BRIEF for column in facets):
        if cut:
            return
        rows.rollup, stretch = BY_DAY, _DAY
    else:
        rows.rollup = BY_HOUR
        if cut:
            offsets = wanted.zone.offsets(rows.first, rows.last)
            borders += [at for at, _ in offsets[1:]]
            if any(offset % _HOUR for _, offset in offsets):
                if cut == "hour":
                    rows.rollup = BY_TIME
                    return
                borders += wanted.zone.midnights(rows.first, rows.last)
    rows.split = {border // stretch for border in borders if border % stretch}


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
    sums = ", ".join(f"sum({column}) AS {column}" for column in _SUMMED)
    period = _price_period(rows.price_changes)
    then_period = f", {period}" if period else ""
    further = [column for column in facets if column not in _BRIEF]
    if further:
        # Brief facets tell apart all else that is asked for.
        others = "".join(f", {column}" for column in further)
        source = (
            f"(SELECT {bucket} AS bucket, brief_no AS facet_no, max(quarter) AS quarter, {sums}"  # noqa: S608
            f"{others} FROM {rows.source(connection)} JOIN facets USING (facet_no) "
            f"WHERE {rows.facets} "
            f"GROUP BY ({bucket}) * {_FACETS} + brief_no{others}{then_period})"
        )
    else:
        if not as_before:
            _find_alike(connection, rows, facets)
        # One integer is sorted faster than two columns.
        source = (
            f"(SELECT {bucket} AS bucket, alike_no AS facet_no, max(quarter) AS quarter, {sums} "  # noqa: S608
            f"FROM {rows.source(connection)} JOIN temp.alike USING (facet_no) "
            f"GROUP BY ({bucket}) * {_FACETS} + alike_no{then_period})"
        )
    columns_of = (f"{'usage' if each in further else 'facet'}.{each}" for each in facets)
    keys = ", ".join(["usage.bucket", *columns_of])
    return connection.execute(f"SELECT {columns}, {keys} FROM {priced(source)}")  # noqa: S608


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


def count_sessions(connection: "Connection", rows: Selection) -> int:
    """How many sessions have part in a selection by session."""
    count: int = connection.execute(
        "SELECT count(DISTINCT session_no) FROM usage_by_session JOIN facets USING (facet_no) "  # noqa: S608
        f"WHERE {rows.where} AND {rows.facets}"
    ).fetchone()[0]
    return count


def names(connection: "Connection", column: str) -> "dict[int, str]":
    """The names that a column of `facets` refers to, by their numbers."""
    few = f" WHERE {IN_BRIEF}" if column in _BRIEF else ""
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
    quarters = (hour * _HOUR + each for hour in hours for each in range(_HOUR))
    keys = ", ".join(facets)
    found = connection.execute(
        f"SELECT max(quarter), {keys} FROM usage_by_time JOIN facets USING (facet_no) "  # noqa: S608
        f"WHERE quarter IN {_list(quarters)} AND {rows.where} AND {rows.facets} GROUP BY {keys}"
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
        *(f"usage.{column}" for column in _SUMMED[1:-1]),
        *("{money}", "{unpriced}", "iif(facet.output_is_lower_bound, usage.messages, 0)"),
        f"iif(facet.kind = {_UNLISTED}, {TOKENS}, 0)",
        f"iif(facet.kind = {_UNLISTED}, {{money}}, NULL)",
        "usage.quarter",
    ]
)
"""A row in the order of `Sums`."""


def _price_period(changes: list[int]) -> str:
    """An expression that changes wherever some price does; nothing when none does."""
    if not changes:
        return ""
    cases = " ".join(f"WHEN quarter >= {at} THEN {at}" for at in changes)
    return f"CASE {cases} ELSE 0 END"


def _price_changes(connection: "Connection", rows: Selection) -> list[int]:
    """The quarters from which some price is another one, latest first."""
    found = connection.execute(
        "WITH each AS (SELECT DISTINCT from_quarter, to_quarter FROM facet_prices "  # noqa: S608
        f"WHERE facet_no IN (SELECT facet_no FROM facets WHERE {IN_BRIEF})) "
        "SELECT from_quarter FROM each WHERE from_quarter > ?1 AND from_quarter <= ?2 "
        "UNION SELECT to_quarter FROM each WHERE to_quarter > ?1 AND to_quarter <= ?2 "
        "ORDER BY 1 DESC",
        (rows.first, rows.last),
    )
    return [at for (at,) in found]


def _list(numbers: "Iterable[int]") -> str:
    return f"({', '.join(map(str, numbers))})"

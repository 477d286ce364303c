"""Which rows a report reads: what a filter takes, and the rollup that answers for it.

Rule: a filter becomes SQL only in `select_rows`, so that it means the same wherever it is given.

Five rollups can answer. `usage_by_hour` has the fewest rows and is taken whenever nothing is asked
that its brief facets do not tell apart, and `usage_by_day` for what it is then. Where sessions
matter they are `usage_by_session_day`, with brief facets, and `usage_by_session`. An hour or a day
inside of which something has a border (the filter, a local day, a price) is read in finer rows: by
quarter, or message by message.
"""

from agent_console.usage.cost_sql import SUMS
from agent_console.usage.periods import DAY_QUARTERS, HOUR_QUARTERS, QUARTER_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from sqlite3 import Connection
    from typing import Literal, TypeAlias

    from agent_console.usage.cost_sql import Mode
    from agent_console.usage.reports.filter import Filter

    Cut: TypeAlias = Literal["", "day", "hour"]

SHOWN = "(SELECT session_no FROM temp.shown)"
"""The sessions that `show` named."""

BY_HOUR = "usage_by_hour"
BY_TIME = "usage_by_time"
BY_SESSION = "usage_by_session"
BY_SESSION_DAY = "usage_by_session_day"
BY_DAY = "usage_by_day"

SUMMED = ("messages", *SUMS)
"""The columns of a rollup that are added up."""

RESPONSE, UNLISTED = 1, 2
"""`Kind.RESPONSE` and `Kind.UNLISTED`, without the import of what tells them."""

BRIEF = ("project_no", "model_no")
"""What else brief facets tell apart, as far as a report asks for it."""

IN_BRIEF = "brief_no = facet_no"
"""A condition on `facets`: only those that are counted in `usage_by_time` and `usage_by_hour`."""


class Selection:
    """The rows that a filter takes.

    Attributes:
        rollup: The table that can answer.
        where: Conditions on `quarter` and `session_no`, and `facets` those on columns of `facets`.
        sessions: The part of `where` that is on `session_no`.
        first, last: The quarters of the earliest and latest row there may be.
        split: Hours, or days, of the rollup that have a border inside of them.
        price_changes: The quarters from which some price is another one, latest first.
        cut: What the report cuts time into.
    """

    __slots__ = (
        "cut",
        "facets",
        "first",
        "last",
        "mode",
        "price_changes",
        "rollup",
        "sessions",
        "split",
        "where",
    )

    def __init__(
        self,
        rollup: str,
        where: str,
        facets: str,
        *,
        sessions: str,
        first: int,
        last: int,
        mode: "Mode",
    ) -> None:
        self.rollup = rollup
        self.where = where
        self.facets = facets
        self.sessions = sessions
        self.first = first
        self.last = last
        self.mode: Mode = mode
        self.split: set[int] = set()
        self.price_changes: list[int] = []
        self.cut: Cut = ""

    @property
    def is_brief(self) -> bool:
        """Its facets are brief ones."""
        return self.rollup in {BY_HOUR, BY_TIME, BY_SESSION_DAY}

    @property
    def is_by_time(self) -> bool:
        """Its rows are those of a stretch of time: there are as few of them as may be."""
        return self.rollup in {BY_HOUR, BY_TIME}

    def source(self, connection: "Connection") -> str:
        """The rows as a FROM clause has them, with the column `quarter` whatever the rollup.

        It reads a temporary table: ask for it right before it is used.
        """
        sums = ", ".join(SUMMED)
        of_session = "", ""
        if self.rollup == BY_HOUR:
            quarter, column, quarters = f"hour * {HOUR_QUARTERS}", "hour", HOUR_QUARTERS
            inside = ", ".join(f"stretch * {quarters} + {n}" for n in range(quarters))
            finer = (
                f"SELECT quarter, facet_no, {sums} FROM temp.split CROSS JOIN {BY_TIME} "  # noqa: S608
                f"ON quarter IN ({inside}) "
                f"WHERE {self.where}"
            )
        elif self.rollup == BY_DAY:
            quarter, column, quarters = "last_quarter", "day", DAY_QUARTERS
            day_ms = DAY_QUARTERS * QUARTER_MS
            counted = ", ".join(f"coalesce({name}, 0)" for name in SUMS)
            finer = (
                f"SELECT at_ms / {QUARTER_MS} AS quarter, facet_no, 1, {counted} "  # noqa: S608
                f"FROM temp.split CROSS JOIN messages ON at_ms >= stretch * {day_ms} "
                f"AND at_ms < (stretch + 1) * {day_ms} WHERE NOT set_aside AND {self.where}"
            )
        elif self.rollup == BY_SESSION_DAY:
            quarter, column, quarters = "last_quarter", "day", DAY_QUARTERS
            of_session = "session_no, ", f"AND {self.sessions} "
            # (To look through the finer rows of all sessions takes longer than to ask whose.)
            finer = (
                f"SELECT session_no, quarter, brief_no AS facet_no, {sums} FROM ("  # noqa: S608
                f"SELECT DISTINCT session_no, stretch FROM {BY_SESSION_DAY} "
                f"CROSS JOIN temp.split ON stretch = day WHERE {self.sessions}"
                f") CROSS JOIN {BY_SESSION} USING (session_no) CROSS JOIN facets USING (facet_no) "
                f"WHERE quarter >= stretch * {quarters} AND quarter < (stretch + 1) * {quarters} "
                f"AND {self.where}"
            )
        else:
            return f"(SELECT * FROM {self.rollup} WHERE {self.where})"  # noqa: S608
        coarse = (
            f"SELECT {of_session[0]}{quarter} AS quarter, facet_no, {sums} FROM {self.rollup} "  # noqa: S608
            f"WHERE {column} >= {self.first // quarters} AND {column} <= {self.last // quarters} "
            f"{of_session[1]}"
        )
        if not self.split:
            return f"({coarse})"
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS split (stretch INTEGER PRIMARY KEY)")
        connection.execute("DELETE FROM temp.split")
        stretches = [(stretch,) for stretch in self.split]
        connection.executemany("INSERT INTO temp.split VALUES (?)", stretches)
        whole = f"{coarse}AND {column} NOT IN (SELECT stretch FROM temp.split)"  # noqa: S608
        return f"({whole} UNION ALL {finer})"

    def by_session_day(self) -> "Selection":
        """The same rows by session, for who has part in them: prices do not cut them."""
        whole = Selection(
            BY_SESSION_DAY,
            self.where,
            self.facets,
            sessions=self.sessions,
            first=self.first,
            last=self.last,
            mode=self.mode,
        )
        borders = (self.first, self.last + 1)
        whole.split = {border // DAY_QUARTERS for border in borders if border % DAY_QUARTERS}
        return whole

    def of_shown(self) -> "Selection":
        """Of these, only those of the sessions that `show` named."""
        shown = Selection(
            BY_SESSION_DAY if self.rollup == BY_SESSION_DAY else BY_SESSION,
            f"{self.where} AND session_no IN {SHOWN}",
            self.facets,
            sessions=f"{self.sessions} AND session_no IN {SHOWN}",
            first=self.first,
            last=self.last,
            mode=self.mode,
        )
        shown.price_changes = self.price_changes
        shown.split = self.split
        return shown


def show(connection: "Connection", numbers: "Iterable[int]") -> None:
    """Fill `temp.shown` with sessions."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS shown (session_no INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.shown")
    connection.executemany("INSERT INTO temp.shown VALUES (?)", [(number,) for number in numbers])


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
    of_sessions: list[str] = []
    if not wanted.names_nothing:
        from agent_console.usage.reports import matching  # noqa: PLC0415 - most name nothing

        if wanted.sessions:
            numbers = matching.session_numbers(connection, wanted.sessions)
            of_sessions = [f"session_no IN {_list(numbers)}"]
        if wanted.projects:
            numbers = matching.project_numbers(connection, wanted.projects)
            of_facets.append(f"project_no IN {_list(numbers)}")
        if wanted.models:
            numbers = matching.model_numbers(connection, wanted.models)
            of_facets.append(f"model_no IN {_list(numbers)}")
    if not wanted.include_unlisted:
        of_facets.append(f"kind <> {UNLISTED}")
    rows = Selection(
        BY_SESSION,
        " AND ".join(conditions + of_sessions) or "1",
        " AND ".join(of_facets) or "1",
        sessions=of_sessions[0] if of_sessions else "1",
        first=first or 0,
        last=last or 0,
        mode=wanted.mode,
    )
    rows.price_changes = _price_changes(connection, rows)
    rows.cut = cut
    if by_session or not wanted.sessions:
        _take_smaller(wanted, rows, cut, facets, by_session=by_session)
    return rows


def _take_smaller(
    wanted: "Filter", rows: Selection, cut: "Cut", facets: "Sequence[str]", *, by_session: bool
) -> None:
    """Take the rollup that has fewest rows, and say which of its hours or days have borders."""
    stretch = HOUR_QUARTERS
    borders = [wanted.since or 0, wanted.until or 0, *rows.price_changes]
    in_brief = all(column in BRIEF for column in facets)
    if by_session:
        if cut or not in_brief:
            return
        rows.rollup, stretch = BY_SESSION_DAY, DAY_QUARTERS
    elif not in_brief:
        if cut:
            return
        rows.rollup, stretch = BY_DAY, DAY_QUARTERS
    else:
        rows.rollup = BY_HOUR
        if cut:
            offsets = wanted.zone.offsets(rows.first, rows.last)
            borders += [at for at, _ in offsets[1:]]
            if any(offset % HOUR_QUARTERS for _, offset in offsets):
                if cut == "hour":
                    rows.rollup = BY_TIME
                    return
                borders += wanted.zone.midnights(rows.first, rows.last)
    rows.split = {border // stretch for border in borders if border % stretch}


def _price_changes(connection: "Connection", rows: Selection) -> list[int]:
    """The quarters from which some price is another one, latest first."""
    found = connection.execute(
        "WITH each AS (SELECT DISTINCT from_quarter, to_quarter FROM facet_prices "  # noqa: S608
        f"WHERE facet_no IN (SELECT facet_no FROM facets WHERE {IN_BRIEF})) "
        "SELECT from_quarter FROM each WHERE from_quarter > ? AND from_quarter <= ? "
        "UNION SELECT to_quarter FROM each WHERE to_quarter > ? AND to_quarter <= ? "
        "ORDER BY 1 DESC",
        (rows.first, rows.last) * 2,
    )
    return [at for (at,) in found]


def _list(numbers: "Iterable[int]") -> str:
    return f"({', '.join(map(str, numbers))})"

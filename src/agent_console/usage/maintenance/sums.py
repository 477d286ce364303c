"""What every sum in the ledger must be, computed from the rows of `messages`.

Rule: the one place that says which rows a sum has. A check compares with it, a repair writes it.
"""

from msgspec import Struct

from agent_console.usage.cost_sql import SUMS

_FIGURES = SUMS[:5]
_ROLLED_UP = ("messages", *SUMS)
_OF_SESSION = (*_FIGURES, "reported_nano_usd", "duration_ms", "turns")
_COUNTED = (
    "SELECT session_no, at_ms / 900000 AS quarter, facet_no, count(*) AS messages, "  # noqa: S608
    f"{', '.join(f'coalesce(sum({name}), 0) AS {name}' for name in SUMS)} "
    "FROM messages WHERE NOT set_aside GROUP BY session_no, quarter, facet_no"
)


class Rollup(Struct, frozen=True):
    """A table of sums.

    Attributes:
        keys: Columns that say which rows are summed up.
        expected: A SELECT of all its columns, in their order, as they must be. It reads the
            temporary table that COUNT_BY_SESSION makes.
    """

    table: str
    keys: tuple[str, ...]
    sums: tuple[str, ...]
    expected: str

    @property
    def columns(self) -> str:
        """All columns, as SQL."""
        return ", ".join((*self.keys, *self.sums))

    @property
    def present(self) -> str:
        """A SELECT of what is there; rows that count nothing are left out."""
        something = " OR ".join(f"{name} != 0" for name in _ROLLED_UP)
        return f"SELECT {self.columns} FROM {self.table} WHERE {something}"  # noqa: S608


COUNT_BY_SESSION = f"CREATE TEMP TABLE counted AS {_COUNTED}"
FORGET_COUNTED = "DROP TABLE IF EXISTS temp.counted"

USAGE_BY_SESSION = Rollup(
    "usage_by_session",
    ("session_no", "quarter", "facet_no"),
    _ROLLED_UP,
    f"SELECT session_no, quarter, facet_no, {', '.join(_ROLLED_UP)} FROM temp.counted",  # noqa: S608
)
_SUMMED = ", ".join(f"sum({name})" for name in _ROLLED_UP)
USAGE_BY_TIME = Rollup(
    "usage_by_time",
    ("quarter", "facet_no"),
    _ROLLED_UP,
    f"SELECT quarter, brief_no AS facet_no, {_SUMMED} "  # noqa: S608
    "FROM temp.counted JOIN facets USING (facet_no) GROUP BY quarter, brief_no",
)
USAGE_BY_HOUR = Rollup(
    "usage_by_hour",
    ("hour", "facet_no"),
    _ROLLED_UP,
    f"SELECT quarter / 4 AS hour, brief_no AS facet_no, {_SUMMED} "  # noqa: S608
    "FROM temp.counted JOIN facets USING (facet_no) GROUP BY hour, brief_no",
)
USAGE_BY_DAY = Rollup(
    "usage_by_day",
    ("day", "facet_no"),
    (*_ROLLED_UP, "last_quarter"),
    f"SELECT quarter / 96 AS day, facet_no, {_SUMMED}, max(quarter) AS last_quarter "  # noqa: S608
    "FROM temp.counted GROUP BY day, facet_no",
)
USAGE_BY_SESSION_DAY = Rollup(
    "usage_by_session_day",
    ("session_no", "day", "facet_no"),
    (*_ROLLED_UP, "last_quarter"),
    f"SELECT session_no, quarter / 96 AS day, brief_no AS facet_no, {_SUMMED}, "  # noqa: S608
    "max(quarter) AS last_quarter "
    "FROM temp.counted JOIN facets USING (facet_no) GROUP BY session_no, day, brief_no",
)
ROLLUPS = (USAGE_BY_SESSION, USAGE_BY_TIME, USAGE_BY_HOUR, USAGE_BY_DAY, USAGE_BY_SESSION_DAY)

_ALIKE = (
    "project_no, model_no, speed_no, service_tier_no, inference_geo_no, kind, prompt_over, "
    "cost_is_reported, output_is_lower_bound"
)
_BRIEFS = (
    f"(SELECT facet_no, min(facet_no) OVER (PARTITION BY {_ALIKE}) AS expected_no FROM facets) "  # noqa: S608
    "AS alike"
)
FACETS_WITH_ANOTHER_BRIEF = (
    f"SELECT facet_no FROM facets JOIN {_BRIEFS} USING (facet_no) WHERE brief_no != expected_no"  # noqa: S608
)
"""Facets whose brief facet is not the first one that is like them."""

MEND_BRIEFS = (
    f"UPDATE facets SET brief_no = expected_no FROM {_BRIEFS} "  # noqa: S608
    "WHERE facets.facet_no = alike.facet_no AND brief_no != expected_no"
)
"""Gives them that one."""

_SESSION_SUMS = ", ".join(
    f"coalesce(sum({name}) FILTER (WHERE NOT set_aside), 0) AS {name}" for name in _OF_SESSION
)
_DIFFERENT = " OR ".join(
    f"sessions.{name} IS NOT coalesce(counted.{name}, 0)" for name in _OF_SESSION
)
_OF_ROWS = (
    f"(SELECT session_no, min(at_ms) AS first_seen_ms, max(at_ms) AS last_seen_ms, "  # noqa: S608
    f"{_SESSION_SUMS} FROM messages GROUP BY session_no) AS counted"
)

_WRONG = (
    f"({_DIFFERENT} OR coalesce(sessions.first_seen_ms, counted.first_seen_ms + 1) "
    "> counted.first_seen_ms "
    "OR coalesce(sessions.last_seen_ms, counted.last_seen_ms - 1) < counted.last_seen_ms)"
)
"""A row that moved to another session leaves the times wider than the rows; that is no mistake."""

SESSIONS_THAT_DIFFER = (
    f"SELECT session_id FROM sessions LEFT JOIN {_OF_ROWS} USING (session_no) WHERE {_WRONG}"  # noqa: S608
)
"""Sessions whose own sums are not those of their rows, or whose times leave a row out."""

_SET = ", ".join(f"{name} = coalesce(counted.{name}, 0)" for name in _OF_SESSION)

MEND_SESSIONS = (
    f"UPDATE sessions SET {_SET}, first_seen_ms = counted.first_seen_ms, "  # noqa: S608
    "last_seen_ms = counted.last_seen_ms "
    "FROM (SELECT sessions.session_no AS wanted, counted.* FROM sessions "
    f"LEFT JOIN {_OF_ROWS} USING (session_no) WHERE {_WRONG}) AS counted "
    "WHERE sessions.session_no = counted.wanted"
)
"""Gives those sessions what their rows say."""

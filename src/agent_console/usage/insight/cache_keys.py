"""By what the use of the cache can be told apart, for every query that tells it apart.

Rule: a key is that of the row of the report by the same grouping, so that figures of several
queries meet in it.
"""

from collections.abc import Callable
from sqlite3 import Connection
from typing import Literal, TypeAlias

from msgspec import Struct

from agent_console.usage.reports import query, selection
from agent_console.usage.reports.buckets import cut
from agent_console.usage.reports.filter import Filter

By: TypeAlias = Literal["day", "project", "session"]
REPORTS: dict[By, str] = {"day": "daily", "project": "project", "session": "session"}
"""The report of each."""


class Keys(Struct, frozen=True):
    """One way to tell apart.

    Attributes:
        rows: What the filter takes, of the rollup that can tell.
        bucket: An expression of the columns `quarter` and `session_no`.
        facets: Columns of `facets` that belong to the key.
        fold: Makes the row's bucket of a query's.
    """

    rows: selection.Selection
    bucket: str
    facets: tuple[str, ...]
    fold: Callable[[int], int]


def keys_of(connection: Connection, wanted: Filter, by: By) -> Keys:
    """How the rows of a filter are told apart."""
    match by:
        case "day":
            rows = selection.select_rows(connection, wanted, cut="day")
            way = cut(connection, "daily", wanted, rows)
            return Keys(rows, way.bucket, (), way.fold)
        case "project":
            facets = ("project_no",)
            return Keys(selection.select_rows(connection, wanted, facets=facets), "0", facets, int)
        case "session":
            rows = selection.select_rows(connection, wanted, by_session=True)
            return Keys(rows, query.SESSION, (), int)

"""What a stretch of time came to, for everything that compares stretches.

Rule: sums are those of the one query of all reports (usage/reports/query.py); here they are only
asked for and put together.
"""

from collections.abc import Sequence
from sqlite3 import Connection

from msgspec import Struct

from agent_console.usage.money import dollars
from agent_console.usage.reports import query, selection
from agent_console.usage.reports.buckets import cut
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.sums import Sums


class Spent(Struct, frozen=True):
    """A stretch of time.

    Attributes:
        sums: Tokens by class and cost.
        sessions: How many sessions have part in it.
        projects: How many projects.
    """

    sums: Sums
    sessions: int
    projects: int

    @property
    def cost_usd(self) -> float:
        """Dollars; what has no price costs nothing here."""
        return dollars(self.sums.cost_pico)

    @property
    def usd_per_session(self) -> float | None:
        """Dollars; null without a session."""
        return self.cost_usd / self.sessions if self.sessions else None


def spent(connection: Connection, wanted: Filter) -> Spent:
    """What a filter comes to."""
    by_project = sums_by_name(connection, wanted, "project_no")
    total = Sums()
    for sums in by_project.values():
        total.add(sums)
    known = sum(1 for project in by_project if project)
    return Spent(total, sessions_in(connection, wanted), known)


def sessions_in(connection: Connection, wanted: Filter) -> int:
    """How many sessions have usage in it."""
    rows = selection.select_rows(connection, wanted, by_session=True)
    return query.count_sessions(connection, rows)


def sums_by_name(connection: Connection, wanted: Filter, column: str) -> dict[str, Sums]:
    """The sums of every name of a column of `facets`; what was not told is the empty name."""
    rows = selection.select_rows(connection, wanted, facets=(column,))
    known = query.names(connection, column)
    found: dict[str, Sums] = {}
    for (_, number), sums in query.grouped(connection, rows, facets=(column,)):
        found.setdefault(known.get(number, ""), Sums()).add(sums)
    return found


def daily_usd(connection: Connection, wanted: Filter) -> dict[int, float]:
    """Dollars by local day, days counted from 1970-01-01."""
    rows = selection.select_rows(connection, wanted, cut="day")
    way = cut(connection, "daily", wanted, rows)
    pico: dict[int, int] = {}
    for (day,), sums in query.grouped(connection, rows, way.bucket):
        pico[day] = pico.get(day, 0) + (sums.cost_pico or 0)
    return {day: dollars(amount) for day, amount in pico.items()}


def between(
    wanted: Filter, first: int, last: int, *, projects: Sequence[str] | None = None
) -> Filter:
    """The same filter for these local days, both included, and no others.

    Args:
        wanted: The filter.
        first: The first day, counted from 1970-01-01.
        last: The last one.
        projects: Only these, whatever the filter says; null for its own.
    """
    zone = wanted.zone
    return within(wanted, zone.day_start(first), zone.day_start(last + 1), projects=projects)


def within(
    wanted: Filter,
    since: int | None,
    until: int | None,
    *,
    projects: Sequence[str] | None = None,
    sessions: Sequence[str] | None = None,
) -> Filter:
    """The same filter for these quarters, `until` not included; null for no border.

    Args:
        wanted: The filter.
        since: The first quarter.
        until: The one after the last.
        projects: Only these, whatever the filter says; null for its own.
        sessions: The same for sessions.
    """
    return Filter(
        since=since,
        until=until,
        projects=wanted.projects if projects is None else projects,
        models=wanted.models,
        sessions=wanted.sessions if sessions is None else sessions,
        zone=wanted.zone,
        first_weekday=wanted.first_weekday,
        billing_day=wanted.billing_day,
        mode=wanted.mode,
        include_unlisted=wanted.include_unlisted,
    )

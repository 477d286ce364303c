"""What a stretch of time came to, for everything that compares stretches.

Rule: sums are those of the reports (usage/reports); here they are only asked for and put together.
"""

from sqlite3 import Connection

from msgspec import Struct

from agent_console.usage.reports import query
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.report import Report, build
from agent_console.usage.reports.sums import Sums

PICO_PER_USD = 1e12


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
        return usd(self.sums.cost_pico)

    @property
    def usd_per_session(self) -> float | None:
        """Dollars; null without a session."""
        return self.cost_usd / self.sessions if self.sessions else None


def spent(connection: Connection, wanted: Filter) -> Spent:
    """What a filter comes to."""
    report = build(connection, wanted, GROUPINGS["project"])
    return Spent(report.totals, sessions_in(connection, wanted), report.projects)


def sessions_in(connection: Connection, wanted: Filter) -> int:
    """How many sessions have usage in it."""
    rows = query.select_rows(connection, wanted, by_session=True)
    return len({session for _, session in query.sessions_of(connection, rows)})


def report(connection: Connection, wanted: Filter, grouping: str) -> Report:
    """A report of it, its rows in the order of their keys."""
    return build(connection, wanted, GROUPINGS[grouping])


def daily_usd(connection: Connection, wanted: Filter) -> dict[int, float]:
    """Dollars by local day, days counted from 1970-01-01."""
    rows = report(connection, wanted, "daily").rows
    return {row.key[0]: usd(row.sums.cost_pico) for row in rows if row.sums is not None}


def between(wanted: Filter, first: int, last: int) -> Filter:
    """The same filter for these local days, both included, and no others."""
    return Filter(
        since=wanted.zone.day_start(first),
        until=wanted.zone.day_start(last + 1),
        projects=wanted.projects,
        models=wanted.models,
        sessions=wanted.sessions,
        zone=wanted.zone,
        first_weekday=wanted.first_weekday,
        billing_day=wanted.billing_day,
        mode=wanted.mode,
        include_unlisted=wanted.include_unlisted,
    )


def usd(pico: int | None) -> float:
    """Picodollars as dollars."""
    return (pico or 0) / PICO_PER_USD

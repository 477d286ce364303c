"""What stands in a report to hand over, whatever it is written as.

Rule: no number of its own: every one is a report's (usage/reports) or a budget's, for the stretch's
days in the person's zone.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from agent_console.documents.stretch import Stretch
from agent_console.model.budget import BudgetStatus
from agent_console.model.format import counted, printable, tokens
from agent_console.usage.budgets.periods import Calendar
from agent_console.usage.budgets.status import budget_statuses
from agent_console.usage.insight.overview import change
from agent_console.usage.insight.spent import Spent, between, spent
from agent_console.usage.reports.building import build
from agent_console.usage.reports.cache_rates import efficiency, hit_rate
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.notes import money
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.row import Row
from agent_console.usage.reports.sums import Sums

if TYPE_CHECKING:
    from agent_console.usage.reports.reading import Reading

TOP_PROJECTS = 15
TOP_SESSIONS = 10

Named: TypeAlias = Callable[[Row], tuple[str, str]]


class Day(Struct, frozen=True):
    """A day.

    Attributes:
        day: Counted from 1970-01-01.
        sums: All of it.
        models: The same by model.
    """

    day: int
    sums: Sums
    models: dict[str, Sums]


class Part(Struct, frozen=True):
    """A project, a model or a session.

    Attributes:
        name: What it is called, harmless to a terminal.
        detail: What else is said of it: a session's project.
        sums: Its usage.
        share: Of the cost, 0 to 1; null where it has none.
    """

    name: str
    detail: str
    sums: Sums
    share: float | None


class Parts(Struct, frozen=True):
    """The dearest parts and what is left.

    Attributes:
        shown: The dearest first.
        rest: Those that are not shown, as one; null when all are.
        count: How many there are in all.
    """

    shown: list[Part]
    rest: Part | None
    count: int


class Contents(Struct, frozen=True):
    """A report to hand over.

    Attributes:
        stretch: Its days.
        zone: The name of the zone; empty for the system's.
        made_at_ms: When it was made, Unix milliseconds.
        now: What the stretch came to.
        before: What the days came to that it is compared with.
        change_percent: Of the cost; null where nothing was before.
        days: Every day of it so far, also those without usage.
        projects: By working directory.
        models: By model.
        sessions: By session.
        budgets: Those that are set, as they stand when the report is made.
        hit_rate: Of the prompt cache, 0 to 1; null when nothing was sent.
        efficiency: Reads / (reads + writes); null when the cache was not used.
        notes: What must be said so that nobody takes the numbers for more than they are.
    """

    stretch: Stretch
    zone: str
    made_at_ms: int
    now: Spent
    before: Spent
    change_percent: float | None
    days: list[Day]
    projects: Parts
    models: Parts
    sessions: Parts
    budgets: list[BudgetStatus]
    hit_rate: float | None
    efficiency: float | None
    notes: list[str]


def contents(
    connection: "Reading", stretch: Stretch, wanted: Filter, calendar: Calendar, at_ms: int
) -> Contents:
    """The contents.

    Args:
        connection: The ledger.
        stretch: The days.
        wanted: What counts beside the days.
        calendar: How budgets' periods are cut.
        at_ms: Now, Unix milliseconds.
    """
    during = between(wanted, stretch.first, stretch.until)
    now = spent(connection, during)
    before = spent(connection, between(wanted, stretch.compared_first, stretch.compared_last))
    by_day = build(connection, during, GROUPINGS["daily"])
    return Contents(
        stretch=stretch,
        zone=wanted.zone.name,
        made_at_ms=at_ms,
        now=now,
        before=before,
        change_percent=change(now.cost_usd, before.cost_usd),
        days=_days(by_day, stretch),
        projects=_parts(build(connection, during, GROUPINGS["project"]), TOP_PROJECTS, _label),
        models=_parts(build(connection, during, GROUPINGS["model"]), None, _label),
        sessions=_parts(build(connection, during, GROUPINGS["session"]), TOP_SESSIONS, _session),
        budgets=budget_statuses(connection, calendar, at_ms),
        hit_rate=hit_rate(now.sums),
        efficiency=efficiency(now.sums),
        notes=_notes(by_day),
    )


def rows_by_day(connection: "Reading", stretch: Stretch, wanted: Filter) -> list[Row]:
    """A row for each day and project, with its models: for spreadsheets."""
    during = between(wanted, stretch.first, stretch.until)
    return build(connection, during, GROUPINGS["daily"], by_project=True).rows


def _days(by_day: Report, stretch: Stretch) -> list[Day]:
    known = {row.key[0]: row for row in by_day.rows}
    found: list[Day] = []
    for day in range(stretch.first, stretch.until + 1):
        row = known.get(day)
        models = {} if row is None else {printable(name): sums for name, sums in row.models.items()}
        found.append(Day(day, Sums() if row is None or row.sums is None else row.sums, models))
    return found


def _parts(found: Report, most: int | None, name: Named) -> Parts:
    whole = found.totals.cost_pico or 0
    rows = sorted(
        ((row, row.sums) for row in found.rows if row.sums is not None and row.sums.messages),
        key=lambda each: (-(each[1].cost_pico or 0), -each[1].tokens, each[0].label),
    )
    parts = [Part(*name(row), sums, _share(sums, whole)) for row, sums in rows]
    shown = parts if most is None else parts[:most]
    rest = parts[len(shown) :]
    if not rest:
        return Parts(shown, None, len(parts))
    left = Sums()
    for part in rest:
        left.add(part.sums)
    return Parts(shown, Part(f"{len(rest)} more", "", left, _share(left, whole)), len(parts))


def _share(sums: Sums, whole: int) -> float | None:
    return None if sums.cost_pico is None or not whole else sums.cost_pico / whole


def _label(row: Row) -> tuple[str, str]:
    return printable(row.label), ""


def _session(row: Row) -> tuple[str, str]:
    detail = row.detail
    title = detail.title or detail.session_id
    return printable(title), printable(", ".join(detail.projects[:1]))


def _notes(found: Report) -> list[str]:
    sums = found.totals
    said: list[str] = []
    if sums.unpriced:
        models = ", ".join(map(printable, found.unpriced_models))
        said.append(f"* {tokens(sums.unpriced)} tokens have no price and are in no cost: {models}.")
    if sums.lower_bound:
        said.append(
            f"The output of {counted(sums.lower_bound, 'response')} is a lower bound: Claude Code "
            "wrote too small a count."
        )
    if sums.unlisted_tokens or sums.unlisted_pico:
        said.append(
            f"{tokens(sums.unlisted_tokens)} tokens ({money(sums.unlisted_pico)}) were billed and "
            "stand in no line of a transcript: compaction, naming, streams that were cut."
        )
    return said

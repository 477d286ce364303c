"""How the month stands: against last month, today, this week, and where it goes.

Rule: no number of its own; every one is a report's.
"""

from sqlite3 import Connection

from msgspec import Struct

from agent_console.model.usage import Spending
from agent_console.usage.insight.forecast import Forecast, forecast
from agent_console.usage.insight.spent import Spent, between, daily_usd, report, spent, usd
from agent_console.usage.reports.calendar import month_start, next_month_start
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.row import Row
from agent_console.usage.reports.zone import QUARTER_SECONDS
from agent_console.usage.spending import SpendingQuery

TOP = 3
WEEK_DAYS = 7
HISTORY_DAYS = 400
"""How far back a forecast may look."""


class Part(Struct, frozen=True):
    """A project or a model and its part in the stretch.

    Attributes:
        name: The project's path or the model's name.
        cost_usd: Dollars.
        tokens: All classes together.
    """

    name: str
    cost_usd: float
    tokens: int


class Overview(Struct, frozen=True):
    """How things stand.

    Attributes:
        first, today: The stretch's local days, counted from 1970-01-01, both included.
        now: The stretch.
        before: The same span of the month before; null when the stretch is not this month.
        change_percent: Of the cost, against `before`; null when there is nothing to compare with.
        today_spent: Today alone.
        spending: Today's and the current block's cost, and the burn rate.
        week: Dollars of the last seven days, today last.
        projects, models: The most expensive ones.
        forecast: Of the month; null when the stretch is not this month.
    """

    first: int
    today: int
    now: Spent
    before: Spent | None
    change_percent: float | None
    today_spent: Spent
    spending: Spending
    week: list[float]
    projects: list[Part]
    models: list[Part]
    forecast: Forecast | None


def overview(connection: Connection, wanted: Filter, now_ms: int, *, month: bool) -> Overview:
    """The overview.

    Args:
        connection: The ledger.
        wanted: What counts; without `since` and `until` it is this month.
        now_ms: Unix milliseconds.
        month: The stretch is this month so far; else it is the filter's own.
    """
    today = wanted.zone.day(now_ms // 1000 // QUARTER_SECONDS)
    start = month_start(today, wanted.billing_day)
    stretch = between(wanted, start, today) if month else wanted
    now = spent(connection, stretch)
    before = last = None
    if month:
        before = spent(connection, _same_span_before(wanted, start, today))
        known = daily_usd(connection, between(wanted, today - HISTORY_DAYS, today))
        end = next_month_start(start, wanted.billing_day) - 1
        last = forecast(known, today, start, end)
    days = daily_usd(connection, between(wanted, today - WEEK_DAYS + 1, today))
    return Overview(
        first=start,
        today=today,
        now=now,
        before=before,
        change_percent=None if before is None else change_percent(now.cost_usd, before.cost_usd),
        today_spent=spent(connection, between(wanted, today, today)),
        spending=SpendingQuery(connection, wanted.zone.info).read(now_ms),
        week=[days.get(day, 0.0) for day in range(today - WEEK_DAYS + 1, today + 1)],
        projects=_top(report(connection, stretch, "project").rows),
        models=_top(report(connection, stretch, "model").rows),
        forecast=last,
    )


def change_percent(now: float, before: float) -> float | None:
    """How much more than before, in percent of it; null where before was nothing."""
    return (now / before - 1) * 100 if before > 0 else None


def _same_span_before(wanted: Filter, start: int, today: int) -> Filter:
    """As many days of the month before, or all of a shorter one."""
    earlier = month_start(start - 1, wanted.billing_day)
    return between(wanted, earlier, min(earlier + today - start, start - 1))


def _top(rows: list[Row]) -> list[Part]:
    parts = [
        Part(row.label, usd(row.sums.cost_pico), row.sums.tokens)
        for row in rows
        if row.sums is not None
    ]
    return sorted(parts, key=lambda part: (-part.cost_usd, -part.tokens))[:TOP]

"""How the month stands: against last month, today, this week, and where it goes.

Rule: no number of its own; every one is a report's, a budget's or the forecast's.
"""

from sqlite3 import Connection

from msgspec import Struct

from agent_console.model.budget import BudgetStatus
from agent_console.usage.budgets.periods import Calendar
from agent_console.usage.budgets.spending import SpendingQuery
from agent_console.usage.budgets.status import budget_statuses
from agent_console.usage.insight.cache_money import CacheMoney, cache_money_of
from agent_console.usage.insight.forecast import Forecast
from agent_console.usage.insight.month import Month, forecast_of, month_of, same_span_before
from agent_console.usage.insight.spent import Spent, between, daily_usd, spent, sums_by_name
from agent_console.usage.money import dollars
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.row import UNKNOWN
from agent_console.usage.reports.sums import Sums

TOP = 3
WEEK_DAYS = 7


class Part(Struct, frozen=True):
    """A project or a model and its part in the stretch.

    Attributes:
        name: The project's path or the model's name.
        cost_usd: Dollars; null when nothing of it has a price.
        tokens: All classes together.
    """

    name: str
    cost_usd: float | None
    tokens: int


class Overview(Struct, frozen=True):
    """How things stand.

    Attributes:
        month: The month that now is in.
        stretch: The filter of `now`: the month so far, or what was asked for.
        now: The stretch.
        before: The same span of the month before, to the quarter of an hour; null when the stretch
            is not this month.
        today: Today alone.
        burn_usd_per_hour: Of the current 5-hour block; null without one and with a filter.
        week: Dollars of the last seven days, today last.
        cache: What the cache saved in the stretch.
        projects, models: The most expensive ones.
        budgets: All budgets in their current periods; empty with a filter.
        forecast: Of the month; null when the stretch is not this month.
    """

    month: Month
    stretch: Filter
    now: Spent
    before: Spent | None
    today: Spent
    burn_usd_per_hour: float | None
    week: list[float]
    cache: CacheMoney
    projects: list[Part]
    models: list[Part]
    budgets: list[BudgetStatus]
    forecast: Forecast | None

    @property
    def change_percent(self) -> float | None:
        """Of the cost against `before`; null when there is nothing to compare with."""
        return None if self.before is None else change(self.now.cost_usd, self.before.cost_usd)


def overview(
    connection: Connection, wanted: Filter, now_ms: int, *, this_month: bool, first_weekday: int = 0
) -> Overview:
    """The overview.

    Args:
        connection: The ledger.
        wanted: What counts; without `since` and `until` it is this month or everything.
        now_ms: Unix milliseconds.
        this_month: The stretch is this month so far; else it is the filter's own.
        first_weekday: Of the weeks of budgets; 0 is Monday.
    """
    month = month_of(wanted, now_ms)
    today = month.today
    stretch = between(wanted, month.first, today) if this_month else wanted
    days = daily_usd(connection, between(wanted, today - WEEK_DAYS + 1, today))
    names_nothing = not (wanted.projects or wanted.models)
    burn = None
    budgets: list[BudgetStatus] = []
    if names_nothing:
        burn = SpendingQuery(connection, wanted.zone.info).read(now_ms).burn_usd_per_hour
        calendar = Calendar(wanted.zone, first_weekday)
        budgets = budget_statuses(connection, calendar, now_ms)
    return Overview(
        month=month,
        stretch=stretch,
        now=spent(connection, stretch),
        before=spent(connection, same_span_before(wanted, month, now_ms)) if this_month else None,
        today=spent(connection, between(wanted, today, today)),
        burn_usd_per_hour=burn,
        week=[days.get(day, 0.0) for day in range(today - WEEK_DAYS + 1, today + 1)],
        cache=cache_money_of(connection, stretch),
        projects=_top(sums_by_name(connection, stretch, "project_no")),
        models=_top(sums_by_name(connection, stretch, "model_no")),
        budgets=budgets,
        forecast=forecast_of(connection, wanted, month) if this_month else None,
    )


def change(now: float, before: float) -> float | None:
    """How much more than before, in percent of it; null where before was nothing."""
    return (now / before - 1) * 100 if before > 0 else None


def _top(by_name: dict[str, Sums]) -> list[Part]:
    parts = [
        Part(
            name or UNKNOWN,
            None if sums.cost_pico is None else dollars(sums.cost_pico),
            sums.tokens,
        )
        for name, sums in by_name.items()
    ]
    return sorted(parts, key=lambda part: (-(part.cost_usd or 0.0), -part.tokens, part.name))[:TOP]

"""The month that now is in, and what it will have cost.

Rule: days are local ones, counted from 1970-01-01; a month begins on the filter's billing day.
"""

from sqlite3 import Connection

from msgspec import Struct

from agent_console.usage.insight.forecast import Forecast, forecast
from agent_console.usage.insight.spent import between, daily_usd, within
from agent_console.usage.reports.calendar import month_start, next_month_start
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.zone import QUARTER_SECONDS

HISTORY_DAYS = 400
"""How far back a forecast may look."""


class Month(Struct, frozen=True):
    """A month that goes on: its first and last day, and today."""

    first: int
    last: int
    today: int


def month_of(wanted: Filter, now_ms: int) -> Month:
    """The month of `now_ms`, Unix milliseconds."""
    today = wanted.zone.day(now_ms // 1000 // QUARTER_SECONDS)
    first = month_start(today, wanted.billing_day)
    return Month(first, next_month_start(first, wanted.billing_day) - 1, today)


def same_span_before(wanted: Filter, month: Month, now_ms: int) -> Filter:
    """As many days of the month before, the last one up to this time of day; no more than all."""
    zone = wanted.zone
    first = month_start(month.first - 1, wanted.billing_day)
    begun = now_ms // 1000 // QUARTER_SECONDS - zone.day_start(month.today)
    until = zone.day_start(first + month.today - month.first) + begun + 1
    return within(wanted, zone.day_start(first), min(until, zone.day_start(month.first)))


def forecast_of(connection: Connection, wanted: Filter, month: Month) -> Forecast:
    """What the month will have cost, learnt from all that is known of the filter."""
    known = daily_usd(connection, between(wanted, month.today - HISTORY_DAYS, month.today))
    return forecast(known, month.today, month.first, month.last)

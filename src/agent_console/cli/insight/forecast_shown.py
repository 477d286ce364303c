"""The forecast for people and for scripts."""

from typing import Any

import msgspec

from agent_console.cli.fields import Rows
from agent_console.cli.insight import words
from agent_console.model.format import counted, exact_cost
from agent_console.usage.insight.anomalies import MIN_HISTORY
from agent_console.usage.insight.forecast import Forecast
from agent_console.usage.insight.month import Month
from agent_console.usage.reports.calendar import iso

METHOD = (
    "The usual day of late with its slow trend, times what is usual for each weekday, for the days "
    "that are left; the range holds four of five times."
)


def rows(found: Forecast, month: Month) -> Rows:
    """The forecast, one below the other."""
    return (
        ("Month", words.days(month.first, month.last)),
        ("Spent", f"{exact_cost(found.spent)} until now, {counted(found.days_left, 'day')} left"),
        ("Forecast", exact_cost(found.expected)),
        ("Range", f"{exact_cost(found.low)} to {exact_cost(found.high)}, four of five times"),
        ("Straight line", f"{exact_cost(found.naive)}, if every day were like those so far"),
        ("Learnt from", counted(found.history_days, "day")),
    )


def doubt(found: Forecast) -> str:
    """What must be said of a forecast that knows little; empty otherwise."""
    if found.history_days >= MIN_HISTORY:
        return ""
    return f"There are fewer than {MIN_HISTORY} days to learn from: take it for a guess."


def as_data(found: Forecast, month: Month) -> dict[str, Any]:
    """The forecast for scripts, in US dollars."""
    return {
        "first_day": iso(month.first),
        "last_day": iso(month.last),
        "today": iso(month.today),
        **msgspec.structs.asdict(found),
        "range_percent": 80,
        "method": METHOD,
    }

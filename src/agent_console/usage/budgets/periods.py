"""The period that a budget is in: its first quarter of an hour and the one after its last.

Rule: days, weeks and months are those of the reports (usage/reports/calendar.py and zone.py), so a
budget and a report over its period mean the same quarters, changes of the clock included.
"""

from datetime import tzinfo

from msgspec import Struct

from agent_console.config import Config
from agent_console.model.budget import Budget
from agent_console.usage.reports.calendar import month_start, next_month_start, week_start
from agent_console.usage.reports.zone import Zone


class Calendar(Struct, frozen=True):
    """How the person's time is cut.

    Attributes:
        zone: Where days begin at midnight.
        first_weekday: With which day weeks begin; 0 is Monday.
    """

    zone: Zone
    first_weekday: int = 0


def calendar_of(zone: tzinfo | None, first_weekday: int = 0) -> Calendar:
    """A calendar in this zone; null is the system's."""
    known = Zone()
    known.info = zone
    return Calendar(known, first_weekday)


def configured_calendar(config: Config) -> Calendar:
    """How the user has time cut."""
    return calendar_of(config.display.zone, config.display.first_weekday)


def period_of(budget: Budget, calendar: Calendar, quarter: int) -> range:
    """The quarters of the budget's period that `quarter` is in."""
    zone = calendar.zone
    first, following = _days(budget, calendar, zone.day(quarter))
    return range(zone.day_start(first), zone.day_start(following))


def _days(budget: Budget, calendar: Calendar, today: int) -> tuple[int, int]:
    match budget.period:
        case "daily":
            return today, today + 1
        case "weekly":
            first = week_start(today, calendar.first_weekday)
            return first, first + 7
        case "monthly":
            first = month_start(today, budget.billing_day)
            return first, next_month_start(first, budget.billing_day)

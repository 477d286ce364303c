"""What a day usually costs, for the one question of the daemon: is today unusual?

Rule: the same days and the same statistic as `agent-console anomalies`, asked once a day.
"""

import os
from sqlite3 import Connection

from msgspec import Struct

from agent_console.usage.insight.anomalies import MAX_HISTORY, Usual, usual
from agent_console.usage.insight.day_history import day_history
from agent_console.usage.insight.spent import between, daily_usd
from agent_console.usage.insight.unusual import UnusualSpending
from agent_console.usage.insight.unusual_words import causes_words
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.zone import Zone


class UsualDay(Struct, frozen=True):
    """What the days before one come to.

    Attributes:
        day: The local day, counted from 1970-01-01.
        usual: Null when there are too few of them.
    """

    day: int
    usual: Usual | None

    def is_passed_by(self, cost_usd: float) -> bool:
        """Whether so much is unusual for the day."""
        return self.usual is not None and cost_usd > self.usual.limit


def usual_day(connection: Connection, zone: Zone, day: int) -> UsualDay:
    """What is usual on the eve of a day."""
    known = daily_usd(connection, between(Filter(zone=zone), day - MAX_HISTORY, day - 1))
    return UsualDay(day, usual(day_history(known, day)))


def causes_of_day(connection: Connection, zone: Zone, day: int) -> str:
    """What drove an unusual day, in words; empty when it is not one."""
    for found in UnusualSpending(connection, Filter(zone=zone), day, day).days():
        return causes_words(found.causes, os.path.expanduser("~"))
    return ""

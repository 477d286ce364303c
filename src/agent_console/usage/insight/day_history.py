"""The history that a day is compared with.

Somebody who rests at weekends has two kinds of days, and all working days would be judged by the
spread between both. So what was spent on a weekday that is usually quieter counts as much as it
would have been on the day that is judged, by the factors of the forecast. A day that is usually
quiet is compared with all others as they are: working on a Sunday for once is nothing unusual.
"""

from collections.abc import Mapping

from agent_console.usage.insight.anomalies import MAX_HISTORY
from agent_console.usage.insight.forecast import WEEKDAYS, pattern


def day_history(daily: Mapping[int, float], day: int) -> list[float]:
    """Dollars of the days before one, the oldest first; none before anything was spent.

    Args:
        daily: Dollars by day, days counted from 1970-01-01.
        day: The day that is judged.
    """
    spent = [each for each, cost in daily.items() if cost > 0 and day - MAX_HISTORY <= each < day]
    if not spent:
        return []
    factors = pattern(daily, day).factors
    usual = factors[day % WEEKDAYS]
    return [
        daily.get(each, 0.0) * max(1.0, usual / factors[each % WEEKDAYS])
        for each in range(min(spent), day)
    ]

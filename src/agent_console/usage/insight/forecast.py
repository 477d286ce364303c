"""What a period will have cost at its end, with a range.

The method: spending of a day is a level times a factor of its weekday. The factors are the means of
the last eight weeks, drawn towards "every day is alike" as long as there are few of them. The level
is exponentially smoothed over the days without their factors and has a damped trend, so it follows
somebody who works more than last month. What is left of the period is the level, going on with its
trend, times the factors. The range is that of damped exponential smoothing summed over the
remaining days (Hyndman et al., Forecasting with Exponential Smoothing, 2008, chapter 6), with the
spread of the one-day errors, cut off at what has been spent already.

Rule: no database and no clock here; days are counted from 1970-01-01, money is in dollars.
"""

from collections.abc import Mapping
from math import sqrt

from msgspec import Struct

WEEKDAYS = 7
FACTOR_DAYS = 56
"""How far back the weekdays are looked at."""

SHRINK_WEEKS = 1.0
"""So many weeks of "every day is alike" are added to what was seen of a weekday."""

SMOOTHING = 0.03
"""The weight of the newest day in the level."""

TREND_SMOOTHING = 0.001
"""The same in the trend, which is learnt over months."""

DAMPING = 0.98
"""What is left of the trend each day further."""

WARM_UP_DAYS = 7
"""Errors before that say more of the beginning than of the person."""

EIGHTY_PERCENT = 1.2816
"""Standard deviations to each side that hold four of five outcomes."""

UNKNOWN = 1.2
"""What a model does not know of itself: by so much its range is wider, from the backtest."""


class Forecast(Struct, frozen=True):
    """What a period comes to.

    Attributes:
        spent: Until now.
        expected: At its end.
        low, high: Four of five times it ends between these.
        naive: What a straight line through the spent days comes to, for comparison.
        days_left: Whole days after today.
        history_days: How many days it was learnt from.
    """

    spent: float
    expected: float
    low: float
    high: float
    naive: float
    days_left: int
    history_days: int


class Pattern(Struct, frozen=True):
    """What was learnt from the past.

    Attributes:
        level: A day without a weekday, today.
        trend: What the level gains each day.
        today: The day that the level is of.
        factors: Of each weekday, by the day's number modulo 7.
        spread: Standard deviation of a day's error in levels.
        days: How many days it was learnt from.
    """

    level: float
    trend: float
    today: int
    factors: tuple[float, ...]
    spread: float
    days: int

    def day(self, day: int) -> float:
        """What that day is expected to cost."""
        ahead = max(0, day - self.today)
        gained = self.trend * DAMPING * (1 - DAMPING**ahead) / (1 - DAMPING)
        return max(0.0, self.level + gained) * self.factors[day % WEEKDAYS]


def pattern(daily: Mapping[int, float], before: int) -> Pattern:
    """Learn from the days before `before`; days without spending count as nothing.

    Args:
        daily: Dollars by day.
        before: The first day that is not looked at.
    """
    past = [day for day in daily if day < before and daily[day] > 0]
    if not past:
        return Pattern(0.0, 0.0, before, (1.0,) * WEEKDAYS, 0.0, 0)
    days = range(min(past), before)
    factors = _factors(daily, days)
    square = sum(factor * factor for factor in factors) / WEEKDAYS
    level = sum(daily.get(day, 0.0) for day in days[:WARM_UP_DAYS]) / len(days[:WARM_UP_DAYS])
    trend = 0.0
    errors: list[float] = []
    for number, day in enumerate(days):
        factor = factors[day % WEEKDAYS]
        level += DAMPING * trend
        error = daily.get(day, 0.0) - level * factor
        if number >= WARM_UP_DAYS:
            errors.append(error)
        # A weekday that is never worked on says nothing about the level.
        told = error * factor / square
        level = max(0.0, level + SMOOTHING * told)
        trend = DAMPING * trend + TREND_SMOOTHING * told
    recent = errors[-FACTOR_DAYS:]
    spread = sqrt(sum(error * error for error in recent) / len(recent)) if recent else level
    return Pattern(level, trend, before - 1, factors, spread, len(days))


def forecast(daily: Mapping[int, float], today: int, first: int, last: int) -> Forecast:
    """The forecast of a period that today lies in.

    Args:
        daily: Dollars by day, of this period and as far back as is known.
        today: Of it, only what was spent until now is known.
        first: The period's first day.
        last: The period's last day.
    """
    learnt = pattern(daily, today)
    spent = sum(daily.get(day, 0.0) for day in range(first, today + 1))
    spent_today = daily.get(today, 0.0)
    rest_of_today = max(0.0, learnt.day(today) - spent_today)
    left = range(today + 1, last + 1)
    expected = spent + rest_of_today + sum(map(learnt.day, left))
    steps = len(left) + (1 if rest_of_today else 0)
    weights = (1 + step * SMOOTHING + TREND_SMOOTHING * step * step / 2 for step in range(steps))
    spread = learnt.spread * sqrt(sum(weight * weight for weight in weights)) * UNKNOWN
    return Forecast(
        spent=spent,
        expected=expected,
        low=max(spent, expected - EIGHTY_PERCENT * spread),
        high=expected + EIGHTY_PERCENT * spread,
        naive=naive(daily, today, first, last),
        days_left=len(left),
        history_days=learnt.days,
    )


def naive(daily: Mapping[int, float], today: int, first: int, last: int) -> float:
    """The straight line: what every day so far cost on average, for all days of the period."""
    spent = sum(daily.get(day, 0.0) for day in range(first, today + 1))
    return spent / (today - first + 1) * (last - first + 1)


def _factors(daily: Mapping[int, float], days: range) -> tuple[float, ...]:
    recent = days[-FACTOR_DAYS:]
    mean = sum(daily.get(day, 0.0) for day in recent) / len(recent)
    if not mean:
        return (1.0,) * WEEKDAYS
    sums, counts = [0.0] * WEEKDAYS, [0] * WEEKDAYS
    for day in recent:
        sums[day % WEEKDAYS] += daily.get(day, 0.0) / mean
        counts[day % WEEKDAYS] += 1
    found = [
        (total + SHRINK_WEEKS) / (count + SHRINK_WEEKS)
        for total, count in zip(sums, counts, strict=True)
    ]
    average = sum(found) / WEEKDAYS
    return tuple(factor / average for factor in found)

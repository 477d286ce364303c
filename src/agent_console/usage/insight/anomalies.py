"""Spending that is far from what is usual, and what drove it.

A value is compared with its own history by the median and the median absolute deviation (MAD),
which a few wild days do not move: 1.4826 MAD is the standard deviation of a normal spread, and a
value more than 3.5 of these above the median is an outlier (Iglewicz and Hoaglin, 1993). Spending
differs by factors rather than by amounts, so it has to be one among the logarithms too. Somebody
whose days hardly differ would be told of cents, so it also has to be twice the median and a dollar
above it.

Rule: no database and no clock here. Nothing is said from less than two weeks of days.
"""

from collections.abc import Mapping, Sequence
from math import exp, log
from statistics import median
from typing import TypeAlias

from msgspec import Struct

MIN_HISTORY = 14
"""Values below that are no history."""

MAX_HISTORY = 90
"""Older ones are of another time."""

OUTLIER = 3.5
NORMAL_MAD = 1.4826
LEAST_FACTOR = 2.0
LEAST_USD = 1.0


Parts: TypeAlias = Mapping[tuple[str, str], float]
"""Dollars by kind of token and project."""


class Usual(Struct, frozen=True):
    """What is usual.

    Attributes:
        median: Half of the values are above it.
        spread: A standard deviation, from the MAD.
        limit: Above this a value is an outlier.
    """

    median: float
    spread: float
    limit: float


class Driver(Struct, frozen=True):
    """A part of the value that grew.

    Attributes:
        kind: Which tokens, as `cost_sql.CLASS_COSTS` calls them.
        project: Whose.
        value: Its dollars now.
        usual: Its usual dollars.
    """

    kind: str
    project: str
    value: float
    usual: float

    @property
    def growth_percent(self) -> float | None:
        """How much more than usual, in percent of it; null where there usually is nothing."""
        return (self.value / self.usual - 1) * 100 if self.usual > 0 else None


def usual(history: Sequence[float]) -> Usual | None:
    """What is usual in a history; null when it is too short to say.

    Args:
        history: Dollars, the oldest first, without the value that is to be judged.
    """
    recent = history[-MAX_HISTORY:]
    if len(recent) < MIN_HISTORY:
        return None
    middle, spread = _middle_and_spread(recent)
    limit = max(middle + OUTLIER * spread, _least(middle))
    logs = [log(value) for value in recent if value > 0]
    if len(logs) >= MIN_HISTORY:
        middle_log, spread_log = _middle_and_spread(logs)
        limit = max(limit, exp(middle_log + OUTLIER * spread_log))
    return Usual(middle, spread, limit)


def is_anomaly(value: float, history: Sequence[float]) -> bool:
    """Whether the value is far above what is usual."""
    recent = history[-MAX_HISTORY:]
    if len(recent) < MIN_HISTORY or value <= _least(median(recent)):
        return False  # most values: the rest takes longer
    found = usual(history)
    return found is not None and value > found.limit


def drivers(now: Parts, before: Sequence[Parts], most: int = 3) -> list[Driver]:
    """The parts that grew most, the largest growth first.

    Args:
        now: Dollars of each part today.
        before: The same of earlier days.
        most: How many to name.
    """
    found = [
        Driver(*part, value, median([each.get(part, 0.0) for each in before]) if before else 0.0)
        for part, value in now.items()
    ]
    grown = [driver for driver in found if driver.value > driver.usual]
    return sorted(grown, key=lambda driver: driver.usual - driver.value)[:most]


def _least(middle: float) -> float:
    """No limit is lower, however little the values differ."""
    return max(middle * LEAST_FACTOR, middle + LEAST_USD)


def _middle_and_spread(values: Sequence[float]) -> tuple[float, float]:
    middle = median(values)
    return middle, NORMAL_MAD * median(abs(value - middle) for value in values)

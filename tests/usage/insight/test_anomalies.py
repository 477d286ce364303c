"""Days that cost far more than usual: told when they come, and no false alarms."""

import random

import pytest
from tests.usage.insight.test_forecast import HABITS

from agent_console.usage.insight.anomalies import (
    MIN_HISTORY,
    Driver,
    drivers,
    is_anomaly,
    usual,
)
from agent_console.usage.insight.day_history import day_history

STEADY_DAYS = 365
PEOPLE = 50
FALSE_ALARMS_PER_YEAR = 4
"""A person whose days differ as ordinary days do hears of it no more often."""


def steady(rng: random.Random) -> list[float]:
    """A year of somebody whose days differ by a third up or down."""
    base = rng.uniform(3, 80)
    return [base * rng.lognormvariate(0, 0.35) for _ in range(STEADY_DAYS)]


def test_steady_days_raise_hardly_an_alarm() -> None:
    rng = random.Random(1)
    alarms = 0
    for _ in range(PEOPLE):
        days = steady(rng)
        alarms += sum(is_anomaly(cost, days[:day]) for day, cost in enumerate(days))

    assert alarms / PEOPLE <= FALSE_ALARMS_PER_YEAR


def test_a_day_of_five_times_the_usual_is_one() -> None:
    rng = random.Random(2)
    found = 0
    for _ in range(PEOPLE):
        days = steady(rng)[:60]
        found += is_anomaly(5 * sum(days) / len(days), days)

    assert found == PEOPLE


@pytest.mark.parametrize("days", range(MIN_HISTORY))
def test_nothing_is_said_in_the_first_days(days: int) -> None:
    assert not is_anomaly(1_000_000.0, [1.0] * days)


def test_days_that_never_differ_allow_twice_as_much_and_a_dollar() -> None:
    assert not is_anomaly(9.9, [5.0] * 30)
    assert is_anomaly(10.1, [5.0] * 30)
    assert not is_anomaly(0.9, [0.0] * 30)
    assert is_anomaly(1.1, [0.0] * 30)


def test_wild_days_before_do_not_hide_one() -> None:
    history = [5.0, 6.0, 4.0, 5.5, 4.5] * 6
    history[3] = history[17] = 500.0

    found = usual(history)

    assert found is not None
    assert found.limit < 20
    assert is_anomaly(30.0, history)


def test_the_parts_that_grew_are_named_the_largest_first() -> None:
    output, given, new = ("output", "web"), ("input", "web"), ("output", "new")
    before = [{output: 2.0, given: 1.0, ("output", "api"): 4.0}] * 20

    found = drivers({output: 8.0, given: 1.0, new: 3.0}, before)

    assert found == [Driver("output", "web", 8.0, 2.0), Driver("output", "new", 3.0, 0.0)]
    assert found[0].growth_percent == 300.0
    assert found[1].growth_percent is None


@pytest.mark.parametrize("habit", HABITS)
def test_no_habit_raises_more_alarms_than_its_days_are_wild(habit: str) -> None:
    rng = random.Random(habit)
    alarms = days = 0
    for _ in range(20):
        daily = HABITS[habit](rng)
        for day in range(60, len(daily)):
            alarms += is_anomaly(daily[day], day_history(daily, day))
            days += 1

    assert alarms * 365 / days <= FALSE_ALARMS_PER_YEAR


def test_a_working_day_is_not_judged_by_the_spread_between_weekend_and_week() -> None:
    rng = random.Random(3)
    daily = {
        day: (0.5 if day % 7 in {1, 2, 3} else 10.0) * rng.lognormvariate(0, 0.35)
        for day in range(70)
    }

    judged = usual(day_history(daily, 70))  # a Thursday
    plain = usual([daily[day] for day in range(70)])
    assert judged is not None
    assert plain is not None
    assert judged.limit < 0.8 * plain.limit
    assert not is_anomaly(10.0, day_history(daily, 72))  # a Saturday like any other day


def test_a_day_has_no_history_before_anything_was_spent() -> None:
    assert day_history({}, 10) == []
    assert day_history({5: 0.0, 7: 1.0, 10: 3.0}, 10) == [1.0, 0.0, 0.0]

"""Days that cost far more than usual: told when they come, and no false alarms."""

import random

import pytest

from agent_console.usage.insight.anomalies import (
    MIN_HISTORY,
    Driver,
    drivers,
    is_anomaly,
    usual,
)

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
    before = [{"web output": 2.0, "web input": 1.0, "api output": 4.0}] * 20

    found = drivers({"web output": 8.0, "web input": 1.0, "new output": 3.0}, before)

    assert found == [Driver("web output", 8.0, 2.0), Driver("new output", 3.0, 0.0)]
    assert found[0].growth_percent == 300.0
    assert found[1].growth_percent is None

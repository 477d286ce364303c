"""What a month will have cost: better than a straight line, and honest about its range."""

import random
from collections.abc import Callable, Iterator
from functools import cache

import pytest

from agent_console.usage.insight.forecast import forecast, naive, pattern

MONTH = 30
ASK_ON = (4, 9, 14, 19, 24)
"""Days of the month on which the end is asked for."""

PEOPLE = 40
Person = Callable[[random.Random], dict[int, float]]


def person(*, weekend: float, growth: float, noise: float, idle: float) -> Person:
    """Somebody with a habit.

    Args:
        weekend: The part of a working day's spending on Saturday and Sunday.
        growth: How much more each day, as a part.
        noise: The spread of the logarithm of a day's spending.
        idle: The part of days without any.
    """

    def days(rng: random.Random) -> dict[int, float]:
        base = rng.uniform(2, 60)
        found: dict[int, float] = {}
        for day in range(6 * MONTH):
            level = base * (1 + growth) ** day * (weekend if day % 7 in {2, 3} else 1.0)
            idle_now = rng.random() < idle
            found[day] = 0.0 if idle_now else level * rng.lognormvariate(0, noise)
        return found

    return days


HABITS = {
    "office hours": person(weekend=0.05, growth=0.0, noise=0.4, idle=0.05),
    "works more and more": person(weekend=0.3, growth=0.005, noise=0.4, idle=0.05),
    "works less and less": person(weekend=0.3, growth=-0.005, noise=0.4, idle=0.05),
    "now and then": person(weekend=0.6, growth=0.0, noise=0.9, idle=0.4),
    "every day alike": person(weekend=1.0, growth=0.0, noise=0.2, idle=0.0),
}


def months(daily: dict[int, float]) -> Iterator[tuple[int, int, int, float]]:
    """Today, first and last day of a month, and what it came to."""
    for first in range(2 * MONTH, 6 * MONTH, MONTH):
        last = first + MONTH - 1
        actual = sum(daily[day] for day in range(first, last + 1))
        if actual:
            for into in ASK_ON:
                yield first + into, first, last, actual


@cache
def errors(habit: str) -> tuple[float, float, float]:
    """Mean absolute error in parts, ours and the straight line's, and how often the range held."""
    rng = random.Random(habit)
    ours: list[float] = []
    line: list[float] = []
    held: list[bool] = []
    for _ in range(PEOPLE):
        daily = HABITS[habit](rng)
        for today, first, last, actual in months(daily):
            known = {day: cost for day, cost in daily.items() if day <= today}
            found = forecast(known, today, first, last)
            ours.append(abs(found.expected - actual) / actual)
            line.append(abs(naive(known, today, first, last) - actual) / actual)
            held.append(found.low <= actual <= found.high)
    return sum(ours) / len(ours), sum(line) / len(line), sum(held) / len(held)


@pytest.mark.parametrize("habit", HABITS)
def test_it_is_nearer_than_a_straight_line(habit: str) -> None:
    ours, line, _ = errors(habit)

    assert ours < line, f"{ours:.1%} against {line:.1%}"


@pytest.mark.parametrize("habit", HABITS)
def test_the_range_holds_about_four_times_in_five(habit: str) -> None:
    _, _, held = errors(habit)

    assert 0.65 <= held <= 0.97


def test_on_the_last_day_it_is_what_was_spent_and_what_today_still_brings() -> None:
    daily = dict.fromkeys(range(60), 10.0)
    daily[59] = 4.0

    found = forecast(daily, 59, 30, 59)

    assert found.spent == 294.0
    assert round(found.expected, 6) == 300.0
    assert found.low >= found.spent


def test_without_history_nothing_is_expected_but_what_was_spent() -> None:
    found = forecast({}, 10, 0, 29)

    assert (found.spent, found.expected, found.low, found.high) == (0.0, 0.0, 0.0, 0.0)
    assert found.history_days == 0


def test_a_first_day_of_all_expects_nothing_it_has_not_seen() -> None:
    found = forecast({10: 5.0}, 10, 0, 29)

    assert found.expected == found.spent == 5.0


def test_the_weekdays_are_learnt() -> None:
    daily = {day: 0.0 if day % 7 in {2, 3} else 10.0 for day in range(70)}

    learnt = pattern(daily, 70)

    assert learnt.day(72) < 0.3 * learnt.day(74)

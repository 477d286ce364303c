"""Days, projects and sessions that cost far more than usual, and what drove them."""

import random
from collections.abc import Iterator
from math import isclose
from pathlib import Path
from typing import Any

from tests.usage.reports.ledgers import (
    DAY_MS,
    HOUR_MS,
    NOBODYS,
    NOON_MS,
    QUARTER_MS,
    Message,
    new_ledger,
    read_only,
)

from agent_console.usage.insight.anomalies import MIN_HISTORY
from agent_console.usage.insight.spent import daily_usd
from agent_console.usage.insight.unusual import Unusual, UnusualSpending
from agent_console.usage.insight.unusual_words import cause_words, causes_words
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.zone import Zone

SHOP, API = "/home/user/shop", "/srv/api"
TODAY = NOON_MS // DAY_MS
DAYS = 40
OUTPUT = 100_000
"""Tokens of a session: 2.50 dollars."""


def steady(days: int = DAYS, seed: int = 1) -> Iterator[Message]:
    """Each day a session in each of two projects, differing by a fifth up or down."""
    rng = random.Random(seed)
    for back in range(days):
        for project in (SHOP, API):
            yield work(back, project, OUTPUT * rng.uniform(0.8, 1.2))


def work(back: int, project: str, output: float, **fields: Any) -> Message:
    """A session of one response, so many days ago."""
    session = fields.pop("session", f"{project}-{back}")
    return Message(
        NOON_MS - back * DAY_MS,
        session,
        project,
        input_tokens=1_000,
        output_tokens=round(output),
        **fields,
    )


def unusual(folder: Path, *messages: Message, days: int = 7, **how: Any) -> list[Unusual]:
    with new_ledger(folder) as ledger:
        ledger.fill(messages)
    connection = read_only(folder / "metrics.db")
    wanted = Filter(zone=Zone("UTC"), **how)
    try:
        return UnusualSpending(connection, wanted, TODAY - days + 1, TODAY).found()
    finally:
        connection.close()


def test_steady_days_are_not_unusual(tmp_path: Path) -> None:
    assert unusual(tmp_path, *steady(), days=30) == []


def test_a_wild_session_makes_its_day_project_and_itself_unusual(tmp_path: Path) -> None:
    wild = work(2, SHOP, 8 * OUTPUT, session="abc-123")

    found = unusual(tmp_path, *steady(), wild)

    assert [(each.scope, each.day, each.name) for each in found] == [
        ("day", TODAY - 2, ""),
        ("project", TODAY - 2, SHOP),
        ("session", TODAY - 2, "abc-123"),
    ]
    for each in found:
        (cause, *_) = each.causes
        assert (cause.driver.kind, cause.driver.project) == ("output", SHOP)
        assert cause.session_id == "abc-123"
        assert each.cost_usd > each.limit_usd > each.usual_usd
    growth = found[1].causes[0].driver.growth_percent
    assert growth is not None
    assert 600 < growth < 1_100
    words = causes_words(found[0].causes, "/home/user")
    assert words.startswith(f"output tokens of ~/shop up {growth:,.0f} %, session abc-123")


def test_what_is_new_has_no_percent(tmp_path: Path) -> None:
    reads = Message(NOON_MS, "new", SHOP, cache_read_tokens=100_000_000)

    found = unusual(tmp_path, *steady(), reads)

    assert cause_words(found[0].causes[0], "/root") == (
        "cache read tokens of /home/user/shop new, $50.00, session new"
    )


def test_nothing_is_said_in_the_first_days(tmp_path: Path) -> None:
    history = list(steady(MIN_HISTORY - 1))[2:]  # not today
    wild = [
        work(0, project, 500 * OUTPUT, session=f"wild-{number}")
        for number, project in enumerate((SHOP, API))
    ]

    found = unusual(tmp_path, *history, *wild)

    assert {each.scope for each in found} == {"session"}  # of which there are enough


def test_a_project_is_compared_with_the_days_it_was_worked_on(tmp_path: Path) -> None:
    weekly = [work(back, SHOP, 4 * OUTPUT) for back in range(0, 7 * 16, 7)]
    daily = [work(back, API, 30 * OUTPUT) for back in range(7 * 16)]

    assert unusual(tmp_path, *weekly, *daily) == []


def test_costs_and_borders_of_days_are_those_of_the_report(tmp_path: Path) -> None:
    rows = [
        *steady(),
        Message(NOON_MS - 2 * DAY_MS - 13 * HOUR_MS, "late", SHOP, output_tokens=10 * OUTPUT),
        Message(NOON_MS, "nobody", API, NOBODYS, output_tokens=10**9),
        Message(NOON_MS, "told", API, reported_nano_usd=90 * 10**9),
    ]
    with new_ledger(tmp_path) as ledger:
        ledger.fill(rows)
    connection = read_only(tmp_path / "metrics.db")
    for zone in ("UTC", "Asia/Kolkata", "Pacific/Auckland"):
        wanted = Filter(zone=Zone(zone))
        today = wanted.zone.day(NOON_MS // QUARTER_MS)
        reported = daily_usd(connection, wanted)
        found = UnusualSpending(connection, wanted, today - 6, today).found()
        days = {each.day: each.cost_usd for each in found if each.scope == "day"}
        assert len(days) == 2
        assert all(isclose(cost, reported[day]) for day, cost in days.items())
    connection.close()


def test_a_filter_is_for_the_history_too(tmp_path: Path) -> None:
    found = unusual(
        tmp_path, *steady(), work(1, API, 9 * OUTPUT, session="wild"), projects=["shop"]
    )

    assert found == []


def test_what_has_no_project_is_compared_like_any(tmp_path: Path) -> None:
    nowhere = [work(back, "", OUTPUT, session=f"n-{back}") for back in range(DAYS)]

    found = unusual(tmp_path, *nowhere, work(0, "", 9 * OUTPUT, session="wild"))

    assert [each.name for each in found] == ["", "(unknown)", "wild"]
    assert found[0].causes[0].session_id == "wild"


def test_a_session_is_compared_with_those_of_its_project(tmp_path: Path) -> None:
    cheap = [work(back, SHOP, OUTPUT / 5) for back in range(1, DAYS)]
    dear = [work(back, API, 20 * OUTPUT) for back in range(DAYS)]

    found = unusual(tmp_path, *cheap, *dear, work(0, SHOP, 3 * OUTPUT, session="grown"))

    assert [each.name for each in found] == [SHOP, "grown"]


def test_days_without_a_cost_are_no_history_of_a_project(tmp_path: Path) -> None:
    free = [work(back, SHOP, OUTPUT, model=NOBODYS) for back in range(1, DAYS)]
    others = [work(back, API, 20 * OUTPUT) for back in range(DAYS)]

    found = unusual(tmp_path, *free, *others, work(0, SHOP, 2 * OUTPUT))

    assert [each for each in found if each.scope == "project"] == []

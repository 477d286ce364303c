"""The use of the cache: the reports' tokens, and advice with its figures."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from tests.usage.reports.ledgers import DAY_MS, NOON_MS, Message, new_ledger, read_only
from tests.usage.reports.test_one_truth import ZONES, borders, messages, mostly

from agent_console.config_cache import CacheConfig
from agent_console.usage.insight.cache_advice import Advice, advice
from agent_console.usage.insight.cache_keys import REPORTS, By
from agent_console.usage.insight.cache_money import cache_money_of
from agent_console.usage.insight.cache_use import CacheReport, cache_report
from agent_console.usage.reports.building import build
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.zone import Zone

MINUTE_MS = 60_000
LATER_MS = NOON_MS + DAY_MS
WAYS: tuple[By, ...] = ("day", "project", "session")


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(messages, min_size=1, max_size=25),
    zone=st.sampled_from(ZONES),
    since=borders,
    until=borders,
    project=mostly("", "shop"),
)
def test_its_tokens_are_those_of_the_report(
    rows: list[Message], zone: str, since: int | None, until: int | None, project: str
) -> None:
    wanted = Filter(
        since=since, until=until, projects=[project] if project else [], zone=Zone(zone)
    )
    with tempfile.TemporaryDirectory(prefix="ac", dir="/tmp") as folder:
        with new_ledger(Path(folder)) as ledger:
            ledger.fill(rows)
            connection = read_only(ledger.path)
        money = cache_money_of(connection, wanted)
        for by in WAYS:
            report = build(connection, wanted, GROUPINGS[REPORTS[by]])
            found = cache_report(connection, wanted, by, LATER_MS, 30)
            assert found.total.sums.values()[:-1] == report.totals.values()[:-1]
            assert [use.sums.values() for use in found.rows] == [
                row.sums.values() for row in report.rows if row.sums is not None
            ]
            assert found.total.money == money
        connection.close()


def report_of(folder: Path, *rows: Message, poor_percent: float = 30) -> CacheReport:
    with new_ledger(folder) as ledger:
        ledger.fill(rows)
    connection = read_only(folder / "metrics.db")
    try:
        return cache_report(connection, Filter(), "day", LATER_MS, poor_percent)
    finally:
        connection.close()


def sent(read: int, rest: int, **fields: Any) -> list[Message]:
    """Responses of one session that read so many of so many thousand tokens, nothing written."""
    return [
        Message(
            NOON_MS + number * MINUTE_MS,
            input_tokens=rest * 100,
            cache_read_tokens=read * 100,
            output_tokens=1,
            **fields,
        )
        for number in range(10)
    ]


def by_rule(found: list[Advice]) -> dict[str, str]:
    return {each.rule: each.level for each in found}


@pytest.mark.parametrize(
    ("read", "level"), [(0, "warning"), (29, "advice"), (30, "note"), (49, "note"), (50, "good")]
)
def test_the_hit_rate_is_judged_by_the_configured_percents(
    tmp_path: Path, read: int, level: str
) -> None:
    report = report_of(tmp_path, *sent(read, 100 - read))

    (first, *_) = advice(report, CacheConfig())

    assert (first.rule, first.level) == ("hit_rate", level)
    assert first.figures["hit_rate"] == read / 100
    assert f"{read} %" in first.text
    strict = CacheConfig(goal_percent=90, advice_percent=80, warning_percent=60)
    assert advice(report, strict)[0].level == "warning"


def test_nothing_is_said_of_amounts_that_nobody_would_notice(tmp_path: Path) -> None:
    report = report_of(tmp_path, Message(input_tokens=1_000, cache_write_1h_tokens=2_000))

    assert advice(report, CacheConfig()) == []
    assert report.poor == []


def test_poor_sessions_are_named_the_one_that_sent_most_first(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        *sent(0, 60, session="a"),
        *sent(20, 80, session="b"),
        *sent(90, 10, session="good"),
        *sent(0, 500, session="few responses")[:4],
    )

    assert [use.label for use in report.poor] == ["b", "a"]
    (found,) = [each for each in advice(report, CacheConfig()) if each.rule == "poor_sessions"]
    assert found.figures == {"sessions": 2.0, "sent_tokens": 140_000.0}


def test_lost_writes_are_told_with_the_reason_of_most(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        *(
            Message(
                NOON_MS + number * MINUTE_MS,
                f"session {number}",
                cache_write_1h_tokens=100_000,
                cache_read_tokens=300_000,
            )
            for number in range(10)
        ),
    )

    (found,) = [each for each in advice(report, CacheConfig()) if each.rule == "lost"]

    assert found.figures["lost_usd"] == 5.0
    assert (found.figures["ended_tokens"], found.figures["changed_tokens"]) == (1_000_000.0, 0.0)
    assert "1.0M of 1.0M written tokens (100 %, $5.00)" in found.text
    assert "no request followed" in found.text


def test_a_cache_that_costs_more_than_it_saves_is_a_warning(tmp_path: Path) -> None:
    writes = [
        Message(NOON_MS + number * MINUTE_MS, f"s {number}", cache_write_1h_tokens=300_000)
        for number in range(2)
    ]

    found = by_rule(advice(report_of(tmp_path, *writes), CacheConfig()))

    assert found["no_gain"] == "warning"

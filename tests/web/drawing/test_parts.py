"""Projects and models beside each other, and along the time: the figures of the reports."""

from collections.abc import Iterator
from math import isclose
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.usage.reports.ledgers import DAY_MS, HAIKU, NOON_MS, OPUS, Ledger, Message

from agent_console.board.charts import BARS, series
from agent_console.usage.insight.migration import Migration, Stretch as Moved, migration
from agent_console.usage.money import dollars
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.report_of import report_of
from agent_console.usage.reports.request import Request
from agent_console.web.drawing import parts
from agent_console.web.drawing.time_axis import along, starts_of, stretch_rows, time_axis

FRIDAY = Message(output_tokens=1_000_000)
MONDAY = replace(FRIDAY, at_ms=NOON_MS - 4 * DAY_MS, project="/home/user/docs", session="s-2")
LITTLE = replace(FRIDAY, model=HAIKU, session="s-3")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    found = Ledger(tmp_path / "metrics.db")
    yield found
    found.connection.close()


def asked(ledger: Ledger, report: str, **given: Any) -> tuple[Request, Report]:
    request = Request(report, given, "UTC", NOON_MS)
    return request, report_of(ledger.connection, request, lambda: None)


def days(ledger: Ledger, report: str = "daily", **given: Any) -> list[str]:
    request, found = asked(ledger, report, order="asc", **given)
    return [each.label for each in time_axis(starts_of(found), request)]


def test_a_day_without_use_is_a_day_too(ledger: Ledger) -> None:
    ledger.fill([FRIDAY, MONDAY])

    assert days(ledger) == [f"2026-11-{day}" for day in range(16, 21)]


def test_a_range_begins_where_it_was_told_to(ledger: Ledger) -> None:
    ledger.fill([FRIDAY])

    assert days(ledger, last="3d") == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert days(ledger, since="2026-11-19", until="2026-11-20") == ["2026-11-19", "2026-11-20"]


def test_a_range_ends_today_at_the_latest(ledger: Ledger) -> None:
    ledger.fill([MONDAY])

    assert days(ledger)[-1] == "2026-11-20"
    assert days(ledger, until="2027-01-01")[-1] == "2026-11-20"
    assert days(ledger, until="2026-11-17")[-1] == "2026-11-17"


def test_weeks_begin_on_the_persons_day(ledger: Ledger) -> None:
    ledger.fill([FRIDAY, replace(MONDAY, at_ms=NOON_MS - 14 * DAY_MS)])

    assert days(ledger, "weekly") == ["2026-11-02", "2026-11-09", "2026-11-16"]
    assert days(ledger, "weekly", **{"start-of-week": "sunday"})[0] == "2026-11-01"


def test_a_month_knows_its_days(ledger: Ledger) -> None:
    ledger.fill([FRIDAY, replace(MONDAY, at_ms=NOON_MS - 70 * DAY_MS)])
    request, found = asked(ledger, "monthly", order="asc")
    axis = time_axis(starts_of(found), request)

    assert [each.label for each in axis] == ["2026-09", "2026-10", "2026-11"]
    assert (axis[1].since, axis[1].until) == ("2026-10-01", "2026-10-31")


def test_nothing_used_has_no_days(ledger: Ledger) -> None:
    assert days(ledger, last="30d") == []


def test_series_have_nothing_where_nothing_was_used(ledger: Ledger) -> None:
    ledger.fill([FRIDAY, MONDAY])
    request, found = asked(ledger, "daily", order="asc")
    drawn = along(series(found, 100), time_axis(starts_of(found), request))

    assert drawn.output == [1_000_000, 0, 0, 0, 1_000_000]
    assert drawn.cost[1] == 0
    assert isclose(sum(drawn.cost), dollars(found.totals.cost_pico))


def test_the_table_of_days_has_the_latest_on_top_and_no_idle_ones(ledger: Ledger) -> None:
    ledger.fill([FRIDAY, MONDAY])
    request, found = asked(ledger, "weekly", order="asc")
    (row,) = stretch_rows(found, time_axis(starts_of(found), request))

    assert (row["since"], row["until"]) == ("2026-11-16", "2026-11-22")
    assert row["output"] == 2_000_000
    assert isclose(row["cost"], dollars(found.totals.cost_pico))


@pytest.mark.parametrize("kind", ["project", "model"])
def test_lines_come_to_what_the_report_does(ledger: Ledger, kind: parts.Kind) -> None:
    ledger.fill([FRIDAY, MONDAY, LITTLE])
    more = {"instances": True} if kind == "project" else {}
    request, daily = asked(ledger, "daily", order="asc", **more)
    _, report = asked(ledger, kind)
    lines = parts.over_time(daily, kind, time_axis(starts_of(daily), request))
    by_key = {row.label: dollars(row.sums.cost_pico) for row in report.rows if row.sums}

    assert lines.keys == sorted(by_key, key=by_key.__getitem__, reverse=True)
    assert all(
        isclose(sum(usd), by_key[key]) for key, usd in zip(lines.keys, lines.usd, strict=True)
    )
    assert all(len(usd) == 5 for usd in lines.usd)
    assert sum(lines.usd[0]) == max(map(sum, lines.usd))


def test_more_projects_than_colours_are_one_line_without_a_key(ledger: Ledger) -> None:
    ledger.fill(
        [replace(FRIDAY, project=f"/p/{number}", session=f"s-{number}") for number in range(15)]
    )
    request, daily = asked(ledger, "daily", order="asc", instances=True)
    lines = parts.over_time(daily, "project", time_axis(starts_of(daily), request))

    assert lines.names[-1] == parts.REST
    assert lines.keys[-1] == ""
    assert len(lines.names) == parts.SHOWN + 1
    assert isclose(sum(map(sum, lines.usd)), dollars(daily.totals.cost_pico))


def test_slices_are_known_by_their_keys(ledger: Ledger) -> None:
    ledger.fill([replace(FRIDAY, project=f"/p/{number}") for number in range(BARS + 2)])
    _, report = asked(ledger, "project")
    found = parts.shares(report)

    assert found.keys[0] == f"/p/{found.names[0]}"
    assert (found.names[-1], found.keys[-1]) == ("2 more", "")
    assert isclose(sum(found.cost), dollars(report.totals.cost_pico))


def test_what_cost_nothing_is_no_slice(ledger: Ledger) -> None:
    ledger.fill([FRIDAY, replace(FRIDAY, project="/p/free", model="nobody-knows", session="s-9")])
    _, report = asked(ledger, "project")

    assert parts.shares(report).keys == ["/home/user/shop"]


def test_a_session_with_two_models_counts_for_both(ledger: Ledger) -> None:
    ledger.fill([FRIDAY, replace(FRIDAY, model=HAIKU), LITTLE])
    _, report = asked(ledger, "model", sort="sessions")

    assert dict(zip(*parts.in_sessions(report), strict=True)) == {OPUS: 1, HAIKU: 2}


def test_classes_are_those_of_the_report(ledger: Ledger) -> None:
    ledger.fill([replace(FRIDAY, input_tokens=1, cache_read_tokens=3, cache_write_5m_tokens=4)])
    _, report = asked(ledger, "model")

    assert parts.classes(report) == (
        [OPUS],
        {"input": [1], "output": [1_000_000], "cache_write": [4], "cache_read": [3]},
    )


def test_the_three_dearest_are_marked_and_only_they(ledger: Ledger) -> None:
    ledger.fill(
        [
            replace(FRIDAY, project=f"/p/{number}", output_tokens=1_000 * (number + 1))
            for number in range(4)
        ]
    )
    request, report = asked(ledger, "project", sort="sessions")
    rows = parts.part_rows(report, request)

    assert [(row["name"], row["rank_text"]) for row in rows] == [
        ("3", "#1"), ("2", "#2"), ("1", "#3"), ("0", ""),
    ]  # fmt: skip
    assert rows[0]["model"] == "opus-5"
    assert rows[0]["last_text"] == "2026-11-20"
    assert isclose(rows[0]["average"], rows[0]["cost"] / rows[0]["sessions"])


def test_layers_of_the_migration_are_its_shares(ledger: Ledger) -> None:
    ledger.fill([FRIDAY, LITTLE, replace(MONDAY, at_ms=NOON_MS - 10 * DAY_MS)])
    request, _ = asked(ledger, "model")
    found = migration(ledger.connection, request.wanted, "weekly")
    names, percents = parts.layers(found)

    assert names == ["opus-5", "haiku-4-5"]
    assert percents[0][0] == 100
    weeks = [sum(filter(None, week)) for week in zip(*percents, strict=True)]
    assert all(isclose(whole, 100, abs_tol=0.2) for whole in weeks)


def test_a_week_of_nothing_has_no_shares() -> None:
    found = Migration([OPUS], [Moved("2026-11-16", [0.0])])

    assert parts.layers(found) == (["opus-5"], [[None]])

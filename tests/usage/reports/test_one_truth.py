"""For the same filter all reports come to the same sums, to the token and the picodollar."""

import tempfile
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings, strategies as st
from tests.usage.reports.ledgers import (
    DAY_MS,
    HAIKU,
    HOUR_MS,
    NOBODYS,
    NOON_MS,
    OPUS,
    QUARTER_MS,
    Message,
    cost_pico,
    new_ledger,
    read_only,
)

from agent_console.usage.reports.building import build
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.row import UNKNOWN, Row
from agent_console.usage.reports.selection import select_rows
from agent_console.usage.reports.sums import Sums
from agent_console.usage.reports.zone import Zone

Mode = Literal["auto", "calculate", "reported"]

ZONES = ("", "UTC", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe")
SWITCH_MS = 1_792_890_000_000
"""2026-10-25 01:00 UTC: Europe puts its clocks back."""

counts = st.integers(0, 300_000)


def mostly(usual: object, *others: object) -> st.SearchStrategy[Any]:
    """So few differences that rows come to lie in the same facet, on both sides of every border."""
    return st.sampled_from([usual] * (3 * len(others)) + list(others))


messages = st.builds(
    Message,
    at_ms=st.one_of(
        st.integers(NOON_MS - 40 * DAY_MS, NOON_MS),
        st.integers(SWITCH_MS - 4 * HOUR_MS, SWITCH_MS + 4 * HOUR_MS),
    ),
    session=st.sampled_from(["s-1", "s-2", "t-3"]),
    project=mostly("/home/user/shop", "/home/user/shop/docs", "/srv/api", ""),
    model=mostly(OPUS, HAIKU, NOBODYS),
    branch=mostly("main", "fix", ""),
    agent_type=mostly("", "Explore"),
    kind=mostly(1, 2, 3, 4),
    lower_bound=mostly(False, True),
    input_tokens=counts,
    output_tokens=counts,
    cache_write_5m_tokens=counts,
    cache_write_1h_tokens=counts,
    cache_read_tokens=counts,
    web_searches=st.integers(0, 3),
    reported_nano_usd=mostly(None, 1, 10**10),
    set_aside=mostly(False, True),
)
borders = mostly(
    None, *(NOON_MS // QUARTER_MS - quarters for quarters in (-2, 90, 92, 1001, 2400, 2500))
)


def is_project(path: str, pattern: str) -> bool:
    match pattern:
        case "shop":
            return path == "/home/user/shop"
        case "/home/user/shop":
            return path.startswith("/home/user/shop")
        case "/home/*":
            return path.startswith("/home/")
        case _:
            return True


def test_few_rows_are_read_and_finer_ones_only_around_borders(tmp_path: Path) -> None:
    hour, day = NOON_MS // HOUR_MS, NOON_MS // DAY_MS
    with new_ledger(tmp_path) as ledger:
        ledger.fill([Message(), Message(NOON_MS - 9 * DAY_MS)])
        connection = read_only(ledger.path)

    def read(
        *facets: str,
        zone: str = "UTC",
        cut: Literal["", "day", "hour"] = "day",
        by_session: bool = False,
        **how: Any,
    ) -> tuple[str, set[int]]:
        wanted = Filter(zone=Zone(zone), **how)
        rows = select_rows(connection, wanted, cut=cut, facets=facets, by_session=by_session)
        return rows.rollup, rows.split

    quarter = hour * 4
    assert read() == read(zone="Europe/Berlin") == ("usage_by_hour", set())
    assert read(since=quarter - 96, until=quarter) == ("usage_by_hour", set())
    assert read("project_no", "model_no") == ("usage_by_hour", set())
    assert read(zone="Asia/Kathmandu", cut="") == ("usage_by_hour", set())
    assert read(since=quarter - 95) == ("usage_by_hour", {hour - 24})
    assert read(until=quarter - 1) == ("usage_by_hour", {hour - 1})
    rollup, split = read(zone="Asia/Kathmandu")
    assert rollup == "usage_by_hour"
    assert split == {each for each in range(hour - 9 * 24, hour) if each % 24 == 18}
    assert read(zone="Asia/Kathmandu", cut="hour") == ("usage_by_time", set())
    assert read(zone="Europe/Berlin", cut="hour") == ("usage_by_hour", set())
    assert read("branch_no", cut="") == ("usage_by_day", set())
    assert read("branch_no", cut="", since=quarter) == ("usage_by_day", {day})
    assert read(sessions=["s-1"]) == ("usage_by_session", set())
    assert read(by_session=True, cut="") == ("usage_by_session_day", set())
    assert read(by_session=True, cut="", since=quarter) == ("usage_by_session_day", {day})
    assert read("branch_no", by_session=True, cut="") == ("usage_by_session", set())


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(messages, min_size=1, max_size=40),
    zone=st.sampled_from(ZONES),
    mode=st.sampled_from(["auto", "calculate", "reported"]),
    since=borders,
    until=borders,
    project=mostly("", "shop", "/home/user/shop", "/home/*"),
    model=mostly("", "opus"),
    session=mostly("", "s-"),
    include_unlisted=st.booleans(),
    price_change=mostly(None, *((NOON_MS - 20 * DAY_MS) // QUARTER_MS + each for each in (0, 3))),
    by_project=st.booleans(),
)
def test_all_reports_have_the_sums_of_the_messages(
    *,
    rows: list[Message],
    zone: str,
    mode: Mode,
    since: int | None,
    until: int | None,
    project: str,
    model: str,
    session: str,
    include_unlisted: bool,
    price_change: int | None,
    by_project: bool,
) -> None:
    counted = [
        row
        for row in rows
        if not row.set_aside
        and (since is None or row.at_ms // QUARTER_MS >= since)
        and (until is None or row.at_ms // QUARTER_MS < until)
        and is_project(row.project, project)
        and (not model or row.model == OPUS)
        and (not session or row.session.startswith("s-"))
        and (include_unlisted or row.kind != 2)
    ]
    costs = [cost_pico(row, mode, price_change) for row in counted]
    known = [cost for cost in costs if cost is not None]
    expected = Sums(
        messages=len(counted),
        responses=sum(row.kind == 1 for row in counted),
        input_tokens=sum(row.input_tokens for row in counted),
        output_tokens=sum(row.output_tokens for row in counted),
        cache_write_5m=sum(row.cache_write_5m_tokens for row in counted),
        cache_write_1h=sum(row.cache_write_1h_tokens for row in counted),
        cache_read=sum(row.cache_read_tokens for row in counted),
        web_searches=sum(row.web_searches for row in counted),
        cost_pico=sum(known) if known else None,
        unpriced=sum(row.tokens for row, cost in zip(counted, costs, strict=True) if cost is None),
        lower_bound=sum(row.lower_bound for row in counted),
        unlisted_tokens=sum(row.tokens for row in counted if row.kind == 2),
        last_quarter=max((row.at_ms // QUARTER_MS for row in counted), default=0),
    )
    unlisted = [
        cost for row, cost in zip(counted, costs, strict=True) if row.kind == 2 and cost is not None
    ]
    expected.unlisted_pico = sum(unlisted) if unlisted else None

    with tempfile.TemporaryDirectory(prefix="ac", dir="/tmp") as folder:
        with new_ledger(Path(folder)) as ledger:
            ledger.fill(rows, price_change)
            path = ledger.path
            connection = read_only(path)
        for name, grouping in GROUPINGS.items():
            wanted = Filter(
                since=since,
                until=until,
                projects=[project] if project else [],
                models=[model] if model else [],
                sessions=[session] if session else [],
                zone=Zone(zone),
                mode=mode,
                billing_day=31,
                first_weekday=6,
                include_unlisted=include_unlisted,
            )
            report = build(
                connection, wanted, grouping, by_project=by_project, count_sessions=True,
                now_ms=NOON_MS,
            )  # fmt: skip
            *sums, last_quarter = report.totals.values()
            assert (*sums, expected.last_quarter) == expected.values(), name
            if grouping.is_time:  # their rows know the hour
                assert last_quarter is not None
                assert last_quarter // 4 == expected.last_quarter // 4, name
            else:
                assert last_quarter == expected.last_quarter, name
            by_model = Sums()
            for row in report.rows:
                for sums_of_model in row.models.values():
                    by_model.add(sums_of_model)
            assert by_model.values()[:-1] == expected.values()[:-1], name
            assert report.projects == len({row.project for row in counted} - {""}), name
            if name == "block":
                assert_blocks_have_their_first_and_last_message(report.rows, counted)
        connection.close()


def assert_blocks_have_their_first_and_last_message(
    rows: list[Row], counted: list[Message]
) -> None:
    for row in rows:
        block = row.detail
        if block.is_gap:
            continue
        times = [
            each.at_ms
            for each in counted
            if block.start_ms <= each.at_ms < block.end_ms
            and row.project in {None, each.project or UNKNOWN}
        ]
        assert (block.first_ms, block.last_ms) == (min(times), max(times))


@pytest.mark.parametrize("name", GROUPINGS)
def test_an_empty_ledger_has_no_rows(tmp_path: Path, name: str) -> None:
    with new_ledger(tmp_path):
        report = build(read_only(tmp_path / "metrics.db"), Filter(), GROUPINGS[name])
    assert report.rows == []
    assert report.totals.values() == Sums().values()


@pytest.mark.parametrize("by_project", [False, True])
@pytest.mark.parametrize("name", GROUPINGS)
def test_what_was_used_on_either_side_of_a_price_change_costs_what_it_did_then(
    tmp_path: Path, name: str, *, by_project: bool
) -> None:
    change = NOON_MS // QUARTER_MS + 2  # amid an hour
    rows = [
        Message(NOON_MS + minutes * 60_000, output_tokens=tokens)
        for minutes, tokens in ((-90, 1), (1, 20), (29, 300), (30, 4_000), (59, 50_000))
    ]
    with new_ledger(tmp_path) as ledger:
        ledger.fill(rows, change)
        connection = read_only(ledger.path)
    report = build(connection, Filter(zone=Zone("UTC")), GROUPINGS[name], by_project=by_project)
    costs = [cost_pico(row, "auto", change) or 0 for row in rows]
    assert report.totals.cost_pico == sum(costs)
    connection.close()

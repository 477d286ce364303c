"""Sessions that are made some at a time are those of the whole report, in the order of time."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.usage.reports.ledgers import (
    DAY_MS,
    HAIKU,
    NOBODYS,
    NOON_MS,
    OPUS,
    QUARTER_MS,
    Message,
    new_ledger,
    read_only,
)

from agent_console.usage.reports import largest_sessions, selection, sessions
from agent_console.usage.reports.arrangement import arrange
from agent_console.usage.reports.building import build
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.json_report import report_pieces
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.row import UNKNOWN, Row
from agent_console.usage.reports.sums import Sums

SESSION = GROUPINGS["session"]


@pytest.fixture
def ledger_file(tmp_path: Path) -> Path:
    with new_ledger(tmp_path) as ledger:
        ledger.fill(
            [
                Message(
                    NOON_MS - (number * 7 % 10) * DAY_MS,
                    f"s-{number % 8}",
                    project=f"/home/user/{number % 3}",
                    model=(NOBODYS, HAIKU)[number % 2],
                    kind=1 + number % 4,
                )
                for number in range(40)
            ]
        )
        ledger.source("/gone.jsonl", "silent", first_line_ms=NOON_MS, last_line_ms=NOON_MS)
        return ledger.path


def written(report: Report, wanted: Filter, *, by_project: bool = False) -> str:
    return "".join(report_pieces(report, wanted, by_project=by_project, with_cost=True))


FILTERS: list[dict[str, Any]] = [
    {},
    {"sessions": ["s-1", "s-2"]},
    {"models": ["haiku"]},
    {"projects": ["1"]},
    {"since": (NOON_MS - 3 * DAY_MS) // QUARTER_MS + 1},
    {"until": (NOON_MS - 3 * DAY_MS) // QUARTER_MS},
    {"include_unlisted": False},
]


@pytest.mark.parametrize("by_project", [False, True])
@pytest.mark.parametrize("latest_first", [False, True])
@pytest.mark.parametrize("given", FILTERS)
def test_they_are_those_of_the_whole_report(
    ledger_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
    latest_first: bool,
    by_project: bool,
) -> None:
    wanted = Filter(**given)
    whole = build(read_only(ledger_file), wanted, SESSION, by_project=by_project)
    arrange(whole, descending=latest_first)
    for at_once in (1, 3, 100):
        monkeypatch.setattr(sessions, "AT_ONCE", at_once)
        streamed = sessions.streamed(
            read_only(ledger_file),
            wanted,
            SESSION,
            by_project=by_project,
            latest_first=latest_first,
        )
        assert written(streamed, wanted, by_project=by_project) == written(
            whole, wanted, by_project=by_project
        )


@pytest.mark.parametrize("given", FILTERS)
def test_the_projects_of_a_session_add_up_to_it(ledger_file: Path, given: dict[str, Any]) -> None:
    connection = read_only(ledger_file)
    parts: dict[str, list[Row]] = {}
    for part in build(connection, Filter(**given), SESSION, by_project=True).rows:
        parts.setdefault(part.label, []).append(part)
    for row in build(connection, Filter(**given), SESSION).rows:
        of_row = parts.pop(row.label)
        added = Sums()
        for part in of_row:
            added.add(part.sums or Sums())
        assert added.values() == (row.sums or Sums()).values()
        if row.sums is None:
            assert [(part.sums, part.project) for part in of_row] == [(None, UNKNOWN)]
        else:
            assert sorted(part.project or "" for part in of_row) == sorted(row.detail.projects)
    assert parts == {}


@pytest.mark.parametrize("by", ["date", "cost", "tokens"])
@pytest.mark.parametrize("given", FILTERS)
def test_a_part_of_the_rows_by_project_is_that_of_the_whole_report(
    ledger_file: Path, given: dict[str, Any], by: Literal["date", "cost", "tokens"]
) -> None:
    wanted = Filter(**given)
    for top in (1, 2, 5, 11, 100):
        whole = build(read_only(ledger_file), wanted, SESSION, by_project=True)
        some = build(read_only(ledger_file), wanted, SESSION, by_project=True, top=top, by=by)
        for report in (whole, some):
            arrange(report, sort=by, top=top)
        assert written(some, wanted, by_project=True) == written(whole, wanted, by_project=True)


@pytest.mark.parametrize("top", [1, 4, 9, 20])
def test_the_newest_of_them_are_too(ledger_file: Path, top: int) -> None:
    whole = build(read_only(ledger_file), Filter(), SESSION)
    arrange(whole, top=top)
    streamed = sessions.streamed(read_only(ledger_file), Filter(), SESSION, newest=top)
    assert written(streamed, Filter()) == written(whole, Filter())


@pytest.mark.parametrize("by", ["cost", "tokens"])
@pytest.mark.parametrize("given", [*FILTERS, {"mode": "calculate"}, {"mode": "reported"}])
def test_the_largest_of_them_are_too(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
    by: Literal["cost", "tokens"],
) -> None:
    with new_ledger(tmp_path) as ledger:
        ledger.fill(
            [
                Message(
                    NOON_MS - number % 9 * DAY_MS,
                    f"s-{number % 13}",
                    project=f"/home/user/{number % 3}",
                    model=(OPUS, HAIKU, NOBODYS)[number % 3],
                    kind=1 + number % 4,
                    output_tokens=number * 37 % 11 * 1000,
                    web_searches=number % 5 * 10,
                    reported_nano_usd=10**9 if number % 7 == 0 else None,
                )
                for number in range(60)
            ]
        )
        ledger.source("/gone.jsonl", "silent", first_line_ms=NOON_MS, last_line_ms=NOON_MS)
        path = ledger.path
    wanted = Filter(**given)
    for top, at_once in ((1, 1), (3, 1), (3, 4), (12, 5), (20, 100)):
        monkeypatch.setattr(largest_sessions, "AT_ONCE", at_once)
        whole = build(read_only(path), wanted, SESSION)
        arrange(whole, sort=by, top=top)
        some = build(read_only(path), wanted, SESSION, top=top, by=by)
        arrange(some, sort=by, top=top)
        assert written(some, wanted) == written(whole, wanted)


def test_most_sessions_are_not_looked_at_for_the_largest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with new_ledger(tmp_path) as ledger:
        ledger.fill([Message(session=f"s-{n:02}", output_tokens=n * 1000) for n in range(50)])
        path = ledger.path
    monkeypatch.setattr(largest_sessions, "AT_ONCE", 2)
    shown: list[int] = []
    show = selection.show

    def noted(connection: sqlite3.Connection, numbers: Iterable[int]) -> None:
        shown.extend(numbers)
        show(connection, numbers)

    monkeypatch.setattr(selection, "show", noted)
    build(read_only(path), Filter(), SESSION, top=2, by="cost")
    assert len(shown) <= 2 * 2 + 2


def test_a_session_without_usage_is_of_the_project_its_transcript_lies_with(
    tmp_path: Path,
) -> None:
    with new_ledger(tmp_path) as ledger:
        ledger.fill(
            [Message(project="/home/user/shop"), Message(project="/a/b"), Message(project="/a-b")]
        )
        for session, folder in (("one", "-home-user-shop"), ("either", "-a-b"), ("none", "-x")):
            ledger.source(f"/c/projects/{folder}/{session}.jsonl", session, first_line_ms=NOON_MS)
        path = ledger.path
    rows = build(read_only(path), Filter(), SESSION).rows
    projects = {row.label: row.detail.projects for row in rows if row.sums is None}
    assert projects == {"one": ["/home/user/shop"], "either": [], "none": []}

"""Sessions a page at a time: sorted, filtered and searched."""

from pathlib import Path

import msgspec
import pytest
from tests.cli.usage_ledger import FIRST, FORK, SILENT, small_ledger

from agent_console.board.session_index import Ask, SessionRow, matching, read_newest, read_sessions
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.report import build


def row(number: int, **fields: object) -> SessionRow:
    known: dict[str, object] = {
        "id": f"id-{number}", "title": f"Task {number}", "project": "/srv/api", "first": number,
        "last": number + 5, "duration": 5, "messages": number, "tokens": 10 * number, "hits": 0.5,
        "cost": number * 10**12, "model": "opus-5", "branch": "main",
    }  # fmt: skip
    return msgspec.convert({**known, **fields}, SessionRow)


BOTH = """{
    "hits": {"type": "equals", "filter": 50}, "tokens": {"type": "lessThan", "filter": 20}
}"""
EITHER = """{"title": {"operator": "OR", "conditions": [
    {"type": "endsWith", "filter": "1"}, {"type": "equals", "filter": "task 2"}
]}}"""
ROWS = [row(number) for number in range(1, 8)]


def asked(text: str) -> Ask:
    """As the grid asks."""
    return msgspec.json.decode(text, type=Ask)


def ids(text: str) -> list[str]:
    return [each.id for each in matching(ROWS, asked(text))]


@pytest.mark.parametrize(
    ("column", "first"), [("cost", "id-7"), ("title", "id-7"), ("tokens", "id-7"), ("last", "id-7")]
)
def test_any_column_sorts(column: str, first: str) -> None:
    assert ids(f'{{"sort": [{{"colId": "{column}", "sort": "desc"}}]}}')[0] == first
    assert ids(f'{{"sort": [{{"colId": "{column}", "sort": "asc"}}]}}')[0] == "id-1"


def test_the_first_of_two_columns_decides() -> None:
    rows = [row(1, branch="b"), row(2, branch="a"), row(3, branch="b")]
    text = '{"sort": [{"colId": "branch", "sort": "asc"}, {"colId": "cost", "sort": "desc"}]}'

    assert [each.id for each in matching(rows, asked(text))] == ["id-2", "id-3", "id-1"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ('{"cost": {"type": "greaterThan", "filter": 5}}', ["id-6", "id-7"]),
        ('{"cost": {"type": "inRange", "filter": 2, "filterTo": 3}}', ["id-2", "id-3"]),
        ('{"title": {"type": "contains", "filter": "TASK 4"}}', ["id-4"]),
        (EITHER, ["id-1", "id-2"]),
        ('{"hits": {"type": "lessThan", "filter": 50}}', []),
        (BOTH, ["id-1"]),
    ],
)  # fmt: skip
def test_a_column_is_filtered(wanted: str, found: list[str]) -> None:
    assert ids(f'{{"filter": {wanted}}}') == found


def test_words_are_searched_in_everything_a_session_is_called() -> None:
    assert ids('{"search": "API task opus 3"}') == ["id-3"]
    assert ids('{"search": "nowhere"}') == []


@pytest.mark.parametrize(
    "text", ['{"sort": [{"colId": "nothing"}]}', '{"filter": {"x": {}}}', '{"start": "a"}', "["]
)
def test_what_the_grid_never_asks_is_refused(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        asked(text)


def test_rows_have_the_figures_of_the_report(scratch_home: Path) -> None:
    ledger = small_ledger(scratch_home)
    report = build(ledger.connection, Filter(), GROUPINGS["session"])
    rows = {each.id: each for each in read_sessions(ledger.connection, Filter())}
    newest, count = read_newest(ledger.connection, Filter(), 2)
    ledger.connection.close()

    assert rows.keys() == {FIRST, FORK, SILENT}
    for each in report.rows:
        if each.sums is not None:
            assert rows[each.label].tokens == each.sums.tokens
            assert rows[each.label].cost == each.sums.cost_pico
    assert rows[FORK].branch == "fix"
    assert "\x1b" not in rows[FIRST].title
    assert rows[SILENT].cost == -1
    assert count == 3
    assert [each.id for each in newest] == [each.id for each in [*rows.values()][:2]]

"""Sessions a page at a time: sorted, filtered and searched."""

from pathlib import Path

import msgspec
import pytest
from tests.cli.usage_ledger import FIRST, FORK, SILENT, small_ledger
from tests.usage.reports.ledgers import NOON_MS, Ledger, Message

from agent_console.board.session_index import (
    TEXTS,
    Ask,
    SessionRow,
    matching,
    packed_sessions,
    read_newest,
    read_sessions,
    unpacked_sessions,
)
from agent_console.usage.reports.building import build
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.session_branches import branches


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


@pytest.mark.parametrize("column", SessionRow.__struct_fields__)
def test_any_column_sorts(column: str) -> None:
    rows = [
        row(each, **{column: f"name {each}" if column in TEXTS else each}) for each in (3, 1, 2)
    ]

    def sorted_(way: str) -> list[object]:
        asking = asked(f'{{"sort": [{{"colId": "{column}", "sort": "{way}"}}]}}')
        return [getattr(each, column) for each in matching(rows, asking)]

    assert sorted_("asc") == sorted(getattr(each, column) for each in rows)
    assert sorted_("desc") == sorted_("asc")[::-1]


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


def test_only_what_cost_more_is_wanted() -> None:
    assert ids('{"over_usd": 5}') == ["id-6", "id-7"]
    assert not asked('{"over_usd": 0}').takes_all
    assert [each.id for each in matching([row(1, cost=-1), row(2, cost=0)], Ask(over_usd=0))] == []


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


def test_rows_from_another_process_are_the_same(scratch_home: Path) -> None:
    ledger = small_ledger(scratch_home)
    path = ledger.connection.execute("PRAGMA database_list").fetchone()[2]
    rows = read_sessions(ledger.connection, Filter())
    ledger.connection.close()

    assert [
        each for part in packed_sessions(path, Filter()) for each in unpacked_sessions(part)
    ] == rows


def test_the_branch_is_the_one_with_most_tokens(scratch_home: Path) -> None:
    ledger = Ledger(scratch_home / "metrics.db")
    ledger.fill([
        Message(NOON_MS, FIRST, branch="main", key="a", output_tokens=5),
        Message(NOON_MS, FIRST, branch="fix", key="b", output_tokens=900),
        Message(NOON_MS, FORK, branch="main", key="c", output_tokens=900),
        Message(NOON_MS, FORK, branch="", key="d", output_tokens=9_000),
        Message(NOON_MS, SILENT, branch="", key="e"),
    ])  # fmt: skip
    numbers = dict(ledger.connection.execute("SELECT session_id, session_no FROM sessions"))
    found = branches(ledger.connection, Filter())
    only = branches(ledger.connection, Filter(), [numbers[FIRST]])
    ledger.connection.close()

    assert found == {numbers[FIRST]: "fix", numbers[FORK]: "main"}
    assert only == {numbers[FIRST]: "fix"}

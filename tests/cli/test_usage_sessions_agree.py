"""`usage session` and `usage export --level session` say the same of the same sessions."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run
from tests.cli.usage_ledger import API, FIRST, SHOP, SILENT, small_ledger
from tests.usage.reports.ledgers import DAY_MS, HAIKU, NOON_MS, Ledger, Message

MOVED = "22222222-1111-4111-8111-111111111111"
LATER = "33333333-1111-4111-8111-111111111111"


@pytest.fixture(autouse=True)
def ledger(scratch_home: Path, noon: None) -> Iterator[Ledger]:
    """One with a session that moved to another project, and some without usage."""
    del noon
    made = small_ledger(scratch_home)
    made.fill(
        [
            Message(NOON_MS - 5 * DAY_MS, MOVED, SHOP, key="msg_6", output_tokens=500),
            Message(NOON_MS - DAY_MS, MOVED, API, key="msg_7", output_tokens=400),
            Message(NOON_MS - DAY_MS, MOVED, SHOP, HAIKU, key="msg_8", output_tokens=30),
        ]
    )
    made.connection.execute(
        "UPDATE sources SET path = '/c/.claude/projects/-home-user-shop/silent.jsonl', "
        "user_messages = 2 WHERE path = '/gone/silent.jsonl'"
    )
    later = {"first_line_ms": NOON_MS - 8 * DAY_MS, "last_line_ms": NOON_MS - 7 * DAY_MS}
    made.source("/c/.claude/projects/-srv-api/later.jsonl", LATER, **later)
    yield made
    made.connection.close()


def sessions(run: Run, *more: str) -> dict[str, dict[str, Any]]:
    rows = run("usage", "session", "--json", *more).json["sessions"]
    return {row["sessionId"]: row for row in rows}


def exported(run: Run, *more: str) -> dict[str, dict[str, Any]]:
    rows = run("usage", "export", "--level", "session", "--json", *more).json
    return {row["session_id"]: row for row in rows}


FILTERS = [
    *("", f"--project {SHOP}", f"--project {API}", "--project shop --model haiku", "--no-unlisted"),
    *("--since 2026-11-19", f"--since 2026-11-19 --project {SHOP}", "--until 2026-11-14"),
    *(f"--until 2026-11-14 --project {API}", "--model opus", "--session 9999", "--project nope"),
    *(f"--session 9999 --project {API}", f"--session {MOVED} --since 2026-11-16"),
]


@pytest.mark.parametrize("words", FILTERS)
def test_the_export_has_the_sessions_of_the_report_with_what_it_says(run: Run, words: str) -> None:
    told, kept = sessions(run, *words.split()), exported(run, *words.split())
    assert kept.keys() == told.keys()
    for session_id, row in kept.items():
        same = told[session_id]
        pairs = {
            "project": "projectPath",
            "title": "title",
            "first_activity": "firstActivity",
            "last_activity": "lastActivity",
            "user_messages": "userMessages",
            "total_tokens": "totalTokens",
            "responses": "responses",
            "cost_usd": "totalCost",
            "unpriced_tokens": "unpricedTokens",
        }
        assert {key: row[key] for key in pairs} == {
            key: same[named] for key, named in pairs.items()
        }


@pytest.mark.parametrize(
    ("words", "project"),
    [
        *(("", SHOP), (f"--project {API}", API), (f"--project {SHOP}", SHOP)),
        *(("--since 2026-11-16", API), ("--model haiku", SHOP), ("--until 2026-11-16", SHOP)),
    ],
)
def test_a_session_is_of_the_project_in_which_it_used_most_of_what_counts(
    run: Run, words: str, project: str
) -> None:
    assert exported(run, *words.split())[MOVED]["project"] == project
    assert sessions(run, *words.split())[MOVED]["projectPath"] == project


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        *(("", [SILENT, LATER]), (f"--project {SHOP}", [SILENT]), ("--project shop", [SILENT])),
        *((f"--project {API}", [LATER]), ("--since 2026-11-18", [SILENT])),
        *((f"--since 2026-11-18 --project {API}", []), ("--model opus", [])),
    ],
)
def test_sessions_without_usage_are_in_their_project(
    run: Run, words: str, expected: list[str]
) -> None:
    found = set(expected)
    assert sessions(run, *words.split()).keys() & {SILENT, LATER} == found
    table = run("usage", "session", *words.split()).out
    assert {each for each in (SILENT, LATER) if each[:8] in table} == found
    rows = csv.DictReader(io.StringIO(run("usage", "session", "--csv", *words.split()).out))
    assert {row["session_id"] for row in rows} & {SILENT, LATER} == found


def test_a_session_that_used_nothing_in_a_stretch_is_in_its_project_all_the_same(
    run: Run, ledger: Ledger
) -> None:
    ledger.source("/c/.claude/projects/-home-user-shop/first.jsonl", FIRST)
    ledger.connection.execute("DELETE FROM sources WHERE path = '/gone/first.jsonl'")
    stretch = ("--since", "2026-11-13", "--until", "2026-11-14")
    assert sessions(run, *stretch)[FIRST]["projectPath"] == SHOP
    assert FIRST in sessions(run, *stretch, "--project", SHOP)
    assert FIRST not in sessions(run, *stretch, "--project", API)


def test_instances_part_a_session_by_its_projects(run: Run) -> None:
    whole = sessions(run)
    projects = run("usage", "session", "--instances", "--json").json["projects"]
    assert {row["sessionId"] for row in projects[SHOP]} == {FIRST, MOVED, SILENT}
    parts = {
        path: {row["sessionId"]: row for row in rows}[MOVED]
        for path, rows in projects.items()
        if MOVED in {row["sessionId"] for row in rows}
    }
    assert parts.keys() == {SHOP, API}
    assert all(row["projectPath"] == row["project"] == path for path, row in parts.items())
    for key in ("totalTokens", "responses", "inputTokens", "outputTokens"):
        assert sum(row[key] for row in parts.values()) == whole[MOVED][key]
    for key in ("title", "firstActivity", "lastActivity", "userMessages"):
        assert {row[key] for row in parts.values()} == {whole[MOVED][key]}


def test_instances_are_rows_with_their_project_in_every_format(run: Run) -> None:
    words = ("usage", "session", "--instances")
    rows = [*csv.DictReader(io.StringIO(run(*words, "--csv").out))]
    assert {row["project"] for row in rows if row["session_id"] == MOVED} == {SHOP, API}
    assert sum(int(row["total_tokens"] or 0) for row in rows) == sum(
        row["totalTokens"] or 0 for row in sessions(run).values()
    )
    (silent,) = (row for row in rows if row["session_id"] == SILENT)
    assert (silent["project"], silent["total_tokens"]) == (SHOP, "")
    table = [line for line in run(*words, "--compact").out.splitlines() if MOVED[:8] in line]
    assert sorted(path for line in table for path in (SHOP, API) if path in line) == [SHOP, API]
    markdown = [line for line in run(*words, "--markdown").out.splitlines() if MOVED in line]
    assert sorted(path for line in markdown for path in (SHOP, API) if path in line) == [SHOP, API]
    only = run(*words, "--json", "--project", API).json["projects"]
    assert only.keys() == {API}


def test_the_top_of_instances_are_rows_and_not_sessions(run: Run) -> None:
    words = ("usage", "session", "--instances", "--csv")
    by_tokens = [*csv.DictReader(io.StringIO(run(*words, "--sort", "tokens").out))]
    for more in (("--sort", "tokens", "--top", "2"), ("--top", "2")):
        document = run("usage", "session", "--instances", "--json", *more).json
        assert sum(map(len, document["projects"].values())) == 2
        assert document["totals"]["rowsNotShown"] == len(by_tokens) - 2
    top = [*csv.DictReader(io.StringIO(run(*words, "--sort", "tokens", "--top", "2").out))]
    assert top == by_tokens[:2]


def test_what_the_person_wrote_is_counted_where_nothing_was_used(run: Run) -> None:
    heading, *lines = run("usage", "session", "--no-cost").out.splitlines()
    (line,) = (each for each in lines if each.startswith(SILENT[:8]))
    place = heading.index("MSGS") + 4
    assert line[:place].split()[-1] == "2"
    assert {*line[place:].split()} == {"N/A"}

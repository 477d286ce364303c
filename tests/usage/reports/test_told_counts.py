"""What a session's transcripts count is counted once, wherever copies of them have lain."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.usage.reports.ledgers import NOON_MS, OPUS, Message, new_ledger, read_only

from agent_console.usage.reports.building import build
from agent_console.usage.reports.export import export
from agent_console.usage.reports.export_fields import fields
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.groupings import GROUPINGS
from agent_console.usage.reports.session_details import SessionDetail
from agent_console.usage.reports.sessions import session_rows

SESSION = "s-1"
Counts = tuple[int, int]
Told = tuple[int | None, int, int]


def counts(ledger: Path) -> list[Counts]:
    """Messages of the person and errors of the API, by each way that they are read."""
    with closing(read_only(ledger)) as connection:
        rows = [*build(connection, Filter(), GROUPINGS["session"]).rows]
        rows += session_rows(connection, Filter(), 1)
        details = [row.detail for row in rows if isinstance(row.detail, SessionDetail)]
        return [
            *((detail.user_messages, detail.api_errors) for detail in details),
            *exported(connection),
        ]


def exported(connection: sqlite3.Connection) -> list[Counts]:
    known = fields("session", "auto")
    columns = [known["user_messages"], known["api_errors"]]
    text = "".join(export(connection, Filter(), "session", columns, "csv"))
    return [
        (int(messages), int(errors))
        for messages, errors in (line.split(",") for line in text.splitlines()[1:])
    ]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param([], (0, 0), id="no transcript"),
        pytest.param([(NOON_MS, 3, 1)], (3, 1), id="one"),
        pytest.param([(NOON_MS, 3, 1), (NOON_MS, 3, 1)], (3, 1), id="a copy"),
        pytest.param([(NOON_MS, 3, 2), (NOON_MS, 5, 2)], (5, 2), id="a copy that has grown"),
        pytest.param([(NOON_MS, 3, 1), (NOON_MS + 1, 4, 2)], (7, 3), id="two of its own"),
        pytest.param(
            [(NOON_MS, 3, 1), (NOON_MS + 1, 4, 0), (NOON_MS, 3, 1)], (7, 1), id="two, one copied"
        ),
        pytest.param([(None, 1, 1), (None, 2, 1)], (3, 2), id="lines without a time"),
    ],
)
def test_copies_of_a_transcript_count_once(
    tmp_path: Path, told: list[Told], expected: Counts
) -> None:
    with new_ledger(tmp_path) as ledger:
        ledger.fill([Message(NOON_MS, SESSION, "/home/user/shop", OPUS)])
        for number, (first_line_ms, messages, errors) in enumerate(told):
            ledger.source(
                f"/{number}.jsonl",
                SESSION,
                status=3 if number else 1,
                first_line_ms=first_line_ms,
                user_messages=messages,
                api_errors=errors,
            )
    assert counts(ledger.path) == [expected] * 3


def test_transcripts_of_two_sessions_that_begin_alike_are_no_copies(tmp_path: Path) -> None:
    with new_ledger(tmp_path) as ledger:
        for session in (SESSION, "s-2"):
            ledger.fill([Message(NOON_MS, session, "/home/user/shop", OPUS)])
            ledger.source(
                f"/{session}.jsonl", session, first_line_ms=NOON_MS, user_messages=2, api_errors=1
            )
    with closing(read_only(ledger.path)) as connection:
        assert exported(connection) == [(2, 1), (2, 1)]

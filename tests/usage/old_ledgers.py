"""Ledgers as released versions left them, with rows in them.

The statements of a step are part of the file of every ledger that is out there; where a fixture
under `fixtures/ledgers` holds such a file's statements, a test compares them with the step's.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from agent_console.usage.database.backup_files import backup_folder
from agent_console.usage.database.opening import APPLICATION_ID, PAGE_BYTES, open_database
from agent_console.usage.tables.key_hash import key_hash

SCHEMA_1 = Path(__file__).parents[1] / "fixtures" / "ledgers" / "schema-1.sql"
START_MS = 1_790_000_000_000

_MESSAGES = """
WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :messages)
INSERT INTO messages (
    message_no, key_hash, key, session_no, at_ms, source, kind, project_no, model_no,
    input_tokens, output_tokens, cache_write_5m_tokens, cache_read_tokens, reported_nano_usd,
    set_aside, extra, duration_ms, turns
)
SELECT n, key_hash(iif(n % 7, 'msg_' || n, NULL)), iif(n % 7, 'msg_' || n, NULL),
    1 + n * :sessions / (:messages + 1), :start_ms + n * 20011, 2, 1,
    iif(n % 11, 1 + n % 20, NULL), iif(n % 13, 21 + n % 3, NULL),
    n % 5000, n % 700, n % 90, n * 37 % 400000, iif(n % 3, NULL, n * 1001 % 90000000 + 1),
    n % 101 = 0, n % 17 = 0, n % 4000, n % 2
FROM counted"""

_SUMS = (
    "sum(input_tokens), sum(output_tokens), sum(cache_write_5m_tokens), "
    "sum(cache_write_1h_tokens), sum(cache_read_tokens), coalesce(sum(reported_nano_usd), 0)"
)


def make_ledger_of_schema_1(path: Path, *, sessions: int = 12, messages: int = 1_000) -> None:
    """A ledger as version 1 of the schema wrote it: UPSERTs, labels, notes, rows set aside."""
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    path.touch(0o600)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.create_function("key_hash", 1, _key_hash, deterministic=True)
        connection.executescript(SCHEMA_1.read_text(encoding="utf-8"))
        connection.execute("BEGIN")
        connection.execute("INSERT INTO schema_versions VALUES (1, ?)", (START_MS,))
        connection.executemany(
            "INSERT INTO names (name) VALUES (?)",
            [(f"/home/somebody/project-{n}",) for n in range(20)]
            + [("claude-opus-4-8",), ("claude-sonnet-5",), ("claude-haiku-4-5",)],
        )
        connection.executemany(
            "INSERT INTO sessions (session_no, session_id, label, priority, note) "
            "VALUES (?, ?, ?, ?, ?)",
            [
                (
                    n,
                    f"session-{n}",
                    f"label {n}" if n % 3 else None,
                    n % 4,
                    None,
                )
                for n in range(1, sessions + 1)
            ],
        )
        connection.execute(
            "INSERT INTO sessions (session_id, note) VALUES ('only-a-note', 'remember me')"
        )
        connection.execute(
            _MESSAGES, {"messages": messages, "sessions": sessions, "start_ms": START_MS}
        )
        connection.execute(
            f"INSERT INTO quarters SELECT at_ms / 900000, count(*), {_SUMS} FROM messages "
            "WHERE NOT set_aside GROUP BY 1"
        )
        connection.execute(
            "UPDATE sessions SET (input_tokens, output_tokens, cache_write_5m_tokens, "
            "cache_write_1h_tokens, cache_read_tokens, reported_nano_usd, duration_ms, turns) = "
            f"(SELECT {_SUMS}, sum(duration_ms), sum(turns) FROM messages "
            "WHERE messages.session_no = sessions.session_no AND NOT set_aside), "
            "(first_seen_ms, last_seen_ms, updated_at_ms, last_model_no) = "
            "(SELECT min(at_ms), max(at_ms), max(at_ms), 21 FROM messages "
            "WHERE messages.session_no = sessions.session_no) "
            "WHERE session_id != 'only-a-note'"
        )
        connection.execute("COMMIT")


def make_ledger(path: Path, *, messages: int = 300) -> None:
    """A ledger of the present schema with messages in it, and no backup beside it."""
    make_ledger_of_schema_1(path, messages=messages)
    open_database(path).close()
    shutil.rmtree(backup_folder(path))


def _key_hash(key: str | None) -> int | None:
    return None if key is None else key_hash(key)

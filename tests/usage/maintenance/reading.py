"""What is in a ledger, to compare one with another."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from agent_console.usage.database.opening import PAGE_BYTES
from agent_console.usage.maintenance.check import check
from agent_console.usage.maintenance.finding import DatabaseFinding


def dump(database: Path) -> list[str]:
    """All statements that would make it again; a copy has its indexes in another order."""
    with closing(sqlite3.connect(database)) as connection:
        return sorted(connection.iterdump())


def session_ids(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return {text for (text,) in connection.execute("SELECT session_id FROM sessions")}


def problems(database: Path) -> list[DatabaseFinding]:
    return [finding for finding in check(database) if not finding.ok]


def damage(database: Path, name: str) -> bytes:
    """Overwrite the first page of a table or an index; the file's bytes after it."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = ?", (name,)
        ).fetchone()
    content = bytearray(database.read_bytes())
    content[(page - 1) * PAGE_BYTES : page * PAGE_BYTES] = b"\xa5" * PAGE_BYTES
    database.write_bytes(content)
    return bytes(content)


def flip(database: Path, offset: int) -> None:
    """Turn one bit of the header, in a file without a WAL."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(database.read_bytes())
    content[offset] ^= 0x80
    database.write_bytes(content)


_CUT_OFF = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = DELETE")
connection.execute("PRAGMA cache_size = 2")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE messages SET input_tokens = input_tokens + 1")
os.kill(os.getpid(), 9)
"""


def cut_off(database: Path) -> None:
    """Leave what a process leaves that is killed in the middle of a change without a WAL."""
    subprocess.run([sys.executable, "-c", _CUT_OFF, str(database)], check=False)
    assert Path(f"{database}-journal").exists()

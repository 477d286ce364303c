import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.usage.old_ledgers import make_ledger

REPOSITORY = Path(__file__).parents[3]

WRITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("PRAGMA foreign_keys = ON")
number = 0
while True:
    number += 1
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO sessions (session_id, note) VALUES (?, ?)", (f"w{number}", "x" * 200)
    )
    connection.execute("COMMIT")
    print(f"w{number}", flush=True)
"""


class Writer:
    """Another process that writes a session in each transaction, and says so after the commit."""

    def __init__(self, database: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITE, str(database)], stdout=subprocess.PIPE, text=True
        )
        self.committed: list[str] = []

    def wait_for_commits(self, count: int) -> None:
        assert self._process.stdout is not None
        for _ in range(count):
            self.committed.append(self._process.stdout.readline().strip())

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            assert self._process.stdout is not None
            # Not `communicate`, which knows nothing of the beginning of a line read ahead here.
            self.committed += self._process.stdout.read().split()
            self._process.stdout.close()
            self._process.wait(timeout=30)


@pytest.fixture
def database(scratch_home: Path) -> Path:
    """A ledger with messages in it."""
    path = scratch_home / "data" / "metrics.db"
    make_ledger(path)
    return path


@pytest.fixture
def writer(database: Path) -> Iterator[Writer]:
    """A process that writes to it all the time."""
    process = Writer(database)
    process.wait_for_commits(1)
    yield process
    process.stop()

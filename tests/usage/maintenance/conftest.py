import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.usage.old_ledgers import make_ledger

REPOSITORY = Path(__file__).parents[3]

WRITE = """
import sqlite3, sys, time
hold_seconds = float(sys.argv[2])
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
connection.execute("PRAGMA foreign_keys = ON")
number = 0
while True:
    number += 1
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(
        "INSERT INTO sessions (session_id, note) VALUES (?, ?)", (f"w{number}", "x" * 200)
    )
    time.sleep(hold_seconds)
    connection.execute("COMMIT")
    print(f"w{number}", flush=True)
"""


class Writer:
    """Another process that writes a session in each transaction, and says so after the commit.

    Args:
        database: The ledger.
        hold_seconds: Each transaction keeps the write lock so much longer, as a slow disk would.
    """

    def __init__(self, database: Path, hold_seconds: float = 0.0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WRITE, str(database), str(hold_seconds)],
            stdout=subprocess.PIPE,
            text=True,
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


@pytest.fixture
def slow_writer(database: Path) -> Iterator[Writer]:
    """A process that writes all the time, and leaves the lock free for moments only."""
    process = Writer(database, hold_seconds=0.05)
    process.wait_for_commits(1)
    yield process
    process.stop()

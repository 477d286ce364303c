"""A ledger beside which nothing can be written is read as it lies where that loses nothing."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.full_disk import full_disk
from tests.usage.asking import add, do

from agent_console.errors import LedgerError
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.database.undisturbed import Undisturbed
from agent_console.usage.maintenance.check import check
from agent_console.usage.reports.reading import open_for_reading
from agent_console.usage.writing.ledger import Ledger

TOKENS = "SELECT sum(input_tokens) FROM messages"


@pytest.fixture
def closed(database: Path) -> Path:
    """A ledger of one message that nobody has open."""
    ledger = Ledger(database)
    do(ledger, add("msg_1", input_tokens=5))
    ledger.close()
    return database


def test_on_a_full_disk_a_ledger_that_nobody_has_open_is_read(closed: Path) -> None:
    with full_disk():
        report = open_for_reading(str(closed))
        assert isinstance(report, Undisturbed)
        assert report.execute(TOKENS).fetchone() == (5,)
        report.close()
        with closing(open_read_only(closed)) as connection:
            assert connection.execute(TOKENS).fetchone() == (5,)
        assert [finding.text for finding in check(closed) if not finding.ok] == []


def test_where_files_can_be_made_the_ledger_is_read_with_its_locks(closed: Path) -> None:
    report = open_for_reading(str(closed))
    assert report is not None
    assert not isinstance(report, Undisturbed)
    report.close()


def test_what_is_in_a_wal_is_never_left_out(closed: Path, tmp_path: Path) -> None:
    left = tmp_path / "left.db"
    ledger = Ledger(closed)
    do(ledger, add("msg_2", input_tokens=5))
    for end in ("", "-wal"):  # as a process leaves them that was killed
        shutil.copy(f"{closed}{end}", f"{left}{end}")
    ledger.close()

    with full_disk():
        with pytest.raises(LedgerError, match="check the disk, its space"):
            open_for_reading(str(left))
        with closing(open_read_only(left)) as connection, pytest.raises(sqlite3.OperationalError):
            connection.execute(TOKENS)

    with closing(open_read_only(left)) as connection:
        assert connection.execute(TOKENS).fetchone() == (10,)


def test_a_ledger_that_is_written_while_it_is_read_is_not_believed(closed: Path) -> None:
    with full_disk():
        report = open_for_reading(str(closed))
    assert report is not None
    ledger = Ledger(closed)
    do(ledger, add("msg_2", input_tokens=1))
    ledger.close()

    with pytest.raises(LedgerError, match="was written while it was read: try again"):
        report.close()
    report.close()

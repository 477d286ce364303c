"""A ledger that cannot write: nothing is half written, and every entry is told so."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from tests.usage.asking import (
    NOON_MS,
    OTHER,
    SESSION,
    add,
    added,
    do,
    fill_disk,
    make_room,
    query,
    sums_that_differ,
    totals,
)

from agent_console.usage.database import opening as database_module
from agent_console.usage.entries import (
    KeepUserFields,
    LedgerRefusal,
    ReadSpending,
    ReadTotals,
    SpendingRead,
    TotalsRead,
)
from agent_console.usage.writing.ledger import Ledger
from agent_console.usage.writing.outages import answer_without_ledger

REPOSITORY = Path(__file__).parents[3]


def test_a_full_disk_refuses_the_whole_batch_as_retryable(ledger: Ledger, database: Path) -> None:
    before = do(ledger, add("msg_1", input_tokens=1, cost_usd=1.0)).totals
    fill_disk(ledger)

    *writes, read, spent = ledger.carry_out(
        [
            add("msg_1", input_tokens=5),
            add(session=OTHER, on_board=False),
            *[add(f"big_{n}" + "x" * 190, input_tokens=1) for n in range(500)],
            KeepUserFields(SESSION, "label", 0, None),
            ReadTotals(SESSION),
            ReadSpending(SESSION, NOON_MS),
        ]
    )

    assert ledger.last_error is not None
    assert "no space left" in ledger.last_error
    assert writes == [LedgerRefusal("internal", ledger.last_error, retryable=True)] * 503
    assert read == TotalsRead(SESSION, before)
    assert isinstance(spent, SpendingRead)
    assert spent.spending is not None
    assert spent.spending.today_cost_usd == 1.0
    assert query(database, "SELECT key, input_tokens FROM messages") == [("msg_1", 1)]
    assert sums_that_differ(database) == []


NAMED = "FROM messages JOIN facets USING (facet_no) JOIN names ON name_no = model_no"


def test_what_was_refused_for_want_of_space_is_taken_later(ledger: Ledger, database: Path) -> None:
    fill_disk(ledger, free_pages=5)  # room for the names of some models, not for the rows
    entries = [add(f"msg_{n}", model=f"model {n}", input_tokens=1) for n in range(500)]
    assert all(isinstance(result, LedgerRefusal) for result in ledger.carry_out(entries))
    assert query(database, "SELECT * FROM names") == [(0, "")]

    make_room(ledger)
    results = ledger.carry_out(list(reversed(entries)))

    assert added(results[-1]).totals.total_input_tokens == 500
    assert ledger.last_error is None
    assert (
        query(
            database,
            f"SELECT key, name {NAMED} WHERE substr(key, 5) != substr(name, 7)",
        )
        == []
    )
    assert query(
        database,
        f"SELECT count(*) {NAMED}",
    ) == [(500,)]


FULL_DISK = """
import resource, sys
from pathlib import Path
from agent_console.usage.entries import LedgerRefusal, UsageAdded
from agent_console.usage.writing.ledger import Ledger
from tests.usage.asking import add
path = Path(sys.argv[1])
ledger = Ledger(path)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
kept = 0
while True:
    first = kept
    batch = [add(f"msg_{first + n}", input_tokens=1) for n in range(100)]
    results = ledger.carry_out(batch)
    if not all(isinstance(result, UsageAdded) for result in results):
        break
    kept += 100
assert all(isinstance(r, LedgerRefusal) and r.retryable and r.code == "internal" for r in results)
print(ledger.last_error)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
if ledger.broken:
    ledger.close()
    ledger = Ledger(path)
assert all(isinstance(result, UsageAdded) for result in ledger.carry_out(batch))
print(kept + 100)
"""


def test_a_file_that_may_not_grow_loses_nothing_that_was_answered(database: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(database)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=REPOSITORY,
    )
    assert done.returncode == 0, done.stderr
    why, kept = done.stdout.splitlines()
    assert "check the disk, its space and your quota" in why or "no space left" in why
    assert int(kept) > 100
    assert query(database, "SELECT count(*) FROM messages") == [(int(kept),)]
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    assert sums_that_differ(database) == []


def test_a_ledger_kept_busy_refuses_after_a_while(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_MS", 50)
    ledger = Ledger(database)
    do(ledger, add("msg_1", input_tokens=1))
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        refused, read = ledger.carry_out([add("msg_2", input_tokens=1), ReadTotals(SESSION)])
        other.execute("ROLLBACK")

    assert isinstance(refused, LedgerRefusal)
    assert refused.retryable
    assert "busy: try again" in refused.message
    assert isinstance(read, TotalsRead)
    assert read.totals is not None
    assert do(ledger, add("msg_2", input_tokens=1)).totals.total_input_tokens == 2
    ledger.close()


def test_reading_waits_for_no_writer(database: Path) -> None:
    ledger = Ledger(database)
    do(ledger, add(input_tokens=1))
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert totals(ledger) is not None
    ledger.close()


def test_an_entry_that_cannot_be_kept_is_refused_alone(ledger: Ledger, database: Path) -> None:
    """A lone surrogate is no text; JSON cannot bring one in, but a file name may hold one."""
    first, refused, last = ledger.carry_out(
        [
            add("msg_1", input_tokens=1),
            add("msg_2", input_tokens=10, working_dir="/tmp/\udcff"),
            add("msg_3", input_tokens=100),
        ]
    )
    assert added(first).totals.total_input_tokens == 1
    assert isinstance(refused, LedgerRefusal)
    assert refused.code == "internal"
    assert not refused.retryable
    assert added(last).totals.total_input_tokens == 101
    assert sums_that_differ(database) == []


def test_spending_that_cannot_be_read_is_not_zero() -> None:
    assert answer_without_ledger(ReadSpending(SESSION, NOON_MS), "x") == SpendingRead(None, None)

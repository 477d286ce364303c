"""What is answered is there whatever is killed when, and processes share one ledger."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.usage.asking import OTHER, SESSION, add, added, do, query, sums_that_differ, totals

from agent_console.usage.writing.ledger import Ledger

REPOSITORY = Path(__file__).parents[3]

WRITE = """
import sys
from pathlib import Path
from agent_console.usage.entries import UsageAdded
from agent_console.usage.writing.ledger import Ledger
from tests.usage.asking import add
path, prefix, session, batches = sys.argv[1:]
ledger = Ledger(Path(path))
batch = 0
while batch < int(batches):
    keys = [f"{prefix}_{batch}_{n}" for n in range(20)]
    entries = [add(key, session=session, input_tokens=2, output_tokens=1) for key in keys]
    entries += [add("shared", session=session, input_tokens=batch + 1)]
    entries += [add(session=session, cache_read_tokens=1)]
    results = ledger.carry_out(entries)
    assert all(isinstance(result, UsageAdded) for result in results), results
    print(*keys, flush=True)
    batch += 1
"""


def write(database: Path, prefix: str, session: str, batches: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITE, str(database), prefix, session, str(batches)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )


@pytest.mark.parametrize("batches_before", [1, 7, 40])
def test_what_was_answered_survives_sigkill(database: Path, batches_before: int) -> None:
    process = write(database, "msg", SESSION, 1_000_000)
    assert process.stdout is not None
    answered: set[str] = set()
    for _ in range(batches_before):
        answered.update(process.stdout.readline().split())
    os.kill(process.pid, signal.SIGKILL)
    # Not `communicate`, which knows nothing of the beginning of a line read ahead here.
    rest = process.stdout.read()
    process.stdout.close()
    process.wait(timeout=30)
    answered.update(
        key
        for line in rest.splitlines(keepends=True)
        if line.endswith("\n")
        for key in line.split()
    )

    ledger = Ledger(database)

    kept = {key for (key,) in query(database, "SELECT key FROM messages WHERE key LIKE 'msg_%'")}
    assert answered <= kept, sorted(answered - kept)[:5]
    assert len(kept) % 20 == 0, "a batch is there as a whole or not at all"
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    assert sums_that_differ(database) == []
    told = totals(ledger)
    assert told is not None
    assert told.total_output_tokens == len(kept), told
    again = ledger.carry_out([add(key, input_tokens=2, output_tokens=1) for key in answered])
    assert [result for result in again if added(result).usage is not None] == []
    ledger.close()


def test_two_processes_write_at_once(database: Path) -> None:
    processes = [write(database, "a", SESSION, 60), write(database, "b", OTHER, 60)]
    for process in processes:
        process.communicate(timeout=60)

    assert [process.returncode for process in processes] == [0, 0]
    assert query(database, "SELECT count(*), count(DISTINCT key) FROM messages") == [
        (2 * 60 * 21 + 1, 2 * 60 * 20 + 1)
    ]
    assert query(database, "SELECT input_tokens FROM messages WHERE key = 'shared'") == [(60,)]
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    assert sums_that_differ(database) == []


def test_what_another_process_changed_is_seen(ledger: Ledger, database: Path) -> None:
    do(ledger, add("msg_1", output_tokens=1))
    other = Ledger(database)
    do(other, add("msg_1", output_tokens=5))
    do(other, add(session=OTHER, output_tokens=7))
    other.close()

    assert do(ledger, add("msg_1", output_tokens=9)).totals.total_output_tokens == 9
    assert do(ledger, add(session=OTHER, on_board=False)).totals.total_output_tokens == 7
    assert sums_that_differ(database) == []

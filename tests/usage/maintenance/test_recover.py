"""After damage the ledger begins again from the newest good backup, and nothing is thrown away."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.usage.asking import query
from tests.usage.maintenance.conftest import REPOSITORY
from tests.usage.maintenance.reading import damage, dump, flip, problems, session_ids

from agent_console.errors import LedgerError
from agent_console.usage.database.identity import identity
from agent_console.usage.database.opening import open_database
from agent_console.usage.maintenance.backups import backup_if_due
from agent_console.usage.maintenance.recover import recover

NOON_MS = 1_795_176_000_000
DAY_MS = 86_400_000
ASIDE = "metrics.db.damaged-20261120T120000Z"


def inside(path: Path) -> None:
    damage(path, "messages")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def newer_format(path: Path) -> None:
    flip(path, 47)


def read_only_header(path: Path) -> None:
    flip(path, 18)


def garbage(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)


SPOIL = pytest.mark.parametrize(
    "spoil", [inside, truncated, garbage, newer_format, read_only_header]
)


@SPOIL
def test_it_begins_again_from_the_newest_backup(
    database: Path, spoil: Callable[[Path], None]
) -> None:
    backup_if_due(database, NOON_MS - DAY_MS)
    query(database, "UPDATE sessions SET label = 'newer' WHERE session_no = 1")
    newest = backup_if_due(database, NOON_MS)
    good = dump(database)
    spoil(database)
    damaged = database.read_bytes()

    done = recover(database, NOON_MS)

    assert dump(database) == good
    assert done.backup is not None
    assert done.backup.path == newest
    assert done.moved_to == database.with_name(ASIDE)
    assert database.with_name(ASIDE).read_bytes() == damaged
    assert problems(database) == []


@SPOIL
def test_without_a_backup_it_begins_empty(database: Path, spoil: Callable[[Path], None]) -> None:
    spoil(database)
    damaged = database.read_bytes()

    done = recover(database, NOON_MS)

    assert query(database, "SELECT count(*) FROM messages") == [(0,)]
    assert database.with_name(ASIDE).read_bytes() == damaged
    assert "There was no usable backup" in done.lost[0]
    assert problems(database) == []


def test_backups_that_are_damaged_are_passed_over_and_named(database: Path) -> None:
    older = backup_if_due(database, NOON_MS - DAY_MS)
    newer = backup_if_due(database, NOON_MS)
    assert newer is not None
    good = dump(database)
    garbage(newer)
    garbage(database)

    done = recover(database, NOON_MS)

    assert done.backup is not None
    assert done.backup.path == older
    assert str(newer) in done.passed_over[0]
    assert dump(database) == good
    assert newer.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM facets WHERE facet_no = 3",
        "UPDATE names SET name = CAST(x'2fff' AS TEXT) WHERE name_no = 3",
    ],
)
def test_backups_with_damaged_content_are_passed_over_too(database: Path, statement: str) -> None:
    older = backup_if_due(database, NOON_MS - DAY_MS)
    good = dump(database)
    query(database, statement)
    newer = backup_if_due(database, NOON_MS)

    done = recover(database, NOON_MS)

    assert done.backup is not None
    assert done.backup.path == older
    (passed_over,) = done.passed_over
    assert passed_over.startswith(f"The backup {newer} was passed over: {newer} is damaged")
    assert dump(database) == good
    assert problems(database) == []


def test_the_wal_is_kept_with_the_damaged_ledger(database: Path) -> None:
    connection = open_database(database)
    connection.execute("UPDATE sessions SET note = 'in the WAL'")
    wal = Path(f"{database}-wal").read_bytes()
    with database.open("r+b") as file:
        file.write(b"\xa5" * 50)  # SQLite cannot know its own header

    done = recover(database, NOON_MS)

    assert Path(f"{done.moved_to}-wal").read_bytes() == wal
    assert query(database, "SELECT count(*) FROM sessions") == [(0,)]
    connection.close()
    assert Path(f"{done.moved_to}-wal").read_bytes() == wal
    assert problems(database) == []


def test_a_process_that_has_it_open_can_tell_and_its_end_does_no_harm(database: Path) -> None:
    old = open_database(database)
    before = identity(database, old)
    inside(database)

    recover(database, NOON_MS)

    with closing(open_database(database)) as new:
        new.execute("INSERT INTO sessions (session_id) VALUES ('new')")
        assert identity(database, old) != before
        old.close()
        assert identity(database, new) != before
        new.execute("INSERT INTO sessions (session_id) VALUES ('newer')")
    assert {"new", "newer"} <= session_ids(database)
    assert problems(database) == []


def test_what_no_transcript_tells_is_counted_when_it_can_be_read(database: Path) -> None:
    backup = backup_if_due(database, NOON_MS)
    assert backup is not None
    query(
        database,
        "INSERT INTO messages (session_no, facet_no, at_ms, source) VALUES (1, 1, ?, 2), "
        "(1, 1, ?, 1)",
        NOON_MS * 2,
        NOON_MS * 2,
    )
    damage(database, "usage_by_time")

    done = recover(database, NOON_MS)

    assert ": 1 rows of UPSERT or the SDK, and changes of labels" in done.lost[0]


def test_another_programs_database_is_left_alone(scratch_home: Path) -> None:
    theirs = scratch_home / "data" / "metrics.db"
    theirs.parent.mkdir()
    query(theirs, "CREATE TABLE theirs (it)")
    before = theirs.read_bytes()
    with pytest.raises(LedgerError, match="another program"):
        recover(theirs, NOON_MS)
    assert theirs.read_bytes() == before


RECOVER = """
import os, sys
from pathlib import Path
from agent_console.usage.maintenance import recover, replacing
left = int(sys.argv[2])
def counting(function):
    def wrapped(*arguments, **named):
        global left
        left -= 1
        if left == 0:
            print("there", flush=True)
            sys.stdin.read()
        return function(*arguments, **named)
    return wrapped
for name in ("link", "fsync"):
    setattr(replacing.os, name, counting(getattr(os, name)))
replacing.Path.unlink = counting(Path.unlink)
recover.recover(Path(sys.argv[1]), 1795176000000)
print("done", flush=True)
"""


def test_killed_between_any_two_steps_nothing_is_lost(database: Path) -> None:
    backup_if_due(database, NOON_MS)
    good = dump(database)
    garbage(database)
    damaged = database.read_bytes()
    for step in range(1, 100):
        with subprocess.Popen(
            [sys.executable, "-c", RECOVER, str(database), str(step)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        ) as process:
            assert process.stdout is not None
            said = process.stdout.readline()
            os.kill(process.pid, signal.SIGKILL)
        kept = [
            path.read_bytes()
            for path in database.parent.iterdir()
            if path.name.startswith("metrics.db")
        ]
        assert damaged in kept, step
        if said == "done\n":
            break
        garbage(database)
    else:
        pytest.fail("it never ended")
    assert step > 4
    assert dump(database) == good

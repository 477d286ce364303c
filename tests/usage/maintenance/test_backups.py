"""One backup a day, seven kept, beside whoever writes."""

import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.usage.asking import query
from tests.usage.maintenance.conftest import REPOSITORY, Writer
from tests.usage.maintenance.reading import dump, problems, session_ids

from agent_console.errors import LedgerError
from agent_console.usage.database.backup_files import (
    Backup,
    backup_folder,
    backups,
    migration_path,
)
from agent_console.usage.database.copying import copy_database
from agent_console.usage.database.migrations import MIGRATIONS
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.maintenance import backups as module
from agent_console.usage.maintenance.backups import KEPT, backup_if_due

NOON_MS = 1_795_176_000_000
"""2026-11-20 12:00 UTC."""
DAY_MS = 86_400_000
NAME = f"metrics-20261120-schema{len(MIGRATIONS)}.db"


def test_the_days_backup_holds_what_the_ledger_holds(database: Path) -> None:
    made = backup_if_due(database, NOON_MS)

    assert made is not None
    assert made == backup_folder(database) / NAME
    assert dump(made) == dump(database)
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.parent.stat().st_mode) == 0o700
    assert os.listdir(made.parent) == [NAME], "one file that can be moved anywhere"


def test_there_is_one_a_day(database: Path) -> None:
    assert backup_if_due(database, NOON_MS) is not None
    assert backup_if_due(database, NOON_MS + 1) is None
    assert backup_if_due(database, NOON_MS + DAY_MS) is not None
    assert len(backups(database)) == 2


def test_seven_are_kept_and_nothing_but_days_backups_is_removed(database: Path) -> None:
    kept = [
        migration_path(database, 1, NOON_MS - 50 * DAY_MS),
        backup_folder(database) / "metrics-20200101.db",
        backup_folder(database) / "mine.db",
    ]
    backup_folder(database).mkdir()
    for path in kept:
        path.write_bytes(b"x")

    for day in range(KEPT + 3):
        made = backup_if_due(database, NOON_MS + day * DAY_MS)
        assert made is not None
        os.utime(made, (0, 0))  # copied about: the name says the day

    names = set(os.listdir(backup_folder(database)))
    others = {path.name for path in kept}
    assert others <= names
    assert sorted(name[8:16] for name in names - others) == [
        f"202611{day}" for day in range(23, 30)
    ]


def test_a_ledger_that_is_not_there_or_empty_has_no_backup(scratch_home: Path) -> None:
    missing = scratch_home / "none" / "metrics.db"
    assert backup_if_due(missing, NOON_MS) is None
    missing.parent.mkdir()
    missing.touch()
    assert backup_if_due(missing, NOON_MS) is None
    assert os.listdir(missing.parent) == ["metrics.db"]


def test_it_is_of_one_moment_and_ends_beside_a_process_that_writes_all_the_time(
    database: Path, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.usage.database.copying.STEP_PAGES", 4)
    before = set(writer.committed)

    made = backup_if_due(database, NOON_MS)
    writer.wait_for_commits(20)

    assert made is not None
    assert problems(made) == [] or [p.check for p in problems(made)] == ["settings"]
    ids = session_ids(made)
    assert before <= ids
    written = sorted(int(name[1:]) for name in ids if name.startswith("w"))
    assert written == list(range(1, len(written) + 1)), "no transaction is half there"


def test_what_others_write_does_not_make_a_copy_begin_again(
    database: Path, scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent_console.usage.database.copying.STEP_PAGES", 4)
    before = dump(database)
    left: list[int] = []

    def write(remaining: int, _all: int) -> None:
        left.append(remaining)
        query(database, "INSERT INTO sessions (session_id) VALUES (?)", f"w{len(left)}")
        assert len(left) < 1_000

    with closing(open_read_only(database)) as source:
        copy_database(source, scratch_home / "copy.db", progress=write)

    assert left == sorted(set(left), reverse=True)
    assert dump(scratch_home / "copy.db") == before


BACK_UP = """
import sys
from pathlib import Path
from agent_console.usage.maintenance import backups
from agent_console.usage.database import copying
copying.STEP_PAGES = 4
def hang(seconds):
    print("half", flush=True)
    sys.stdin.read()
copying.time.sleep = hang
backups.backup_if_due(Path(sys.argv[1]), int(sys.argv[2]))
"""


def half_done(database: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", BACK_UP, str(database), str(NOON_MS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    return process


def test_one_that_is_killed_is_no_backup_and_the_next_leaves_nothing_of_it(database: Path) -> None:
    with half_done(database) as process:
        os.kill(process.pid, signal.SIGKILL)
    assert backups(database) == []
    assert len(os.listdir(backup_folder(database))) >= 1

    assert backup_if_due(database, NOON_MS) is not None

    assert os.listdir(backup_folder(database)) == [NAME]


def test_another_process_that_makes_it_just_now_is_left_to_do_so(database: Path) -> None:
    with half_done(database) as process:
        assert backup_if_due(database, NOON_MS) is None
        process.kill()
    assert backups(database) == []


def test_a_damaged_ledger_is_not_made_a_backup(database: Path) -> None:
    first = backup_if_due(database, NOON_MS)
    content = database.read_bytes()
    database.write_bytes(content[: len(content) // 2])

    with pytest.raises(LedgerError, match="damaged"):
        backup_if_due(database, NOON_MS + DAY_MS)

    assert [backup.path for backup in backups(database)] == [first]


def test_a_folder_that_cannot_be_made_is_named(database: Path) -> None:
    backup_folder(database).write_text("in the way")
    with pytest.raises(LedgerError, match=r"backups.* was not made: .*Make its folder writable"):
        backup_if_due(database, NOON_MS)


def test_looking_whether_it_is_due_costs_one_look_at_a_file(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup_if_due(database, NOON_MS)
    monkeypatch.setattr(module, "open_read_only", None)
    started = time.perf_counter()
    for _ in range(1_000):
        backup_if_due(database, NOON_MS)
    assert time.perf_counter() - started < 1


def test_backups_are_listed_newest_first(database: Path) -> None:
    backup_if_due(database, NOON_MS)
    backup_if_due(database, NOON_MS + DAY_MS)
    for backup in backups(database):
        os.utime(backup.path, (0, 0))

    found = backups(database)

    assert [backup.made_at_ms for backup in found] == [NOON_MS + DAY_MS // 2, NOON_MS - DAY_MS // 2]
    assert isinstance(found[0], Backup)
    assert found[0].is_daily

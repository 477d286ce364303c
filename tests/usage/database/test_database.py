"""Opening the ledger: who may read it, what is refused, and that nothing is ever overwritten."""

import os
import random
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from tests.usage.asking import add, do, query

from agent_console.config import Durability
from agent_console.errors import LedgerError
from agent_console.usage.database import migrations
from agent_console.usage.database.opening import APPLICATION_ID, PAGE_BYTES, open_database
from agent_console.usage.database.read_only_uri import SCHEMA
from agent_console.usage.entries import LedgerRefusal
from agent_console.usage.writing.ledger import Ledger

REPOSITORY = Path(__file__).parents[3]


def mode_of(path: str | Path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_nobody_else_can_read_the_ledger(database: Path) -> None:
    before = os.umask(0)
    try:
        ledger = Ledger(database)
        do(ledger, add(input_tokens=1))
    finally:
        os.umask(before)
    assert mode_of(database.parent) == 0o700
    assert [mode_of(f"{database}{end}") for end in ("", "-wal", "-shm")] == [0o600] * 3
    ledger.close()


def test_an_old_ledger_is_closed_to_others(database: Path) -> None:
    Ledger(database).close()
    database.chmod(0o644)
    Ledger(database).close()
    assert mode_of(database) == 0o600


@pytest.mark.parametrize(("durability", "synchronous"), [("normal", 1), ("full", 2)])
def test_durability_decides_what_a_commit_waits_for(
    database: Path, durability: Durability, synchronous: int
) -> None:
    connection = open_database(database, durability)
    assert connection.execute("PRAGMA synchronous").fetchone() == (synchronous,)
    connection.close()


def test_the_file_is_marked_and_kept_as_a_wal_database(database: Path) -> None:
    Ledger(database).close()
    assert query(database, "PRAGMA application_id") == [(APPLICATION_ID,)]
    assert query(database, "PRAGMA journal_mode") == [("wal",)]
    assert query(database, "SELECT max(version) FROM schema_versions") == [
        (len(migrations.MIGRATIONS),)
    ]


def test_opening_again_changes_nothing(database: Path) -> None:
    Ledger(database).close()
    before = database.read_bytes()
    Ledger(database).close()
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        b"hello",
        b"\0" * 5000,
        b"SQLite format 3\0" + b"\xff" * 4080,
        random.Random(1).randbytes(9000),
    ],
    ids=["text", "zeros", "only a head", "noise"],
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(
    database: Path, content: bytes
) -> None:
    database.parent.mkdir()
    database.write_bytes(content)

    with pytest.raises(LedgerError, match=r"(is not a database|is damaged).*left as it is"):
        Ledger(database)

    assert database.read_bytes() == content


def test_a_ledger_that_is_damaged_inside_refuses_entries_and_is_left_alone(
    database: Path,
) -> None:
    ledger = Ledger(database)
    do(ledger, add("msg_1", input_tokens=1))
    ledger.close()
    ((page,),) = query(
        database, "SELECT rootpage FROM sqlite_schema WHERE name = 'messages_by_key'"
    )
    content = bytearray(database.read_bytes())
    content[(page - 1) * PAGE_BYTES : page * PAGE_BYTES] = b"\xa5" * PAGE_BYTES
    database.write_bytes(content)

    ledger = Ledger(database)
    results = ledger.carry_out([add("msg_1", input_tokens=2), add("msg_2", input_tokens=1)])
    ledger.close()

    assert ledger.last_error is not None
    assert "is damaged: restore a backup" in ledger.last_error
    assert results == [LedgerRefusal("internal", ledger.last_error, retryable=True)] * 2
    assert database.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_left_alone(database: Path) -> None:
    database.parent.mkdir()
    query(database, "CREATE TABLE theirs (it)")
    before = database.read_bytes()

    with pytest.raises(LedgerError, match="another program"):
        Ledger(database)

    assert database.read_bytes() == before


def test_a_ledger_of_a_newer_version_is_refused_and_left_alone(database: Path) -> None:
    Ledger(database).close()
    query(database, "INSERT INTO schema_versions VALUES (99, 0)")
    before = database.read_bytes()

    with pytest.raises(
        LedgerError, match=rf"newer agent-console \(schema 99, this one knows {SCHEMA}\)"
    ):
        Ledger(database)

    assert database.read_bytes() == before


def test_a_folder_in_the_place_of_the_file_is_named(database: Path) -> None:
    database.mkdir(parents=True)
    with pytest.raises(LedgerError, match="cannot be opened"):
        Ledger(database)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    in_the_way = tmp_path / "agent-console"
    in_the_way.touch()

    for database in (in_the_way / "metrics.db", in_the_way / "deeper" / "metrics.db"):
        with pytest.raises(LedgerError, match=f": {in_the_way} is no folder. Move it away."):
            open_database(database)


AS_SOMEBODY_WITHOUT_RIGHTS = """
import os, sys
from pathlib import Path
from agent_console.usage.writing.ledger import Ledger
from agent_console.config import Durability
from agent_console.errors import LedgerError
from tests.usage.asking import add
if os.geteuid() == 0:
    os.setuid(65534)
try:
    ledger = Ledger(Path(sys.argv[1]))
    print(ledger.carry_out([add("msg_1", input_tokens=1)]))
except LedgerError as error:
    print(error)
"""


@pytest.mark.parametrize("there", [True, False])
def test_a_read_only_ledger_says_so(database: Path, there: bool) -> None:
    Ledger(database).close()
    for folder in (database.parent.parent, database.parent):
        folder.chmod(0o755)
    if there:
        database.chmod(0o444)
    else:
        database.unlink()
    database.parent.chmod(0o555)

    done = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY_WITHOUT_RIGHTS, str(database)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        cwd=REPOSITORY,
    )

    assert "is read-only for you" in done.stdout or "is closed for you" in done.stdout
    assert "To have it back: `" in done.stdout
    database.parent.chmod(0o700)


OPEN_TOGETHER = """
import sys
from pathlib import Path
from agent_console.usage.writing.ledger import Ledger
print("ready", flush=True)
sys.stdin.readline()
for number in range(20):
    Ledger(Path(f"{sys.argv[1]}.{number}")).close()
"""


def test_processes_that_open_a_new_ledger_together_migrate_once(database: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_TOGETHER, str(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate(timeout=30)

    assert [process.returncode for process in processes] == [0] * 4
    for number in range(20):
        ledger = Path(f"{database}.{number}")
        assert query(ledger, "SELECT version FROM schema_versions") == [
            (step,) for step in range(1, SCHEMA + 1)
        ]


def test_the_schema_in_the_file_says_what_each_table_holds(database: Path) -> None:
    Ledger(database).close()
    for name, statement in query(
        database, "SELECT name, sql FROM sqlite_schema WHERE type = 'table'"
    ):
        if name not in {"schema_versions", "sqlite_sequence"}:
            assert "( -- " in statement.splitlines()[0], name

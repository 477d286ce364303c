"""A folder that cannot be written, a full disk: a clear sentence, and nothing changes."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.usage.maintenance.conftest import REPOSITORY
from tests.usage.maintenance.reading import dump

from agent_console.errors import LedgerError
from agent_console.usage.database.backup_files import backup_folder, backups
from agent_console.usage.maintenance.backup_to_file import backup_to_file
from agent_console.usage.maintenance.backups import backup_if_due

NOON_MS = 1_795_176_000_000

AS_SOMEBODY_WITHOUT_RIGHTS = """
import os, sys
from pathlib import Path
from agent_console.errors import AgentConsoleError
from agent_console.usage.maintenance.backup_to_file import backup_to_file
from agent_console.usage.maintenance.backups import backup_if_due
from agent_console.usage.maintenance.recover import recover
from agent_console.usage.maintenance.repair import repair
from agent_console.usage.maintenance.restore import restore
from agent_console.usage.maintenance.vacuum import vacuum
if os.geteuid() == 0:
    os.setuid(65534)
ledger, backup = Path(sys.argv[1]), Path(sys.argv[2])
for act in (
    lambda: backup_if_due(ledger, 1795176000000),
    lambda: backup_to_file(ledger, ledger.parent / "b.db"),
    lambda: restore(ledger, backup, 1795176000000),
    lambda: recover(ledger, 1795176000000),
    lambda: repair(ledger),
    lambda: vacuum(ledger),
):
    try:
        act()
    except AgentConsoleError as error:
        print(error)
    else:
        print("done!")
"""


def test_in_a_read_only_folder_each_says_so_and_changes_nothing(
    database: Path, scratch_home: Path
) -> None:
    backup = scratch_home / "backup.db"
    backup_to_file(database, backup)
    for path in (scratch_home, backup, database):
        path.chmod(0o755)
    database.parent.chmod(0o555)
    before = dump(database)

    done = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY_WITHOUT_RIGHTS, str(database), str(backup)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=REPOSITORY,
    )

    said = done.stdout.splitlines()
    assert len(said) == 6, done.stdout
    assert [line for line in said if "done!" in line or "Traceback" in line] == []
    for line in said:
        assert "ermission denied" in line or "read-only" in line or "cannot be opened" in line
    database.parent.chmod(0o700)
    assert dump(database) == before
    assert [path.name for path in database.parent.iterdir() if path.suffix != ".db-shm"] == [
        "metrics.db"
    ]


def test_a_backup_for_which_there_is_no_space_is_none(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource
    import signal

    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(LedgerError, match=r"day's backup .*not made"):
            backup_if_due(database, NOON_MS)
        with pytest.raises(LedgerError):
            backup_to_file(database, database.with_name("b.db"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)

    assert backups(database) == []
    assert list(backup_folder(database).iterdir()) == []
    assert not database.with_name("b.db").exists()

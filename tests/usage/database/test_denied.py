"""A ledger that is closed to a person is never shown as an empty one: whose it is is said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.usage.asking import add, do

from agent_console.presence import is_missing
from agent_console.usage.database.denied import denial
from agent_console.usage.writing.ledger import Ledger

REPOSITORY = Path(__file__).parents[3]

AS_SOMEBODY_WITHOUT_RIGHTS = """
import os, sqlite3, sys
from contextlib import closing
from pathlib import Path
from agent_console.errors import AgentConsoleError
from agent_console.usage.database import undisturbed
from agent_console.usage.database.denied import denial
from agent_console.usage.database.opening import open_database
from agent_console.usage.maintenance.select import select
from agent_console.usage.maintenance.integrity import keeps_history, quick_look
from agent_console.usage.reports.reading import open_for_reading
path = Path(sys.argv[1])
if os.geteuid() == 0:
    os.setuid(65534)
def asked():
    with select(path, "SELECT 1") as answer:
        return list(answer.rows)
for act in (lambda: open_for_reading(str(path)), lambda: open_database(path), asked,
            lambda: quick_look(path).damages):
    try:
        print(type(act()).__name__)
    except AgentConsoleError as error:
        print(type(error).__name__, error)
found = denial(path)
print(found.mend if found else "")
"""


def told(database: Path) -> list[str]:
    """What a report, a writer, a question and a look say, and what to do."""
    done = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY_WITHOUT_RIGHTS, str(database)],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        cwd=REPOSITORY,
    )
    return done.stdout.splitlines()


@pytest.fixture
def closed(database: Path) -> Path:
    """A ledger of one message, which nobody has open and anybody can get at."""
    ledger = Ledger(database)
    do(ledger, add("msg_1", input_tokens=5))
    ledger.close()
    database.parent.parent.chmod(0o755)
    database.parent.chmod(0o755)
    return database


def mend(place: Path, letters: str, folder: Path) -> str:
    """Root's files have to be given away; what is one's own can be opened."""
    if os.geteuid() == 0:
        return f"sudo chown -R nobody {folder}"
    return f"chmod u+{letters} {place}"


@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_ledger_that_may_not_be_read_is_an_error_for_all(closed: Path, what: str) -> None:
    place = closed.parent if what == "folder" else closed
    place.chmod(0o000)

    *said, to_do = told(closed)

    place.chmod(0o700)
    assert len(said) == 4
    for line in said:
        assert line.startswith(f"LedgerError The ledger {closed} is closed for you: {place} ")
        assert "has the mode 0000" in line
        assert to_do in line
    assert to_do == mend(place, "rwx" if what == "folder" else "rw", closed.parent)


def test_in_a_read_only_folder_it_is_read_and_not_written(closed: Path) -> None:
    closed.chmod(0o644)
    closed.parent.chmod(0o555)

    report, writer, question, look, to_do = told(closed)

    closed.parent.chmod(0o700)
    assert (report, question, look) == ("Undisturbed", "list", "list")
    assert writer.startswith(f"LedgerError The ledger {closed} is read-only for you: ")
    assert to_do == mend(closed.parent, "rwx", closed.parent)


def test_nothing_is_denied_where_everything_is_ones_own(closed: Path, tmp_path: Path) -> None:
    assert denial(closed) is None
    assert denial(tmp_path / "none" / "metrics.db") is None


def test_only_what_is_not_there_is_missing(closed: Path) -> None:
    assert not is_missing(closed)
    assert is_missing(closed.with_name("other.db"))
    assert is_missing(closed / "below a file")


def test_a_link_into_a_closed_folder_is_told_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "closed" / "in").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "closed" / "in")
    (tmp_path / "closed").chmod(0)
    try:
        found = denial(tmp_path / "link" / "metrics.db")
    finally:
        (tmp_path / "closed").chmod(0o700)
    if os.geteuid():
        assert found is not None
        assert found.mend == f"chmod u+x {tmp_path / 'closed'}"
    else:
        assert found is None  # root may look everywhere

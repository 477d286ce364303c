"""What is away is said to be gone, what is back to be there, and only what is gone is pruned."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.usage.asking import query
from tests.usage.ingest.bringing import bring, is_fresh, total
from tests.usage.ingest.transcripts import OTHER, SESSION, answer, append, write

from agent_console.config_prices import PricesConfig
from agent_console.usage.ingest.catch_up import bring_up_to_date, catch_up
from agent_console.usage.ingest.discovery import find_transcript
from agent_console.usage.ingest.importer import Importer
from agent_console.usage.ingest.reindex import count_gone, reindex
from agent_console.usage.ingest.transcript_file import TranscriptFile
from agent_console.usage.writing.ledger import Ledger

REPOSITORY = Path(__file__).parents[3]
WORKING_DIR = "/home/user/project"


@pytest.fixture
def away(database: Path, session: Path, tmp_path: Path) -> Path:
    """Where a transcript lies that was read, and moved away, and is said to be gone."""
    write(session, answer("m1", cwd=WORKING_DIR))
    bring(database)
    aside = tmp_path / session.name
    session.rename(aside)
    assert bring(database).files_gone == 1
    assert statuses(database) == {session: 3}
    return aside


def statuses(database: Path) -> dict[Path, int]:
    rows = query(database, "SELECT path, status FROM sources")
    return {Path(path): status for path, status in rows}


def prune(database: Path, project: str | None = None, *config_dirs: Path) -> int:
    dirs = list(config_dirs) or None
    projects = [] if project is None else [project]
    done = reindex(database, PricesConfig(), config_dirs=dirs, projects=projects, prune=True)
    return done.rows_pruned


def caught_up(database: Path, _: Path) -> None:
    bring(database)


def looked_at_before_pruning(database: Path, _: Path) -> None:
    assert count_gone(database) == 0


def read_again(database: Path, _: Path) -> None:
    reindex(database, PricesConfig())


def named_by_a_hook(database: Path, session: Path) -> None:
    file = find_transcript(str(session))
    assert isinstance(file, TranscriptFile)
    ledger = Ledger(database)
    Importer(ledger, lambda _taken, _imported: None).run([file])
    ledger.close()


@pytest.mark.parametrize("way", [caught_up, looked_at_before_pruning, read_again, named_by_a_hook])
def test_what_is_back_is_said_to_be_there_by_whoever_looks(
    database: Path, session: Path, away: Path, way: Callable[[Path, Path], None]
) -> None:
    away.rename(session)
    way(database, session)
    assert statuses(database) == {session: 1}
    assert total(database) == (10, 100, 0, 0)


def test_it_is_written_once_that_a_transcript_is_back(
    ledger: Ledger, session: Path, away: Path
) -> None:
    away.rename(session)
    before = ledger.connection.total_changes
    assert catch_up(ledger).files_read == 0
    assert ledger.connection.total_changes == before + 1
    catch_up(ledger)
    assert ledger.connection.total_changes == before + 1


def test_what_is_back_under_another_name_is_there(
    database: Path, session: Path, away: Path
) -> None:
    moved = session.parent.parent / "-elsewhere" / session.name
    moved.parent.mkdir()
    away.rename(moved)
    bring(database)
    assert statuses(database) == {moved: 1}
    assert prune(database) == 0


def test_what_could_not_be_read_is_read_when_it_is_as_it_was(database: Path, session: Path) -> None:
    write(session, answer("m1"))
    bring(database)
    query(database, "UPDATE sources SET status = 2, error = 'Stale file handle'")
    assert is_fresh(database)
    assert bring(database).files_read == 0
    assert query(database, "SELECT status, error FROM sources") == [(1, None)]


def test_what_could_not_be_read_can_be_gone(database: Path, session: Path) -> None:
    write(session, answer("m1"))
    bring(database)
    query(database, "UPDATE sources SET status = 2, error = 'Stale file handle'")
    session.unlink()
    assert bring(database).files_gone == 1
    assert statuses(database) == {session: 3}


@pytest.mark.parametrize("working_dir", [None, WORKING_DIR])
@pytest.mark.parametrize("put_back", [os.rename, shutil.copyfile])
def test_what_is_back_is_not_pruned(
    database: Path,
    session: Path,
    away: Path,
    put_back: Callable[[Path, Path], object],
    working_dir: str | None,
) -> None:
    put_back(away, session)
    assert prune(database, working_dir) == 0
    assert statuses(database) == {session: 1}
    assert total(database) == (10, 100, 0, 0)


def test_what_is_back_in_a_folder_that_nobody_looks_through_is_not_pruned(
    database: Path, session: Path, away: Path, scratch_home: Path
) -> None:
    away.rename(session)
    assert prune(database, None, scratch_home / "another") == 0
    assert total(database) == (10, 100, 0, 0)


def test_what_is_still_away_is_pruned(database: Path, away: Path) -> None:
    assert away.exists()
    assert prune(database) == 1
    assert total(database) == (0, 0, 0, 0)


def close(monkeypatch: pytest.MonkeyPatch, folder: Path, number: int) -> None:
    """From now on the system does not open this folder, for anybody."""
    scandir = os.scandir

    def refused(path: str) -> Any:
        if path == str(folder):
            raise OSError(number, os.strerror(number), path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)


@pytest.fixture
def two(database: Path, session: Path) -> tuple[Path, Path]:
    """A session's transcript and its subagent's, in a folder below; both were read."""
    subagents = session.with_suffix("") / "subagents/agent-1.jsonl"
    write(session, answer("m1"))
    write(subagents, answer("m2", isSidechain=True))
    bring(database)
    return session, subagents


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE])
def test_what_lies_below_a_folder_that_cannot_be_opened_is_not_gone(
    database: Path, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Not even what is not there: nobody could look."""
    two[1].unlink()
    with monkeypatch.context() as patched:
        close(patched, two[0].parent, number)
        assert bring(database).files_gone == 0
        assert prune(database) == 0
    assert total(database) == (20, 200, 0, 0)
    assert bring(database).files_gone == 1
    assert statuses(database) == {two[0]: 1, two[1]: 3}


@pytest.mark.parametrize("number", [errno.ENOENT, errno.ENOTDIR])
def test_what_lay_below_a_folder_that_is_gone_is_gone(
    database: Path, two: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    shutil.rmtree(two[1].parent.parent)
    close(monkeypatch, two[1].parent, number)
    assert bring(database).files_gone == 1
    assert statuses(database) == {two[0]: 1, two[1]: 3}


AS_SOMEBODY_WITHOUT_RIGHTS = """
import os, sqlite3, sys
from pathlib import Path
from agent_console.config_prices import PricesConfig
from agent_console.usage.ingest import reindex as module
from agent_console.usage.ingest.reindex import count_gone, reindex
module.keep_prices = lambda *_: None  # the catalogue may lie where nobody else may look
database, folder, everything = map(Path, sys.argv[1:4])
reindex(database, PricesConfig(), prune=True)  # all is imported
if os.geteuid() == 0:
    os.system(f"chown -R 65534:65534 {everything}")
    os.setuid(65534)
status = int(sys.argv[4])
connection = sqlite3.connect(database)
connection.execute("UPDATE sources SET status = ? WHERE path LIKE ?", (status, f"{folder}/%"))
connection.commit()
connection.close()
folder.chmod(0)
print(count_gone(database), reindex(database, PricesConfig(), prune=True).rows_pruned)
folder.chmod(0o700)
"""


@pytest.mark.parametrize("status", [1, 3])
def test_who_may_not_open_a_folder_prunes_nothing_of_it(
    database: Path, two: tuple[Path, Path], scratch_home: Path, status: int
) -> None:
    other = scratch_home / ".config/claude/projects/-p" / f"{OTHER}.jsonl"
    write(other, answer("n1", sessionId=OTHER))
    bring(database)
    paths = [str(path) for path in (database, two[0].parent, scratch_home)]
    done = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY_WITHOUT_RIGHTS, *paths, str(status)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=REPOSITORY,
    )
    assert done.stdout == "0 0\n", done.stderr
    assert total(database) == (30, 300, 0, 0)


def test_a_transcript_that_another_name_leads_to_is_not_gone(
    database: Path, session: Path, tmp_path: Path
) -> None:
    """A project's folder that was moved to another disk, with a link in its place."""
    write(session, answer("m1", cwd=WORKING_DIR))
    bring(database)
    moved = tmp_path / "moved"
    shutil.copytree(session.parent, moved)
    shutil.rmtree(session.parent)
    session.parent.symlink_to(moved)
    assert bring(database).files_gone == 0
    assert prune(database, WORKING_DIR) == 0
    assert total(database) == (10, 100, 0, 0)


def test_a_folder_that_was_moved_with_a_link_in_its_place_is_read_on(
    database: Path, session: Path, scratch_home: Path
) -> None:
    write(session, answer("m1"))
    bring(database)
    moved = scratch_home / "moved"
    session.parent.rename(moved)
    session.parent.symlink_to(moved)
    append(moved / session.name, answer("m2"))
    assert bring(database).responses == 1
    assert statuses(database) == {moved / session.name: 1}


@pytest.fixture
def linked(database: Path, project: Path, scratch_home: Path) -> Path:
    """A transcript in a folder that only a link leads to."""
    path = scratch_home / "elsewhere" / f"{SESSION}.jsonl"
    write(path, answer("m1"))
    (project.parent / "-linked").symlink_to(path.parent)
    bring(database)
    assert statuses(database) == {path: 1}
    return path


def test_what_is_deleted_in_a_linked_folder_is_gone(database: Path, linked: Path) -> None:
    linked.unlink()
    assert bring(database).files_gone == 1
    assert prune(database) == 1


def test_what_lay_behind_a_link_that_is_no_more_may_be_elsewhere(
    database: Path, project: Path, linked: Path
) -> None:
    """It cannot be told from what another config dir has."""
    shutil.rmtree(linked.parent)
    assert bring(database).files_gone == 0
    (project.parent / "-linked").unlink()
    assert bring(database).files_gone == 0
    assert statuses(database) == {linked: 1}


def test_transcripts_of_a_folder_that_is_not_looked_through_are_never_gone(
    database: Path, linked: Path, scratch_home: Path
) -> None:
    another = scratch_home / "another"
    path = another / "projects/-p" / f"{OTHER}.jsonl"
    write(path, answer("n1", sessionId=OTHER))
    bring_up_to_date(database, PricesConfig(), config_dirs=[another])
    shutil.rmtree(another)
    linked.unlink()
    assert bring(database).files_gone == 1
    assert statuses(database) == {linked: 3, path: 1}

"""A file is what was read under its name, or what was read under another and still begins so."""

import os
import shutil
from pathlib import Path

import pytest
from tests.usage.asking import fill_disk, make_room, query
from tests.usage.ingest.bringing import bring, is_fresh, total
from tests.usage.ingest.transcripts import (
    OTHER,
    SESSION,
    answer,
    append,
    found,
    prompt,
    usage,
    write,
)

from agent_console.config_prices import PricesConfig
from agent_console.errors import LedgerError
from agent_console.usage.ingest.catch_up import Progress, bring_up_to_date, catch_up
from agent_console.usage.ingest.importer import Importer
from agent_console.usage.ingest.reindex import reindex
from agent_console.usage.writing.ledger import Ledger


def test_a_renamed_file_is_read_on_where_it_was(database: Path, session: Path) -> None:
    write(session, answer("m1"))
    bring(database)
    moved = session.parent.parent / "-elsewhere" / session.name
    moved.parent.mkdir()
    session.rename(moved)
    append(moved, answer("m2"))
    assert bring(database).responses == 1
    assert total(database) == (20, 200, 0, 0)
    assert query(database, "SELECT path, status FROM sources") == [(str(moved), 1)]


def test_a_new_file_with_the_inode_of_a_deleted_one_is_another(
    database: Path, project: Path
) -> None:
    """Else reading all again would drop what only the deleted one told."""
    old, new = project / f"{SESSION}.jsonl", project / f"{OTHER}.jsonl"
    write(old, answer("m1"))
    bring(database)
    with old.open("r+b") as opened:  # the same inode, sure to be the new file's
        opened.truncate()
    old.rename(new)
    write(new, answer("m2", usage(10, 50), sessionId=OTHER))
    bring(database)
    assert total(database) == (20, 150, 0, 0)
    assert query(database, "SELECT path, status FROM sources ORDER BY 1") == [
        (str(old), 3),
        (str(new), 1),
    ]
    done = reindex(database, PricesConfig())
    assert done.before == done.after
    assert total(database) == (20, 150, 0, 0)


def test_files_that_are_gone_keep_their_rows_and_come_back(database: Path, session: Path) -> None:
    write(session, answer("m1"))
    bring(database)
    kept = session.read_bytes()
    session.unlink()
    assert bring(database).files_gone == 1
    assert bring(database).files_gone == 0
    assert total(database) == (10, 100, 0, 0)
    session.write_bytes(kept)
    bring(database)
    assert query(database, "SELECT status FROM sources") == [(1,)]
    assert total(database) == (10, 100, 0, 0)


def test_a_file_that_was_only_renamed_is_not_gone(database: Path, session: Path) -> None:
    write(session, answer("m1"))
    bring(database)
    moved = session.with_name(f"{OTHER}.jsonl")
    session.rename(moved)
    assert bring(database).files_gone == 0
    assert query(database, "SELECT path, status FROM sources") == [(str(moved), 1)]


def test_a_file_that_is_back_as_it_was_is_not_read_again(
    database: Path, session: Path, tmp_path: Path
) -> None:
    write(session, answer("m1"))
    bring(database)
    session.rename(tmp_path / "kept")
    assert bring(database).files_gone == 1
    (tmp_path / "kept").rename(session)
    assert is_fresh(database)
    assert bring(database).files_read == 0


LINES = [answer("m1"), *[prompt("x" * 200)] * 9, answer("m2"), *[prompt()] * 9]
REWRITTEN = [*LINES[:10], answer("m2", usage(10, 900)), *LINES[11:]]
"""The same size, and other bytes only where no print looks."""


def test_a_file_that_is_rewritten_in_its_middle_is_looked_at_and_read_once(
    database: Path, session: Path
) -> None:
    written = write(session, *LINES)
    bring(database)
    assert write(session, *REWRITTEN).size_bytes == written.size_bytes
    os.utime(session, ns=(written.mtime_ns, written.mtime_ns + 1_000_000_000))
    assert not is_fresh(database)
    assert bring(database).bytes_read == written.size_bytes
    assert total(database) == (20, 1_000, 0, 0)
    assert is_fresh(database)
    assert bring(database).files_read == 0


def test_what_an_ingester_is_told_of_is_looked_at_in_the_same_way(
    ledger: Ledger, session: Path
) -> None:
    written = write(session, *LINES)
    importer = Importer(ledger, lambda _taken, _imported: None)
    importer.run([written])
    write(session, *REWRITTEN)
    os.utime(session, ns=(written.mtime_ns, written.mtime_ns + 1_000_000_000))
    assert importer.run([found(session)]).bytes_read == written.size_bytes
    assert importer.run([found(session)]).files == 0
    assert total(ledger.path) == (20, 1_000, 0, 0)


@pytest.mark.parametrize("touched", [True, False])
def test_a_renamed_file_is_read_again_only_when_it_was_written_to(
    database: Path, session: Path, touched: bool
) -> None:
    written = write(session, *LINES)
    bring(database)
    moved = session.with_name(f"{OTHER}.jsonl")
    session.rename(moved)
    if touched:
        write(moved, *REWRITTEN)
        os.utime(moved, ns=(written.mtime_ns, written.mtime_ns + 1_000_000_000))
    assert bring(database).bytes_read == written.size_bytes * touched
    assert total(database) == (20, 1_000 if touched else 200, 0, 0)
    assert query(database, "SELECT path, status FROM sources") == [(str(moved), 1)]


def test_progress_ends_where_it_was_to_end_when_files_are_read_again(
    ledger: Ledger, session: Path
) -> None:
    written = write(session, *LINES)
    catch_up(ledger)
    os.utime(session, ns=(written.mtime_ns, written.mtime_ns + 1_000_000_000))
    told: list[Progress] = []
    catch_up(ledger, tell=told.append)
    assert told[-1] == Progress(1, 1, written.size_bytes, written.size_bytes)


def test_only_files_below_the_folders_of_the_walk_are_gone(
    database: Path, ledger: Ledger, session: Path, scratch_home: Path
) -> None:
    write(session, answer("m1"))
    catch_up(ledger)
    session.unlink()
    assert catch_up(ledger, config_dirs=[scratch_home / "elsewhere"]).files_gone == 0
    assert catch_up(ledger, config_dirs=[scratch_home / ".claude"]).files_gone == 1
    assert query(database, "SELECT status FROM sources") == [(3,)]


@pytest.mark.parametrize("how", ["gone", "renamed"])
def test_a_disk_that_is_full_while_files_are_looked_at_is_said_in_words(
    ledger: Ledger, session: Path, how: str
) -> None:
    write(session, answer("m1"))
    catch_up(ledger)
    ledger.connection.execute("PRAGMA query_only = 1")
    if how == "gone":
        session.unlink()
    else:
        session.rename(session.with_name(f"{OTHER}.jsonl"))
    with pytest.raises(LedgerError):
        catch_up(ledger)


def test_a_full_disk_leaves_nothing_half_taken_and_the_next_run_goes_on(
    ledger: Ledger, database: Path, project: Path
) -> None:
    write(project / f"{SESSION}.jsonl", answer("m1"))
    catch_up(ledger)
    lines = [answer(f"n{n}", usage(10, 1), sessionId=OTHER) for n in range(3_000)]
    write(project / f"{OTHER}.jsonl", *lines)
    fill_disk(ledger, free_pages=20)
    with pytest.raises(LedgerError, match="full"):
        catch_up(ledger)
    assert total(database) == (10, 100, 0, 0)
    assert query(database, "SELECT count(*) FROM sources") == [(1,)]
    make_room(ledger)
    catch_up(ledger)
    assert total(database) == (30_010, 3_100, 0, 0)


def test_only_recent_files_when_that_is_asked_for_and_the_rest_later(
    database: Path, project: Path
) -> None:
    old, new = project / f"{SESSION}.jsonl", project / f"{OTHER}.jsonl"
    write(old, answer("m1"))
    write(new, answer("m2", usage(10, 50), sessionId=OTHER))
    os.utime(old, (1_000, 1_000))
    bring(database, since_ms=2_000_000)
    assert total(database) == (10, 50, 0, 0)
    bring(database)
    assert total(database) == (20, 150, 0, 0)


def test_what_two_ingesters_move_is_moved_once(database: Path, session: Path) -> None:
    write(session, answer("m1"))
    bring(database)
    one, other = Ledger(database), Ledger(database)
    shutil.move(session, session.with_name(f"{OTHER}.jsonl"))
    for ledger in (one, other):
        catch_up(ledger)
        ledger.close()
    assert total(database) == (10, 100, 0, 0)
    assert query(database, "SELECT count(*) FROM sources") == [(1,)]


def test_what_is_no_file_is_not_opened(database: Path, project: Path) -> None:
    os.mkfifo(project / f"{SESSION}.jsonl")
    assert bring_up_to_date(database, PricesConfig()).responses == 0

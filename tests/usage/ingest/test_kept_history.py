"""What Claude Code's transcripts tell beside what the ledger has of them."""

import os
from contextlib import closing
from pathlib import Path

from tests.cli.test_ingest_command import write_transcript

from agent_console.config_prices import PricesConfig
from agent_console.paths import database_path
from agent_console.usage.database.opening import open_database
from agent_console.usage.ingest.catch_up import bring_up_to_date
from agent_console.usage.ingest.kept_history import KeptHistory, kept_history

SECOND = "22222222-1111-4111-8111-111111111111"


def look(config_dir: Path) -> KeptHistory:
    with closing(open_database(database_path())) as connection:
        return kept_history(connection, [config_dir])


def read() -> None:
    bring_up_to_date(database_path(), PricesConfig())


def test_what_is_read_and_what_is_not(scratch_home: Path) -> None:
    claude = scratch_home / ".claude"
    first = write_transcript(claude, "msg_1")
    os.utime(first, (1_000_000_000, 1_000_000_000))

    assert look(claude) == KeptHistory(1, 1_000_000_000_000, 1, 0, 0)
    read()
    assert look(claude).unread == 0
    with first.open("a") as file:
        file.write("{}\n")
    assert look(claude).unread == 1


def test_what_only_the_ledger_still_has(scratch_home: Path) -> None:
    claude = scratch_home / ".claude"
    first = write_transcript(claude, "msg_1", "msg_2")
    write_transcript(claude, "msg_3", session=SECOND)
    read()
    first.unlink()
    read()
    found = look(claude)

    assert (found.transcripts, found.unread) == (1, 0)
    assert (found.gone, found.gone_responses) == (1, 2)


def test_what_was_away_for_a_moment_is_read(scratch_home: Path) -> None:
    claude = scratch_home / ".claude"
    first = write_transcript(claude, "msg_1")
    read()
    aside = first.with_suffix(".aside")
    first.rename(aside)
    read()
    assert look(claude).gone == 1
    aside.rename(first)

    assert (look(claude).unread, look(claude).gone) == (0, 0)
    read()
    assert look(claude) == KeptHistory(1, first.stat().st_mtime_ns // 1_000_000, 0, 0, 0)


def test_where_nothing_is(scratch_home: Path) -> None:
    assert look(scratch_home / ".claude") == KeptHistory(0, None, 0, 0, 0)

"""A report is made from the ledger as it is only when nothing can have changed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.usage.asking import query
from tests.usage.ingest.bringing import bring, is_fresh
from tests.usage.ingest.transcripts import OTHER, answer, append, write

from agent_console.paths import config_file


@pytest.fixture
def fresh(database: Path, session: Path) -> Path:
    """A ledger with one transcript, up to date."""
    write(session, answer("m1"))
    bring(database)
    assert is_fresh(database)
    return database


def configure(text: str) -> None:
    path = Path(config_file())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def grown(session: Path) -> None:
    append(session, answer("m2"))


def half_written(session: Path) -> None:
    append(session, b'{"half')


def replaced(session: Path) -> None:
    stat = session.stat()
    other = session.with_suffix(".new")
    other.write_bytes(session.read_bytes())
    os.utime(other, ns=(stat.st_mtime_ns, stat.st_mtime_ns))
    other.rename(session)


def renamed(session: Path) -> None:
    session.rename(session.with_name(f"{OTHER}.jsonl"))


def another(session: Path) -> None:
    write(session.with_name(f"{OTHER}.jsonl"), answer("m2", sessionId=OTHER))


def a_subagents(session: Path) -> None:
    write(session.with_suffix("") / "subagents/agent-1.jsonl", answer("m2", isSidechain=True))


def in_the_other_folder(session: Path) -> None:
    write(Path.home() / f".config/claude/projects/p/{OTHER}.jsonl", answer("m2"))


def prices_configured(session: Path) -> None:
    configure("[prices]\ndiscount_percent = 10\n")


@pytest.mark.parametrize(
    "change",
    [
        grown,
        half_written,
        replaced,
        renamed,
        another,
        a_subagents,
        in_the_other_folder,
        prices_configured,
    ],
)
def test_a_change_on_the_disk_is_seen(
    fresh: Path, session: Path, change: Callable[[Path], None]
) -> None:
    change(session)
    assert not is_fresh(fresh)


def test_what_was_changed_and_taken_in_is_up_to_date(fresh: Path, session: Path) -> None:
    for change in (grown, half_written, replaced, renamed, another, in_the_other_folder):
        if session.exists():
            change(session)
    bring(fresh)
    assert is_fresh(fresh)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE price_basis SET makers = 'another release'",
        "DELETE FROM price_basis",
        """UPDATE price_basis SET config = '{"discount_percent":"5","models":[]}'""",
        "DELETE FROM priced_models",
        "INSERT INTO price_thresholds VALUES (5, 0)",
        "UPDATE sources SET size_bytes = 0",
        "DROP TABLE sources",
    ],
)
def test_a_change_in_the_ledger_is_seen(fresh: Path, change: str) -> None:
    query(fresh, change)
    assert not is_fresh(fresh)


@pytest.mark.parametrize("text", ["", "# prices are not my business\n"])
def test_a_configuration_that_says_nothing_of_prices_changes_nothing(
    fresh: Path, text: str
) -> None:
    configure(text)
    assert is_fresh(fresh)


def test_a_file_that_is_gone_changes_no_figure(fresh: Path, session: Path) -> None:
    session.unlink()
    assert is_fresh(fresh)


def test_no_ledger_is_not_up_to_date(database: Path) -> None:
    assert not is_fresh(database)
    database.parent.mkdir(parents=True)
    database.write_bytes(b"")
    assert not is_fresh(database)

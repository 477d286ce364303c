"""What takes long: one piece at a time, told step by step, cancelled without harm."""

import sqlite3
import threading
from pathlib import Path

import anyio
import pytest
from tests.cli.test_ingest_command import write_transcript
from tests.usage.old_ledgers import make_ledger

from agent_console.config import Config
from agent_console.errors import NotPossibleError
from agent_console.paths import database_path
from agent_console.usage.database.backup_files import backup_folder, backups
from agent_console.web.asking.long_work import LongWork, Telling, Under, Work
from agent_console.web.asking.outcome import Outcome
from agent_console.web.store.upkeep import (
    backing_up,
    beginning_again,
    checking,
    mending,
    reading,
    reading_again,
    restoring,
)

pytestmark = pytest.mark.anyio
NOW_MS = 1_790_000_000_000


@pytest.fixture
def anyio_backend() -> str:
    """The web server's own."""
    return "asyncio"


@pytest.fixture
def ledger(scratch_home: Path) -> Path:
    """A ledger with messages in it."""
    path = database_path()
    make_ledger(path)
    return path


class Watched:
    """Long work, and all that was told of it."""

    def __init__(self) -> None:
        self.changes = 0
        self.steps: list[Under] = []
        self.work = LongWork(self._changed)
        self.work.listen(self._hear)
        self.cancel_at = ""

    async def _changed(self) -> None:
        self.changes += 1

    def _hear(self, outcome: Outcome | None) -> None:
        if outcome is None and self.work.under is not None:
            self.steps.append(self.work.under)
            if self.cancel_at and self.work.under.step.startswith(self.cancel_at):
                self.work.cancel()

    async def done(self, work: Work, *, may_cancel: bool = True) -> Outcome:
        telling = self.work.claim("Working", may_cancel=may_cancel)
        with anyio.fail_after(60):
            await self.work.run(telling, work)
        assert self.work.under is None
        assert self.work.last is not None
        return self.work.last

    @property
    def words(self) -> list[str]:
        return [under.step for under in self.steps]


@pytest.fixture
def watched() -> Watched:
    return Watched()


async def test_two_at_once_are_refused(watched: Watched) -> None:
    go = threading.Event()

    def work(_tell: Telling) -> Outcome:
        go.wait(60)
        return Outcome("Done.")

    telling = watched.work.claim("Checking")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watched.work.run, telling, work)
        with pytest.raises(NotPossibleError, match="Checking is still under way"):
            watched.work.claim("Mending")
        go.set()
    assert watched.work.last == Outcome("Done.")
    watched.work.claim("Mending")


async def test_what_fails_unexpectedly_is_told_and_the_rest_goes_on(watched: Watched) -> None:
    def work(_tell: Telling) -> Outcome:
        raise RuntimeError("a bug")

    outcome = await watched.done(work)

    assert outcome.kind == "negative"
    assert "a bug" in outcome.sentence
    assert (await watched.done(lambda _: Outcome("Done."))).sentence == "Done."


async def test_what_cannot_be_cancelled_is_not(watched: Watched) -> None:
    watched.cancel_at = "One"

    def work(tell: Telling) -> Outcome:
        tell("One")
        tell("Two")
        return Outcome("Done.")

    assert (await watched.done(work, may_cancel=False)).sentence == "Done."
    cancelled = await watched.done(work)
    assert cancelled.kind == "warning"
    assert "cancelled" in cancelled.sentence


async def test_a_check_tells_its_steps_and_findings(watched: Watched, ledger: Path) -> None:
    outcome = await watched.done(checking(ledger))

    assert outcome.sentence == "All is well."
    assert "Reading every page" in watched.words
    assert "Checking sums by day" in watched.words
    assert all(fact.is_fine for fact in outcome.facts)


async def test_a_check_finds_what_mending_mends(watched: Watched, ledger: Path) -> None:
    break_sums(ledger)
    found = await watched.done(checking(ledger))
    watched.cancel_at = "Summing up"
    cancelled = await watched.done(mending(ledger))
    watched.cancel_at = ""
    still = await watched.done(checking(ledger))
    mended = await watched.done(mending(ledger))

    assert found.kind == "negative"
    assert "agent-console db repair" in next(f.words for f in found.facts if not f.is_fine)
    assert "cancelled" in cancelled.sentence
    assert still.kind == "negative"
    assert mended.has_changed
    assert (await watched.done(checking(ledger))).kind == "positive"


async def test_damage_is_told_and_begun_again_from_a_backup(watched: Watched, ledger: Path) -> None:
    with ledger.open("r+b") as file:
        file.write(b"no database at all")
    outcome = await watched.done(mending(ledger))
    assert outcome.is_damage

    again = await watched.done(beginning_again(ledger, NOW_MS), may_cancel=False)
    assert again.has_changed
    assert any("damaged" in fact.words for fact in again.facts)
    assert (await watched.done(checking(ledger))).kind == "positive"


async def test_a_backup_tells_its_share_and_is_brought_back(watched: Watched, ledger: Path) -> None:
    outcome = await watched.done(backing_up(ledger, NOW_MS))
    (file,) = [backup.path for backup in backups(ledger)]
    assert watched.steps[-1].share == 1
    assert file.stat().st_mode & 0o077 == 0
    assert str(file) in outcome.sentence

    connection = sqlite3.connect(ledger)
    connection.execute("UPDATE sessions SET note = 'later'")
    connection.commit()
    connection.close()
    restored = await watched.done(restoring(ledger, file, NOW_MS), may_cancel=False)
    assert restored.sentence.startswith("Restored.")
    connection = sqlite3.connect(ledger)
    assert connection.execute(
        "SELECT count(*) FROM sessions WHERE note = 'later'"
    ).fetchone() == (0,)  # fmt: skip
    connection.close()


async def test_a_backup_that_is_cancelled_leaves_nothing(watched: Watched, ledger: Path) -> None:
    watched.cancel_at = "Copying"
    outcome = await watched.done(backing_up(ledger, NOW_MS))

    assert "cancelled" in outcome.sentence
    assert list(backup_folder(ledger).iterdir()) == []


async def test_transcripts_are_read_once_and_again_from_the_start(
    watched: Watched, scratch_home: Path
) -> None:
    write_four(scratch_home)
    first = await watched.done(reading(database_path(), Config()))
    second = await watched.done(reading(database_path(), Config()))
    count = rows()
    again = await watched.done(reading_again(database_path(), Config()))

    assert first.sentence.startswith("Read ")
    assert first.has_changed
    assert second.sentence == "Nothing new."
    assert again.sentence == "Read 4 transcripts again. Nothing changed."
    assert rows() == count > 0
    assert any(under.share == 1 for under in watched.steps)


async def test_a_reindex_that_is_cancelled_loses_nothing(
    watched: Watched, scratch_home: Path
) -> None:
    write_four(scratch_home)
    await watched.done(reading(database_path(), Config()))
    count = rows()
    watched.cancel_at = "0 of 4"
    cancelled = await watched.done(reading_again(database_path(), Config()))
    watched.cancel_at = ""

    assert "cancelled" in cancelled.sentence
    assert watched.changes == 2
    await watched.done(reading(database_path(), Config()))
    assert rows() == count > 0


def rows() -> int:
    connection = sqlite3.connect(database_path())
    try:
        return int(connection.execute("SELECT count(*) FROM messages").fetchone()[0])
    finally:
        connection.close()


def break_sums(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("UPDATE usage_by_day SET input_tokens = input_tokens + 1")
    connection.commit()
    connection.close()


def write_four(home: Path) -> None:
    for number in range(1, 5):
        session = f"{number}1111111-1111-4111-8111-111111111111"
        write_transcript(home / ".claude", f"msg_{number}", session=session)

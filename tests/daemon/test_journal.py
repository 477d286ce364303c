"""The journal: entries go to a thread, answers come back into the event loop, in order."""

import os
import sqlite3
import sys
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import anyio
import pytest
from tests.daemon.running import DEADLINE_SECONDS

from agent_console.daemon import journal as journal_module
from agent_console.daemon.journal import Journal, Recalled
from agent_console.model.metadata import MetadataUpsert
from agent_console.usage.database.opening import PAGE_BYTES
from agent_console.usage.entries import (
    AddUsage,
    KeepUserFields,
    LedgerEntry,
    LedgerRefusal,
    LedgerResult,
    ReadSpending,
    ReadTotals,
    SpendingRead,
    TotalsRead,
    UsageAdded,
)
from agent_console.usage.writing.ledger import Ledger

SESSION = "11111111-1111-4111-8111-111111111111"
REPOSITORY = Path(__file__).parents[2]
AT_MS = 1_795_176_000_000


def add(message_id: str | None = None, tokens: int = 1) -> AddUsage:
    return AddUsage(
        MetadataUpsert(SESSION, input_tokens=tokens, message_id=message_id), AT_MS, on_board=True
    )


class Answers:
    """What was delivered, call by call."""

    def __init__(self) -> None:
        self.calls: list[list[tuple[int, LedgerResult]]] = []
        self.threads: set[int] = set()
        self.recalled: list[Recalled] = []
        self.known_before: int | None = None
        self._changed = anyio.Event()

    def take(self, results: list[tuple[int, LedgerResult]]) -> None:
        self.calls.append(results)
        self.threads.add(threading.get_ident())
        self._changed.set()
        self._changed = anyio.Event()

    def take_recalled(self, recalled: Recalled) -> None:
        self.recalled.append(recalled)
        self.known_before = len(self.all)

    @property
    def all(self) -> list[tuple[int, LedgerResult]]:
        return [answer for call in self.calls for answer in call]

    async def wait_for(self, count: int) -> list[LedgerResult]:
        with anyio.fail_after(10):
            while len(self.all) < count:
                await self._changed.wait()
        return [result for _, result in self.all]


@pytest.fixture
def database(scratch_home: Path) -> Path:
    return scratch_home / "data" / "metrics.db"


@asynccontextmanager
async def running(path: Path) -> AsyncGenerator[tuple[Journal[int], Answers]]:
    journal = Journal[int].open(path)
    answers = Answers()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(journal.run, answers.take, answers.take_recalled)
        try:
            yield journal, answers
        finally:
            await journal.flush_and_close(DEADLINE_SECONDS)


def numbered(*entries: LedgerEntry, first: int = 0) -> list[tuple[int, LedgerEntry]]:
    return list(enumerate(entries, first))


async def ask(journal: Journal[int], answers: Answers, entry: LedgerEntry) -> LedgerResult:
    count = len(answers.all)
    journal.submit([(count, entry)])
    return (await answers.wait_for(count + 1))[-1]


async def test_answers_come_in_order_in_the_loop(database: Path) -> None:
    async with running(database) as (journal, answers):
        for number in range(0, 200, 2):
            journal.submit(numbered(add(f"m{number}"), add(), first=number))
        results = await answers.wait_for(200)

    assert [ticket for ticket, _ in answers.all] == list(range(200))
    totals = [
        result.totals.total_input_tokens for result in results if isinstance(result, UsageAdded)
    ]
    assert totals == list(range(1, 201))
    assert answers.threads == {threading.get_ident()}


async def test_the_same_answers_come_on_uvloop(database: Path) -> None:
    """The socket pair is what every event loop can wait for."""
    with anyio.fail_after(60):
        done = await anyio.run_process(
            [sys.executable, "-c", ON_UVLOOP, str(database)], check=False, cwd=REPOSITORY
        )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout == b"100\n"


ON_UVLOOP = """
import sys, anyio
from pathlib import Path
from tests.daemon.test_journal import add, numbered, running
async def main():
    async with running(Path(sys.argv[1])) as (journal, answers):
        for number in range(100):
            journal.submit(numbered(add(), first=number))
    assert [ticket for ticket, _ in answers.all] == list(range(100))
    print(answers.all[-1][1].totals.total_input_tokens)
anyio.run(main, backend_options={"use_uvloop": True})
"""


async def test_what_waits_shares_one_commit_and_one_delivery(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    taken, go_on = threading.Event(), threading.Event()
    carry_out = Ledger.carry_out

    def slow(self: Ledger, entries: list[LedgerEntry]) -> list[LedgerResult]:
        sizes.append(len(entries))
        taken.set()
        assert go_on.wait(10)
        return carry_out(self, entries)

    monkeypatch.setattr(Ledger, "carry_out", slow)
    async with running(database) as (journal, answers):
        journal.submit(numbered(add()))
        assert await anyio.to_thread.run_sync(taken.wait, 10)
        for number in range(1, 51):
            journal.submit(numbered(add(), first=number))
        assert journal.backlog == 51
        go_on.set()
        await answers.wait_for(51)
        assert journal.backlog == 0

    assert sizes == [1, 50]
    assert [len(call) for call in answers.calls] in ([1, 50], [51])


async def test_submit_never_waits_for_the_ledger(database: Path) -> None:
    """Another process keeps the database for itself: the loop goes on, answers come after."""
    async with running(database) as (journal, answers):
        await ask(journal, answers, add())
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            journal.submit(numbered(*[add() for _ in range(100)], first=1))
            assert len(answers.all) == 1
            assert journal.backlog == 100
            other.execute("ROLLBACK")
        assert isinstance((await answers.wait_for(101))[-1], UsageAdded)


async def test_an_acknowledged_entry_is_in_the_database(database: Path) -> None:
    async with running(database) as (journal, answers):
        await ask(journal, answers, add("m1", tokens=7))
        with closing(sqlite3.connect(database)) as other:
            assert other.execute("SELECT key, input_tokens FROM messages").fetchall() == [("m1", 7)]


async def test_closing_finishes_and_delivers_everything(database: Path) -> None:
    async with running(database) as (journal, answers):
        for number in range(0, 1_000, 10):
            journal.submit(numbered(*[add() for _ in range(10)], first=number))
        await journal.flush_and_close(DEADLINE_SECONDS)
        assert [ticket for ticket, _ in answers.all] == list(range(1_000))
        assert journal.backlog == 0
    reopened = Ledger(database)
    (read,) = reopened.carry_out([ReadTotals(SESSION)])
    assert isinstance(read, TotalsRead)
    assert read.totals is not None
    assert read.totals.total_input_tokens == 1_000
    reopened.close()


async def test_closing_delivers_also_when_run_was_cancelled(database: Path) -> None:
    journal = Journal[int].open(database)
    answers = Answers()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(journal.run, answers.take)
        await ask(journal, answers, add())
        tasks.cancel_scope.cancel()
    journal.submit(numbered(add(), first=1))
    await journal.flush_and_close(DEADLINE_SECONDS)
    assert [ticket for ticket, _ in answers.all] == [0, 1]


async def test_closing_twice_is_closing_once(database: Path) -> None:
    async with running(database) as (journal, _):
        await journal.flush_and_close(DEADLINE_SECONDS)
        await journal.flush_and_close(DEADLINE_SECONDS)
        with pytest.raises(RuntimeError, match="closed"):
            journal.submit(numbered(add()))


async def test_closing_ends_the_thread(database: Path) -> None:
    before = threading.active_count()
    async with running(database) as (journal, answers):
        await ask(journal, answers, add())
        assert [thread.name for thread in threading.enumerate()].count("journal") == 1
    assert threading.active_count() == before


async def test_closing_does_not_wait_for_ever(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    carry_out = Ledger.carry_out

    def hanging(self: Ledger, entries: list[LedgerEntry]) -> list[LedgerResult]:
        assert go_on.wait(30)
        return carry_out(self, entries)

    monkeypatch.setattr(Ledger, "carry_out", hanging)
    journal = Journal[int].open(database)
    journal.submit(numbered(add()))
    answers = Answers()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(journal.run, answers.take)
        with anyio.fail_after(10):
            await journal.flush_and_close(0.05)
        assert journal.backlog == 1
        go_on.set()
        with anyio.fail_after(10):
            await journal.flush_and_close(DEADLINE_SECONDS)
        assert journal.backlog == 0
        assert len(answers.all) == 1


async def test_closing_leaves_one_whole_file(database: Path) -> None:
    async with running(database) as (journal, answers):
        await ask(journal, answers, add())
    assert sorted(os.listdir(database.parent)) == ["metrics.db"]


async def test_a_bug_in_the_ledger_does_not_end_the_thread(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: Ledger, _entries: list[LedgerEntry]) -> list[LedgerResult]:
        raise ZeroDivisionError("a bug")

    async with running(database) as (journal, answers):
        with monkeypatch.context() as patched:
            patched.setattr(Ledger, "carry_out", broken)
            refused = await ask(journal, answers, add())
        assert isinstance(refused, LedgerRefusal)
        assert "a bug" in refused.message
        assert isinstance(await ask(journal, answers, add()), UsageAdded)


async def test_user_fields_are_there_at_the_start(database: Path) -> None:
    written = KeepUserFields(SESSION, "label", 1, None)
    async with running(database) as (journal, answers):
        assert journal.user_fields == ()
        await ask(journal, answers, written)
    async with running(database) as (journal, _):
        assert journal.user_fields == (written,)


# ---- without a ledger -----------------------------------------------------------------------


NO_DATABASE = b"this is no database" * 1_000


@pytest.fixture
def no_database(database: Path) -> Path:
    database.parent.mkdir()
    database.write_bytes(NO_DATABASE)
    return database


async def test_a_ledger_that_cannot_be_opened_refuses_all_but_a_status_line(
    no_database: Path,
) -> None:
    async with running(no_database) as (journal, answers):
        assert journal.last_error is not None
        assert "is not a database" in journal.last_error
        assert journal.user_fields is None
        refusal = LedgerRefusal("internal", journal.last_error, retryable=True)

        journal.submit(
            numbered(
                add(),
                KeepUserFields(SESSION, "label", 0, None),
                ReadTotals(SESSION),
                ReadSpending(SESSION, AT_MS),
            )
        )

        assert await answers.wait_for(4) == [
            refusal,
            refusal,
            refusal,
            SpendingRead(None, None),
        ]
    with open(no_database, "rb") as file:  # noqa: ASYNC230 - nothing else runs
        assert file.read() == NO_DATABASE


async def test_opening_is_tried_again_at_most_once_in_a_while(
    no_database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    async with running(no_database) as (journal, answers):
        os.unlink(no_database)
        assert isinstance(await ask(journal, answers, add()), LedgerRefusal)

        clock.now += journal_module.RETRY_SECONDS

        assert isinstance(await ask(journal, answers, add()), UsageAdded)
        assert journal.last_error is None


async def test_what_the_person_wrote_is_told_once_when_the_ledger_opens_late(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = KeepUserFields(SESSION, "label", 1, None)
    async with running(database) as (journal, answers):
        await ask(journal, answers, written)
    good = replaced(database, NO_DATABASE)
    clock = Clock(monkeypatch)
    async with running(database) as (journal, answers):
        assert isinstance(await ask(journal, answers, add()), LedgerRefusal)
        assert answers.recalled == []
        replaced(database, good)
        clock.now += journal_module.RETRY_SECONDS
        assert isinstance(await ask(journal, answers, add()), UsageAdded)
        assert isinstance(await ask(journal, answers, add()), UsageAdded)
        assert answers.recalled == [Recalled((written,), replaces=False)]
        assert answers.known_before == 1


async def test_a_ledger_that_broke_is_opened_anew(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that failed and came back, a backup that was restored: the daemon needs no restart."""
    clock = Clock(monkeypatch)
    async with running(database) as (journal, answers):
        await ask(journal, answers, add())
        with damaged_sessions(database):
            assert isinstance(await ask(journal, answers, add()), LedgerRefusal)
            assert journal.last_error is not None
            assert "is damaged" in journal.last_error

        clock.now += journal_module.RETRY_SECONDS

        result = await ask(journal, answers, add())
        assert isinstance(result, UsageAdded)
        assert result.totals.total_input_tokens == 2
        assert journal.last_error is None


def replaced(database: Path, content: bytes) -> bytes:
    """Put something else in a closed database's place; what it held."""
    before = database.read_bytes()
    database.write_bytes(content)
    return before


@contextmanager
def damaged_sessions(database: Path) -> Generator[None]:
    """One page of the file is garbage, and a commit makes the others read it again."""
    with closing(sqlite3.connect(database)) as other:
        ((page,),) = other.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'sessions'"
        ).fetchall()
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(database, "r+b", buffering=0) as file:
            file.seek((page - 1) * PAGE_BYTES)
            good = file.read(PAGE_BYTES)
            file.seek((page - 1) * PAGE_BYTES)
            file.write(b"\xa5" * PAGE_BYTES)
            with other:
                other.execute("INSERT INTO names (name) VALUES ('of another process')")
            yield
            file.seek((page - 1) * PAGE_BYTES)
            file.write(good)


class Clock:
    """The clock of the journal's thread, moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        monkeypatch.setattr(journal_module, "time", self)

    def monotonic(self) -> float:
        return self.now

    def time_ns(self) -> int:
        return int(self.now * 1_000_000_000)


# ---- a database that was taken away ---------------------------------------------------------


def rows(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        count: int = connection.execute("SELECT count(*) FROM messages").fetchone()[0]
    return count


def take_away(database: Path) -> None:
    for name in os.listdir(database.parent):
        (database.parent / name).unlink()


async def test_what_is_acknowledged_after_the_database_was_removed_is_in_the_new_one(
    database: Path,
) -> None:
    async with running(database) as (journal, answers):
        await ask(journal, answers, add("before"))
        take_away(database)

        assert isinstance(await ask(journal, answers, add("after")), UsageAdded)

        assert rows(database) == 1


async def test_what_is_acknowledged_after_the_database_was_replaced_is_in_the_new_one(
    database: Path, scratch_home: Path
) -> None:
    Ledger(scratch_home / "restored.db").close()
    async with running(database) as (journal, answers):
        await ask(journal, answers, add("before"))
        take_away(database)
        (scratch_home / "restored.db").rename(database)

        assert isinstance(await ask(journal, answers, add("after")), UsageAdded)

    assert rows(database) == 1


async def test_a_database_that_was_removed_for_good_is_told_and_nothing_acknowledged(
    database: Path,
) -> None:
    async with running(database) as (journal, answers):
        await ask(journal, answers, add("before"))
        take_away(database)
        os.mkdir(database)

        refused = await ask(journal, answers, add("after"))

        assert isinstance(refused, LedgerRefusal)
        assert refused.retryable

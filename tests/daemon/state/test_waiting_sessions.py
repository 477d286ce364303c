"""Sessions that wait for the person too long: told once, and not looked for before."""

# pyright: reportPrivateUsage=false

import time
from collections import UserDict
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from tests.daemon.running import DEADLINE_SECONDS
from tests.daemon.state.state_driver import MAIN, OTHER, Driver

from agent_console.config_alerts import AlertsConfig
from agent_console.daemon.journal import Journal
from agent_console.daemon.serving.actor import Actor
from agent_console.daemon.serving.dispatcher import Ticket
from agent_console.daemon.state.machine import State
from agent_console.daemon.state.outcome import Outcome
from agent_console.daemon.state.waiting_sessions import WaitingSessions
from agent_console.daemon.watching.waiting_watch import WaitingWatch
from agent_console.model.session import Session, Status
from agent_console.protocol.messages import Remove, Seen, SetSession
from agent_console.usage.entries import RaiseAlert

MINUTE_MS = 60_000
MANY = 1_000


class Board(Driver):
    """A board, and who hears of its changes."""

    def __init__(self, minutes: int = 5) -> None:
        super().__init__(State(wanted_alerts=AlertsConfig(waiting_minutes=minutes)))
        self.waiting = WaitingSessions()

    def apply(self, request: Any) -> Outcome:
        outcome = super().apply(request)
        self.waiting.heed(outcome.changes)
        return outcome

    def raised(self, at_ms: int) -> list[str]:
        """What is raised at that time, by its key."""
        ledger = self.waiting.raise_due(self.state, at_ms).ledger
        return [entry.alert.once_key for entry in ledger if isinstance(entry, RaiseAlert)]


class Counting(UserDict[str, Session]):
    """A look at the board that counts what it sees."""

    def __init__(self, board: dict[str, Session]) -> None:
        super().__init__()
        self.data = board
        self.looks = 0

    def __getitem__(self, key: str) -> Session:
        self.looks += 1
        return self.data[key]

    def __iter__(self) -> Iterator[str]:
        self.looks += len(self)
        return iter(self.data)


def test_a_session_that_waits_too_long_is_told_once() -> None:
    board = Board()
    board.set(Status.WORKING)
    assert board.waiting.first_since_ms() is None
    board.set(Status.QUESTION)
    since_ms = board.state.sessions[MAIN].since_ms
    assert board.waiting.first_since_ms() == since_ms
    due_ms = since_ms + 5 * MINUTE_MS

    assert board.raised(due_ms - 1) == []
    assert board.raised(due_ms) == [f"waiting:{MAIN}:{since_ms}"]
    board.set(label="still waits")
    assert board.raised(due_ms + MINUTE_MS) == []
    assert board.waiting.first_since_ms() is None


def test_who_has_waited_longest_is_told_first() -> None:
    board = Board()
    board.set(Status.QUESTION, OTHER)
    board.set(Status.ATTENTION)
    first, second = (board.state.sessions[each].since_ms for each in (OTHER, MAIN))

    assert board.raised(second + 5 * MINUTE_MS) == [
        f"waiting:{OTHER}:{first}",
        f"waiting:{MAIN}:{second}",
    ]


def test_one_that_is_looked_at_or_goes_on_is_not_waiting() -> None:
    board = Board()
    board.set(Status.ATTENTION)
    board.apply(Seen(session_id=MAIN))
    assert board.waiting.first_since_ms() is None

    board.set(Status.WORKING)
    board.set(Status.ATTENTION)

    assert board.waiting.first_since_ms() == board.state.sessions[MAIN].since_ms


def test_a_waiting_session_that_is_told_waits_anew_after_work() -> None:
    board = Board(minutes=1)
    board.set(Status.ATTENTION)
    assert board.raised(board.now_ms + MINUTE_MS)
    board.set(Status.WORKING)
    board.set(Status.ATTENTION)

    assert board.waiting.first_since_ms() == board.state.sessions[MAIN].since_ms


def test_one_that_is_off_the_board_does_not_wait() -> None:
    board = Board()
    board.set(Status.ATTENTION)
    board.apply(Remove(session_id=MAIN))

    assert board.waiting.first_since_ms() is None


@pytest.mark.parametrize(
    "request_", [Seen(session_id=MAIN), Remove(session_id=MAIN), SetSession(MAIN, Status.WORKING)]
)
def test_what_has_changed_in_the_same_turn_is_not_told(request_: Any) -> None:
    board = Board()
    board.set(Status.ATTENTION)
    Driver.apply(board, request_)

    assert board.raised(board.now_ms + 5 * MINUTE_MS) == []


def test_sessions_that_come_and_go_leave_nothing_behind() -> None:
    board = Board()
    board.set(Status.ATTENTION)
    for _ in range(MANY):
        board.set(Status.ATTENTION, OTHER)
        board.set(Status.WORKING, OTHER)

    assert len(board.waiting._order) < 100
    assert board.waiting.first_since_ms() == board.state.sessions[MAIN].since_ms


@pytest.fixture
async def actor(tmp_path: Path) -> AsyncGenerator[Actor]:
    journal = Journal[Ticket].open(tmp_path / "metrics.db")
    state = State(wanted_alerts=AlertsConfig(waiting_minutes=5))
    yield Actor(state, journal, "epoch", 1, cast("Any", None))
    await journal.flush_and_close(DEADLINE_SECONDS)


async def test_a_change_costs_what_it_is_about_however_large_the_board(actor: Actor) -> None:
    state = actor.state
    sessions = Counting(state.sessions)
    state.sessions = cast("Any", sessions)
    board = Driver(state)
    board.now_ms = begun_ms = time.time_ns() // 1_000_000
    watch = WaitingWatch(actor)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch.run)
        watch.heed(board.set(Status.ATTENTION, "s0").changes)
        await anyio.wait_all_tasks_blocked()
        asleep = watch._changed
        for number in range(1, MANY):
            changes = board.set(Status.ATTENTION, f"s{number}").changes
            sessions.looks = 0
            watch.heed(changes)
            assert sessions.looks == 0
        await anyio.wait_all_tasks_blocked()
        assert watch._changed is asleep, "it is woken though the first to wait is the same"
        assert sessions.looks == 0
        tasks.cancel_scope.cancel()

    assert watch._sessions is not None
    at_ms = begun_ms + 5 * MINUTE_MS + 10_000  # they wait from a second after each other on
    assert len(watch._sessions.raise_due(state, at_ms).ledger) == 10
    assert sessions.looks == 10


def kept(watch: WaitingWatch) -> dict[str, int]:
    """What it remembers of who waits since when."""
    return {} if watch._sessions is None else watch._sessions._waiting


async def test_nothing_is_kept_where_the_alert_is_not_wanted(actor: Actor) -> None:
    board = Driver(actor.state)
    watch = WaitingWatch(actor)
    watch.heed(board.set(Status.ATTENTION).changes)
    actor.state.wanted_alerts = AlertsConfig()
    watch.configured()
    watch.heed(board.set(Status.ATTENTION, OTHER).changes)
    assert not kept(watch)

    actor.state.wanted_alerts = AlertsConfig(waiting_minutes=1)
    watch.configured()
    assert kept(watch) == {each: board.state.sessions[each].since_ms for each in (MAIN, OTHER)}

"""Sessions that have ended leave the board, for a daemon runs for months."""

from typing import Any

import pytest
from tests.daemon.state.state_driver import MAIN, OTHER, Driver

from agent_console.daemon.state.closed_sessions import CLOSED_KEPT
from agent_console.daemon.state.outcome import Outcome
from agent_console.model.budget import DAY_MS
from agent_console.model.session import Status
from agent_console.protocol.messages import Remove, Reopen

NEW = "cccccccc-0000-4000-8000-000000000003"


def removed(outcome: Outcome) -> list[str]:
    return [change.key for change in outcome.changes if change.event == "session_removed"]


def later(board: Driver, days: float) -> None:
    board.now_ms += int(days * DAY_MS)


@pytest.mark.parametrize("how", ["set", "hook", "registry"])
def test_whatever_is_new_takes_the_place_of_what_closed_a_week_ago(how: str) -> None:
    board = Driver()
    board.set(Status.CLOSED)
    later(board, 7)
    begun = {
        "set": lambda: board.set(Status.WORKING, session=NEW),
        "hook": lambda: board.prompt(session=NEW),
        "registry": lambda: board.registry("busy", session=NEW),
    }
    assert removed(begun[how]()) == [MAIN]
    assert list(board.state.sessions) == [NEW]


def test_nothing_leaves_before_its_time_or_while_nothing_is_new() -> None:
    board = Driver()
    board.set(Status.CLOSED)
    board.set(Status.WORKING, session=OTHER)
    later(board, 6.9)
    assert removed(board.set(Status.WORKING, session=NEW)) == []
    later(board, 30)
    assert removed(board.set(Status.ATTENTION, session=OTHER)) == []
    assert set(board.state.sessions) == {MAIN, OTHER, NEW}


def test_what_is_open_stays_however_old_it_is() -> None:
    board = Driver()
    board.set(Status.ATTENTION)
    board.set(Status.CLOSED, session=OTHER)
    board.apply(Reopen(session_id=OTHER))
    later(board, 1000)
    assert removed(board.set(Status.WORKING, session=NEW)) == []


def test_the_time_counts_from_the_last_end() -> None:
    board = Driver()
    board.set(Status.CLOSED)
    later(board, 5)
    board.set(Status.WORKING)
    board.set(Status.CLOSED)
    later(board, 5)
    assert removed(board.set(Status.WORKING, session=NEW)) == []


@pytest.mark.parametrize("mark", [{"label": "mine"}, {"note": "read this"}, {"priority": -1}])
def test_what_the_person_has_marked_stays_until_the_mark_is_gone(mark: dict[str, Any]) -> None:
    board = Driver()
    board.set(Status.CLOSED, **mark)
    board.set(Status.CLOSED, session=OTHER)
    later(board, 8)
    assert removed(board.set(Status.WORKING, session=NEW)) == [OTHER]
    unmarked: dict[str, Any] = dict.fromkeys(mark)
    board.set(**unmarked)
    assert removed(board.set(Status.WORKING, session=OTHER)) == [MAIN]


def test_of_very_many_the_last_thousand_stay() -> None:
    board = Driver()
    board.set(Status.CLOSED, session="marked", label="mine")
    for number in range(CLOSED_KEPT + 1):
        board.set(Status.CLOSED, session=f"s{number}")
    assert removed(board.set(Status.WORKING, session=NEW)) == ["s1"]
    assert list(board.state.sessions)[:2] == ["marked", "s2"]
    assert len(board.state.sessions) == CLOSED_KEPT + 1


def test_how_long_they_stay_can_be_said() -> None:
    board = Driver()
    board.set(Status.CLOSED)
    board.state.keep_closed(0)
    board.now_ms -= 1_000  # in the same millisecond
    assert removed(board.set(Status.WORKING, session=NEW)) == [MAIN]
    board.set(Status.CLOSED, session=NEW)
    board.state.keep_closed(3650)
    later(board, 3000)
    assert removed(board.set(Status.WORKING, session=OTHER)) == []


def test_one_that_was_taken_off_by_hand_is_no_longer_counted() -> None:
    board = Driver()
    board.set(Status.CLOSED)
    board.apply(Remove(session_id=MAIN))
    later(board, 8)
    assert removed(board.set(Status.WORKING, session=NEW)) == []


def test_one_that_left_and_goes_on_is_there_again() -> None:
    board = Driver()
    board.set(Status.CLOSED, session=MAIN)
    later(board, 8)
    board.set(Status.WORKING, session=NEW)
    board.hook("SessionStart", source="resume")
    assert board.state.sessions[MAIN].status is Status.ATTENTION

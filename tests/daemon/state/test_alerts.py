"""Alerts that only the daemon can raise: limits, context. Off until they are wanted."""

import json
from typing import Any

from msgspec import Raw
from tests.daemon.state.state_driver import MAIN, Driver

from agent_console.config_alerts import AlertsConfig
from agent_console.daemon.state.machine import State
from agent_console.model.session import Status
from agent_console.protocol.messages import StatusLine
from agent_console.usage.entries import EndEpisode, LedgerEntry, RaiseAlert, ReadSpending

RESET_S = 1_795_190_000


def wanting(**wanted: Any) -> Driver:
    return Driver(State(wanted_alerts=AlertsConfig(**wanted)))


def status_line(board: Driver, **fields: Any) -> list[LedgerEntry]:
    """What a status line asks of the ledger beside its figures."""
    event = {"session_id": MAIN, **fields}
    outcome = board.apply(StatusLine(event=Raw(json.dumps(event).encode())))
    assert isinstance(outcome.ledger[0], ReadSpending)
    return list(outcome.ledger[1:])


def limits(five_hour: float, resets_at: int = RESET_S, seven_day: float = 0) -> dict[str, Any]:
    return {
        "rate_limits": {
            "five_hour": {"used_percentage": five_hour, "resets_at": resets_at},
            "seven_day": {"used_percentage": seven_day, "resets_at": RESET_S + 86_400},
        }
    }


def context(percent: float) -> dict[str, Any]:
    return {"context_window": {"used_percentage": percent}}


def keys(entries: list[LedgerEntry]) -> list[str]:
    return [entry.alert.once_key for entry in entries if isinstance(entry, RaiseAlert)]


def test_nothing_is_raised_that_nobody_wants() -> None:
    board = Driver()
    board.set(Status.ATTENTION)

    assert status_line(board, **limits(100, seven_day=100), **context(100)) == []


def test_an_official_limit_is_told_once_for_each_of_its_windows() -> None:
    board = wanting(five_hour_percent=80)

    told = [
        keys(status_line(board, **limits(79.9))),
        keys(status_line(board, **limits(80))),
        keys(status_line(board, **limits(95))),
        keys(status_line(board, **limits(3, RESET_S + 18_000))),
        keys(status_line(board, **limits(81, RESET_S + 18_000))),
    ]

    assert [len(each) for each in told] == [0, 1, 0, 0, 1]
    assert told[1] != told[4]


def test_the_key_of_a_window_is_the_same_after_a_restart() -> None:
    first, again = wanting(seven_day_percent=50), wanting(seven_day_percent=50)

    (one,) = keys(status_line(first, **limits(0, seven_day=51)))
    (other,) = keys(status_line(again, **limits(0, seven_day=60)))

    assert one == other


def test_a_limit_that_is_used_up_is_exceeded() -> None:
    (entry,) = status_line(wanting(five_hour_percent=90), **limits(100))

    assert isinstance(entry, RaiseAlert)
    assert (entry.alert.severity, entry.alert.percent) == ("exceeded", 100.0)
    assert entry.alert.message == "100 % of the account's 5-hour limit is used."


def test_a_full_context_is_told_until_it_has_been_below_again() -> None:
    board = wanting(context_percent=80)
    board.set(Status.WORKING)

    told = [status_line(board, **context(used)) for used in (85, 90, 20, 30, 80)]

    assert [[type(entry) for entry in each] for each in told] == [
        [RaiseAlert],
        [],
        [EndEpisode],
        [],
        [RaiseAlert],
    ]


def test_the_context_of_a_session_that_is_not_on_the_board_is_nobodys() -> None:
    assert status_line(wanting(context_percent=80), **context(90)) == []

"""Subscribers that come back: told what they missed, in order, or to start anew."""

from tests.daemon.state.state_driver import MAIN, OTHER, Driver

from agent_console.daemon.state.missed import MISSED_CHANGES_KEPT
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Status
from agent_console.model.usage import UsageEntry
from agent_console.protocol.messages import Remove
from agent_console.usage.entries import ReadTotals, TotalsRead, UsageAdded


def missed(board: Driver, seq: int) -> list[tuple[str, str]] | None:
    changes = board.state.missed(seq)
    if changes is None:
        return None
    assert [change.seq for change in changes] == sorted({change.seq for change in changes})
    assert all(change.seq > seq for change in changes)
    return [(change.event, change.key) for change in changes]


def test_who_missed_nothing_is_told_nothing() -> None:
    board = Driver()
    assert missed(board, 0) == []
    board.set(Status.WORKING)
    assert missed(board, board.state.seq) == []


def test_who_comes_from_the_future_starts_anew() -> None:
    assert missed(Driver(), 1) is None


def test_a_snapshot_holds_everything_and_says_that_it_replaces_everything() -> None:
    board = Driver()
    board.set(Status.WORKING, session=OTHER)
    board.set(Status.QUESTION, session=MAIN)
    totals = SessionMetadata(MAIN, 1)
    board.state.committed(ReadTotals(MAIN), TotalsRead(MAIN, totals), 1)
    snapshot = board.state.snapshot("epoch")
    assert (snapshot.epoch, snapshot.seq, snapshot.resync) == ("epoch", board.state.seq, True)
    assert [session.session_id for session in snapshot.sessions] == [MAIN, OTHER]
    assert snapshot.metadata == (totals,)


def test_each_thing_is_told_once_in_its_newest_state_and_latest_order() -> None:
    board = Driver()
    board.set(Status.WORKING, session=MAIN)
    seq = board.state.seq
    board.set(Status.QUESTION, session=MAIN)
    board.set(Status.WORKING, session=OTHER)
    board.set(Status.ATTENTION, session=MAIN)
    assert missed(board, seq) == [("session", OTHER), ("session", MAIN)]


def test_removals_are_told_and_what_is_back_after_them() -> None:
    board = Driver()
    board.set(Status.WORKING, session=MAIN)
    board.set(Status.WORKING, session=OTHER)
    seq = board.state.seq
    board.apply(Remove(session_id=MAIN))
    board.apply(Remove(session_id=OTHER))
    board.set(Status.WORKING, session=OTHER)
    assert missed(board, seq) == [
        ("session_removed", MAIN),
        ("session_removed", OTHER),
        ("session", OTHER),
    ]


def test_metadata_and_usage_are_told_too() -> None:
    board = Driver()
    board.set(Status.WORKING)
    seq = board.state.seq
    totals = SessionMetadata(MAIN, 1)
    board.state.committed(ReadTotals(MAIN), TotalsRead(MAIN, totals), 1)
    usage = UsageEntry(MAIN, "m", None, 1, 0, 0, 0, 0.0, 1)
    board.state.committed(
        ReadTotals(MAIN), UsageAdded(SessionMetadata(MAIN, 2), usage), board.now_ms
    )
    assert missed(board, seq) == [("metadata", MAIN), ("usage", "m")]


def test_totals_of_a_session_off_the_board_are_told_to_who_comes_back() -> None:
    board = Driver()
    usage = UsageEntry(MAIN, "m", None, 1, 0, 0, 0, 0.0, 1)
    board.state.committed(
        ReadTotals(MAIN), UsageAdded(SessionMetadata(MAIN, 2), usage), board.now_ms
    )
    assert missed(board, 0) == [("metadata", MAIN), ("usage", "m")]


def test_who_was_away_for_too_long_starts_anew() -> None:
    board = Driver()
    board.set(Status.WORKING)
    away_seq = board.state.seq
    for number in range(MISSED_CHANGES_KEPT + 1):
        board.set(Status.WORKING, session=f"s{number}")
        board.apply(Remove(session_id=f"s{number}"))
    assert missed(board, away_seq) is None
    assert missed(board, board.state.seq - 2) == [("session_removed", f"s{MISSED_CHANGES_KEPT}")]

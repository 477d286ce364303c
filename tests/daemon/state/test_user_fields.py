"""What the person wrote on sessions, while the ledger cannot keep it or tell what it holds."""

from tests.daemon.state.state_driver import MAIN, OTHER, Driver

from agent_console.daemon.state.machine import State
from agent_console.model.session import Status
from agent_console.protocol.messages import Remove
from agent_console.usage.entries import KeepUserFields, LedgerEntry, LedgerRefusal, UserFieldsKept

BUSY = LedgerRefusal("internal", "The ledger is busy.", retryable=True)


def written(board: Driver, session: str = MAIN) -> tuple[str | None, int, str | None]:
    shown = board.session(session)
    return shown.label, shown.priority, shown.note


def asked_again(board: Driver) -> tuple[LedgerEntry, ...]:
    return board.state.ask_again(board.now_ms).ledger


def test_only_what_the_person_set_is_written() -> None:
    board = Driver()
    board.set(Status.WORKING)
    assert board.set(label="mine").ledger == (KeepUserFields(MAIN, label="mine"),)


def test_what_the_ledger_refused_is_handed_to_it_again() -> None:
    board = Driver()
    (_, entry) = board.set(Status.WORKING, label="mine").ledger
    board.state.committed(entry, BUSY, board.now_ms)
    assert asked_again(board) == (entry,)
    board.state.committed(entry, UserFieldsKept(MAIN), board.now_ms)
    assert not board.state.unkept
    assert asked_again(board) == ()


def test_what_was_written_after_a_refusal_goes_with_what_was_refused() -> None:
    board = Driver()
    (_, first) = board.set(Status.WORKING, label="mine").ledger
    board.state.committed(first, BUSY, board.now_ms)
    assert board.set(note="n").ledger == (KeepUserFields(MAIN, label="mine", note="n"),)


def test_what_was_written_while_an_older_one_was_kept_is_still_unkept() -> None:
    board = Driver()
    (_, first) = board.set(Status.WORKING, label="a").ledger
    board.set(label="b")
    (last,) = board.set(label="a").ledger
    board.state.committed(first, UserFieldsKept(MAIN), board.now_ms)
    assert asked_again(board) == (last,)


def test_what_the_ledger_can_never_keep_is_not_tried_again() -> None:
    board = Driver()
    (_, entry) = board.set(Status.WORKING, label="mine").ledger
    board.state.committed(entry, LedgerRefusal("internal", "No text."), board.now_ms)
    assert asked_again(board) == ()


def test_what_is_read_late_is_shown_and_does_not_replace_what_was_written_since() -> None:
    board = Driver()
    board.set(Status.WORKING, label="new", note=None)
    board.set(Status.WORKING, session=OTHER)
    held = [KeepUserFields(MAIN, "old", 5, "old"), KeepUserFields(OTHER, "other", 0, None)]
    outcome = board.state.recall_user_fields(held, board.now_ms)
    assert written(board) == ("new", 5, None)
    assert written(board, OTHER) == ("other", 0, None)
    assert [change.key for change in outcome.changes] == [MAIN, OTHER]
    assert outcome.ledger == ()


def test_what_is_read_late_is_there_for_sessions_that_come_later() -> None:
    board = Driver()
    board.state.recall_user_fields([KeepUserFields(MAIN, "old", 5, None)], board.now_ms)
    board.set(Status.WORKING)
    assert written(board) == ("old", 5, None)


def test_what_was_cleared_before_it_could_be_read_stays_cleared() -> None:
    board = Driver()
    board.set(Status.WORKING, label=None)
    board.apply(Remove(session_id=MAIN))
    board.state.recall_user_fields([KeepUserFields(MAIN, "old", 5, None)], board.now_ms)
    board.set(Status.WORKING)
    assert written(board) == (None, 5, None)


def test_what_was_read_at_the_start_is_shown() -> None:
    board = Driver(State([KeepUserFields(MAIN, "old", 5, None)]))
    board.set(Status.WORKING)
    assert written(board) == ("old", 5, None)

"""GET, LIST, SEEN, RM, REOPEN, DUMP: the rest of what clients ask about sessions."""

import pytest
from msgspec import UNSET
from tests.daemon.state.state_driver import MAIN, OTHER, Driver, refused

from agent_console.model.session import HISTORY_LENGTH, Session, Status
from agent_console.protocol.messages import Get, ListSessions, Remove, Removed, Reopen, Seen


def ids(board: Driver, request: ListSessions) -> list[str]:
    return [session.session_id for session in board.apply(request).answer]


def test_get_gives_the_session_with_its_history_or_null() -> None:
    board = Driver()
    assert board.apply(Get(session_id=MAIN)).answer is None
    board.set(Status.WORKING)
    board.set(Status.ATTENTION)
    answer = board.apply(Get(session_id=MAIN)).answer
    assert isinstance(answer, Session)
    assert answer.history is not UNSET
    assert len(answer.history) == 1


def test_history_travels_with_no_notification_and_no_list() -> None:
    board = Driver()
    board.set(Status.WORKING)
    change = board.set(Status.ATTENTION).changes[0]
    assert isinstance(change.data, Session)
    assert change.data.history is UNSET
    assert board.apply(ListSessions()).answer[0].history is UNSET


def test_the_last_fifty_transitions_are_kept() -> None:
    board = Driver()
    for _ in range(HISTORY_LENGTH):
        board.set(Status.WORKING)
        board.set(Status.QUESTION)
    assert len(board.history()) == HISTORY_LENGTH
    assert board.history()[-1] == ("working", "question", 1_000)


def test_list_is_ordered_by_urgency_then_unseen_then_priority_then_waiting_time() -> None:
    board = Driver()
    for name, status in [
        ("closed", Status.CLOSED),
        ("working", Status.WORKING),
        ("attention", Status.ATTENTION),
        ("seen question", Status.QUESTION),
        ("long question", Status.QUESTION),
        ("short question", Status.QUESTION),
        ("important question", Status.QUESTION),
    ]:
        board.set(status, session=name)
    board.apply(Seen(session_id="seen question"))
    board.set(session="seen question", priority=9)
    board.set(session="important question", priority=1)
    assert ids(board, ListSessions()) == [
        "important question",
        "long question",
        "short question",
        "seen question",
        "attention",
        "working",
        "closed",
    ]


def test_list_keeps_to_a_status_and_leaves_closed_out_when_asked() -> None:
    board = Driver()
    board.set(Status.CLOSED, session="a")
    board.set(Status.WORKING, session="b")
    assert ids(board, ListSessions(status=Status.CLOSED)) == ["a"]
    assert ids(board, ListSessions(include_closed=False)) == ["b"]
    assert ids(board, ListSessions(status=Status.CLOSED, include_closed=False)) == []


def test_seen_is_told_once_and_lasts_until_the_next_change_of_status() -> None:
    board = Driver()
    assert refused(board.apply(Seen(session_id=MAIN))) == "not_found"
    board.hook("Stop")
    assert len(board.apply(Seen(session_id=MAIN)).changes) == 1
    assert board.apply(Seen(session_id=MAIN)).changes == ()
    board.hook("StopFailure", error="rate_limit", prompt_id="p")
    assert board.shows() == "attention error"
    assert not board.session().seen


def test_rm_takes_a_session_off_the_board() -> None:
    board = Driver()
    assert board.apply(Remove(session_id=MAIN)).answer == Removed(removed=False)
    board.hook("SessionStart", source="startup", pid=7)
    outcome = board.apply(Remove(session_id=MAIN))
    assert outcome.answer == Removed(removed=True)
    assert [change.event for change in outcome.changes] == ["session_removed"]
    assert outcome.processes_changed
    assert board.state.processes == {}
    assert board.apply(Get(session_id=MAIN)).answer is None


def test_a_removed_session_that_still_lives_comes_back_without_its_history() -> None:
    board = Driver()
    board.set(Status.WORKING)
    board.set(Status.ATTENTION)
    board.apply(Remove(session_id=MAIN))
    board.registry("busy")
    assert board.shows() == "working -"
    assert board.history() == []


@pytest.mark.parametrize("status", [Status.WORKING, Status.ATTENTION, Status.QUESTION])
def test_reopen_of_an_open_session_is_a_conflict(status: Status) -> None:
    board = Driver()
    board.set(status)
    assert refused(board.apply(Reopen(session_id=MAIN))) == "conflict"
    assert refused(board.apply(Reopen(session_id=OTHER))) == "not_found"


def test_reopen_brings_a_closed_session_back_to_attention() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup", pid=7)
    board.hook("SessionEnd", reason="prompt_input_exit", pid=7)
    board.state.observe_exit(7, board.now_ms)
    outcome = board.apply(Reopen(session_id=MAIN))
    assert len(outcome.changes) == 1
    assert board.shows() == "attention ready"
    assert not board.session().closed
    assert board.session().pid is None  # its process is gone


def test_dump_holds_everything_with_histories() -> None:
    board = Driver()
    board.set(Status.WORKING)
    board.set(Status.ATTENTION)
    dump = board.state.dump("epoch", board.now_ms)
    assert (dump.dump_version, dump.epoch, dump.seq) == (1, "epoch", board.state.seq)
    assert dump.at_ms == board.now_ms
    assert dump.sessions[0].history is not UNSET
    assert len(dump.sessions[0].history) == 1

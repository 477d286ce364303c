"""SET: creates a session, changes what is named, and wakes nobody for nothing."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any
from unittest.mock import patch

import pytest
from tests.daemon.state.state_driver import MAIN, START_MS, Driver, refused

from agent_console.daemon.state.machine import State
from agent_console.model.session import Session, Status
from agent_console.protocol.messages import Remove, Seen
from agent_console.usage.entries import KeepUserFields, ReadTotals, UserFieldsKept

UNSEEN_IDS = [" ", "   ", "a\u2028b", "a\u2029b", "\u202eabc", "a\u2066b", "\u200b", "\ufeff"]
ODD_IDS = ["x" * 200, "a b", "../../etc/passwd", "日本語", "'; DROP TABLE sessions", "🦊", "{}"]


def test_set_creates_an_unknown_session() -> None:
    board = Driver()
    outcome = board.set(Status.WORKING, working_dir="/home/user/project")
    session = board.session()
    assert outcome.answer == session
    assert (session.status, session.display_name, session.agent_type) == (
        Status.WORKING,
        "project",
        "claude-code",
    )
    assert session.since_ms == session.last_seen_ms == START_MS + 1_000
    assert [change.event for change in outcome.changes] == ["session"]
    assert board.history() == []  # the creation adds none


@pytest.mark.parametrize("session_id", ODD_IDS)
def test_any_printable_id_names_a_session(session_id: str) -> None:
    board = Driver()
    board.set(Status.WORKING, session=session_id)
    assert board.session(session_id).display_name == session_id[:8]


@pytest.mark.parametrize(
    "session_id", ["a\nb", "a\x00b", "\x1b[31m", "\x9b31m", "\x7f", *UNSEEN_IDS]
)
def test_an_id_that_would_move_a_cursor_or_not_be_seen_names_none(session_id: str) -> None:
    board = Driver()
    assert refused(board.set(Status.WORKING, session=session_id)) == "invalid_value"
    assert board.state.sessions == {}


def test_an_unknown_session_needs_a_status() -> None:
    board = Driver()
    assert refused(board.set(label="mine")) == "not_found"
    assert board.state.sessions == {}


def test_a_known_session_needs_no_status() -> None:
    board = Driver()
    board.set(Status.QUESTION, reason="plan")
    board.set(label="mine")
    assert board.shows() == "question plan"
    assert board.session().label == "mine"
    assert board.history() == []


def test_setting_the_same_status_wakes_nobody() -> None:
    board = Driver()
    board.set(Status.WORKING, working_dir="/a", label="mine")
    seq, since_ms = board.state.seq, board.session().since_ms
    outcome = board.set(Status.WORKING, working_dir="/a")
    assert outcome.changes == ()
    assert outcome.answer == board.session()
    assert board.state.seq == seq
    assert board.session().since_ms == since_ms
    assert board.history() == []
    assert board.session().last_seen_ms == board.now_ms


def test_setting_another_status_is_one_change_with_its_duration() -> None:
    board = Driver()
    board.set(Status.WORKING)
    outcome = board.set(Status.ATTENTION)
    assert len(outcome.changes) == 1
    assert board.history() == [("working", "attention", 1_000)]
    assert board.session().since_ms == board.now_ms


def test_an_absent_field_keeps_its_value_and_null_clears_it() -> None:
    board = Driver()
    fields: dict[str, Any] = {
        "working_dir": "/a",
        "label": "mine",
        "priority": 3,
        "note": "look",
        "reason": "why",
    }
    board.set(Status.WORKING, agent_type="custom", **fields)
    board.set(Status.WORKING)
    assert {name: getattr(board.session(), name) for name in fields} == fields
    assert board.session().agent_type == "custom"
    assert board.set(Status.WORKING, agent_type="custom").changes == ()
    cleared: dict[str, Any] = dict.fromkeys([*fields, "agent_type"])
    board.set(**cleared)
    session = board.session()
    assert (session.working_dir, session.label, session.note, session.reason) == (None,) * 4
    assert session.priority == 0
    assert session.agent_type == "claude-code"
    assert session.display_name == MAIN[:8]


def test_a_reason_belongs_to_its_status() -> None:
    board = Driver()
    board.set(Status.ATTENTION, reason="review")
    board.set(Status.WORKING)
    assert board.session().reason is None
    board.set(Status.WORKING, reason="tests")
    board.set(Status.WORKING)
    assert board.session().reason == "tests"


def test_what_was_shown_as_doing_ends_with_the_status() -> None:
    board = Driver()
    board.hook("PermissionRequest", tool_name="Bash", tool_input={"command": "rm x"})
    assert board.session().activity is not None
    board.set(Status.WORKING)
    assert board.session().activity is None


def test_closed_says_so() -> None:
    board = Driver()
    board.set(Status.CLOSED)
    assert board.session().closed
    board.set(Status.WORKING)
    assert not board.session().closed


def test_what_the_person_writes_is_kept_in_the_ledger() -> None:
    board = Driver()
    assert board.set(Status.WORKING).ledger == (ReadTotals(MAIN),)
    (kept,) = board.set(label="mine", note="n").ledger
    assert kept == KeepUserFields(MAIN, label="mine", note="n")
    board.state.committed(kept, UserFieldsKept(MAIN), board.now_ms)
    assert board.set(priority=2).ledger == (KeepUserFields(MAIN, priority=2),)
    assert board.set(Status.ATTENTION).ledger == ()


def test_what_the_person_wrote_survives_a_restart_and_a_removal() -> None:
    board = Driver(State([KeepUserFields(MAIN, "mine", 5, "remember")]))
    for _ in range(2):
        board.hook("SessionStart", source="startup")
        session = board.session()
        assert (session.label, session.priority, session.note) == ("mine", 5, "remember")
        board.apply(Remove(session_id=MAIN))


@pytest.mark.parametrize(
    ("cleared", "left"),
    [
        ({"label": None}, (None, 2, "n")),
        ({"label": None, "note": None}, (None, 2, None)),
        ({"label": None, "priority": None}, (None, 0, "n")),
        ({"note": None, "priority": None}, ("mine", 0, None)),
        ({"label": None, "note": None, "priority": 0}, (None, 0, None)),
    ],
)
def test_what_the_person_cleared_stays_cleared_and_nothing_else(
    cleared: dict[str, Any], left: tuple[str | None, int, str | None]
) -> None:
    board = Driver()
    board.set(Status.WORKING, label="mine", priority=2, note="n")
    board.set(**cleared)
    board.apply(Remove(session_id=MAIN))
    board.set(Status.WORKING)
    session = board.session()
    assert (session.label, session.priority, session.note) == left


def test_each_change_tells_when_the_session_was_last_heard_of() -> None:
    board = Driver()
    for status in (Status.WORKING, Status.ATTENTION):
        (change,) = board.set(status).changes
        assert isinstance(change.data, Session)
        assert change.data.last_seen_ms == board.now_ms
    (change,) = board.hook("UserPromptSubmit", sent_ms=board.now_ms + 1).changes
    assert isinstance(change.data, Session)
    assert change.data.last_seen_ms == board.now_ms


def test_a_session_opened_by_hand_keeps_its_process_only_while_that_is_in_it() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup", pid=7)
    board.set(Status.CLOSED)
    board.set(Status.WORKING)
    assert board.session().pid == 7
    board.state.observe_exit(7, board.now_ms)
    board.set(Status.WORKING)
    assert board.session().pid is None


def test_setting_a_status_overrules_what_hooks_and_registry_said_before() -> None:
    board = Driver()
    board.hook("UserPromptSubmit", prompt_id="p", prompt="x")
    board.set(Status.ATTENTION)
    board.hook("PostToolUse", tool_name="Bash", prompt_id="p", sent_ms=board.now_ms - 500)
    assert board.session().status is Status.ATTENTION
    board.hook("PostToolUse", tool_name="Bash", prompt_id="p")
    assert board.session().status is Status.WORKING


def test_every_change_of_status_is_unseen() -> None:
    board = Driver()
    board.set(Status.ATTENTION)
    board.apply(Seen(session_id=MAIN))
    board.set(Status.ATTENTION, label="still seen")
    assert board.session().seen
    board.set(Status.QUESTION)
    assert not board.session().seen


def test_the_clock_going_back_does_not_make_a_negative_duration() -> None:
    board = Driver()
    board.set(Status.WORKING)
    board.now_ms -= 60_000
    board.set(Status.ATTENTION)
    board.now_ms += 120_000
    board.set(Status.WORKING)
    assert [duration for _, _, duration in board.history()] == [0, 62_000]


def _asks(board: Driver) -> None:
    board.prompt()
    board.hook("PreToolUse", tool_name="Bash", tool_input={"command": "make"}, prompt_id="p1")
    board.hook("PermissionRequest", tool_name="Bash", tool_input={"command": "make"})


def _waits_unexplained(board: Driver) -> None:
    board.prompt()
    board.registry("busy")
    board.registry("waiting", "something new")


SITUATIONS: dict[str, Callable[[Driver], object]] = {
    "set": lambda board: board.set(Status.ATTENTION, reason="lunch", label="mine"),
    "seen": lambda board: board.apply(Seen(session_id=MAIN)),
    "works": lambda board: board.prompt(),
    "asks": _asks,
    "waits unexplained": _waits_unexplained,
    "told of the future": lambda board: board.hook("Stop", sent_ms=board.now_ms + 90_000),
    "closed": lambda board: board.hook("SessionEnd", reason="logout"),
    "crashed": lambda board: board.state.observe_exit(7, board.now_ms),
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_status_alone_is_set_the_short_way_as_it_is_the_long_way(
    situation: str, status: Status
) -> None:
    board = Driver()
    board.set(Status.QUESTION)
    board.registry("idle")
    SITUATIONS[situation](board)
    other = Driver(deepcopy(board.state))
    other.now_ms = board.now_ms
    with patch(
        "agent_console.daemon.state.session_requests.tells_status_alone", return_value=False
    ):
        outcome = other.set(status)
    assert board.set(status) == outcome
    tables, others = board.state._tables, other.state._tables  # pyright: ignore[reportPrivateUsage]
    assert tables._evidence == others._evidence  # pyright: ignore[reportPrivateUsage]
    assert tables.sessions == others.sessions
    assert board.history() == other.history()

"""Where an event was lost, late, or came from a turn that is over: no status sticks."""

from tests.daemon.state.state_driver import MAIN, Driver

from agent_console.model.session import Activity, Status
from agent_console.protocol.messages import Reopen

RUNNING = [{"id": "s1", "type": "shell", "status": "running"}]


def at_work(prompt_id: str = "p1") -> Driver:
    board = Driver()
    board.hook("SessionStart", source="startup", pid=7)
    board.prompt(prompt_id)
    return board


def works_and_shows_it(board: Driver, prompt_id: str) -> None:
    """Nothing that was asked before holds the session back."""
    board.hook("PreToolUse", tool_name="Read", tool_input={"path": "x"}, prompt_id=prompt_id)
    assert board.shows() == "working -"
    assert board.session().activity == Activity("Read", "x")


def ask(board: Driver) -> None:
    board.hook("PermissionRequest", tool_name="Bash", prompt_id="p1")
    assert board.shows() == "attention permission"


# ---- what was asked ends with whatever ends it ---------------------------------------------------


def test_what_was_asked_ends_with_a_new_start() -> None:
    board = at_work()
    ask(board)
    board.hook("SessionStart", source="resume")
    works_and_shows_it(board, "p2")


def test_what_was_asked_ends_with_the_turn() -> None:
    board = at_work()
    ask(board)
    board.hook("Stop", prompt_id="p1")
    works_and_shows_it(board, "p2")


def test_what_was_asked_ends_with_a_turn_that_leaves_something_running() -> None:
    board = at_work()
    ask(board)
    board.hook("Stop", prompt_id="p1", background_tasks=RUNNING)
    assert board.shows() == "working background"
    works_and_shows_it(board, "p2")


def test_what_was_asked_ends_when_the_registry_says_busy() -> None:
    board = at_work()
    ask(board)
    board.registry("busy")
    works_and_shows_it(board, "p1")


def test_what_was_asked_ends_with_the_session() -> None:
    board = at_work()
    ask(board)
    board.hook("SessionEnd", reason="other", pid=7)
    board.apply(Reopen(session_id=MAIN))
    works_and_shows_it(board, "p2")


# ---- what was open ends too ----------------------------------------------------------------------


def test_a_turn_that_was_open_when_the_session_closed_is_not_interrupted_later() -> None:
    board = at_work()
    board.prompt("p1", "queued")
    board.hook("SessionEnd", reason="other", pid=7)
    board.apply(Reopen(session_id=MAIN))
    board.registry("busy")
    board.registry("idle")
    assert board.shows() == "attention ready"


def test_a_prompt_queued_before_a_new_start_is_not_interrupted_later() -> None:
    board = at_work()
    board.prompt("p1", "queued")
    board.hook("SessionStart", source="resume")
    board.registry("busy")
    board.registry("idle")
    assert board.shows() == "attention ready"


def test_what_ran_behind_a_turn_and_ended_was_not_interrupted() -> None:
    board = at_work()
    board.hook("Stop", prompt_id="p1", background_tasks=RUNNING)
    board.registry("idle")
    assert board.shows() == "attention done"


def test_a_queued_prompt_is_taken_up_once() -> None:
    board = at_work()
    board.prompt("p1", "queued")
    board.hook("Stop", prompt_id="p1")
    board.registry("busy")
    board.hook("Stop", prompt_id="p2")
    board.registry("busy")  # /compact
    board.registry("idle")
    assert board.shows() == "attention done"


def test_a_queued_turn_whose_registry_is_faster_than_its_stop_is_done() -> None:
    board = at_work()
    board.prompt("p1", "queued")
    board.hook("Stop", prompt_id="p1")
    board.registry("busy")
    board.registry("idle")
    assert board.shows() == "attention interrupted"
    board.hook("Stop", prompt_id="p2", sent_ms=board.now_ms - 20)
    assert board.shows() == "attention done"


# ---- prompts that were lost ----------------------------------------------------------------------


def test_a_turn_known_by_its_tools_alone_can_be_interrupted() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup")
    board.hook("PreToolUse", tool_name="Read", prompt_id="p1")
    board.registry("idle")
    assert board.shows() == "attention interrupted"
    board.hook("Stop", prompt_id="p0", sent_ms=board.now_ms - 20)
    assert board.shows() == "attention interrupted"
    board.hook("Stop", prompt_id="p1", sent_ms=board.now_ms - 20)
    assert board.shows() == "attention done"


def test_a_tool_without_a_prompt_id_leaves_the_prompt_that_is_known() -> None:
    board = at_work()
    board.hook("PreToolUse", tool_name="Read")
    board.hook("PermissionRequest", tool_name="Bash")
    board.registry("idle")
    board.hook("Stop", prompt_id="p0", sent_ms=board.now_ms - 20)
    assert board.shows() == "attention interrupted"


def test_a_turn_known_by_the_registry_alone_ends_with_its_stop_however_late() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup")
    board.registry("busy")
    board.registry("idle")
    assert board.shows() == "attention ready"
    board.hook("Stop", prompt_id="p1", sent_ms=board.now_ms - 500)
    assert board.shows() == "attention done"


def test_a_stop_from_long_before_the_registry_spoke_tells_nothing() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup")
    before_ms = board.now_ms
    board.now_ms += 10_000
    board.registry("busy")
    board.registry("idle")
    board.hook("Stop", prompt_id="p1", sent_ms=before_ms + 1)
    assert board.shows() == "attention ready"


def test_a_stop_from_before_what_a_person_set_tells_nothing() -> None:
    board = at_work()
    sent_ms = board.now_ms + 10
    board.set(Status.ATTENTION, reason="mine")
    board.hook("Stop", prompt_id="p1", sent_ms=sent_ms)
    assert board.shows() == "attention mine"


# ---- stops that come late ------------------------------------------------------------------------


def test_a_late_stop_of_another_prompt_leaves_the_open_one_open() -> None:
    board = at_work("p1")
    sent_ms = board.now_ms + 10
    board.prompt("p2")
    board.hook("Stop", prompt_id="p1", sent_ms=sent_ms)
    assert board.shows() == "working -"
    board.registry("idle")
    assert board.shows() == "attention interrupted"


def test_a_late_stop_of_the_open_prompt_has_ended_it() -> None:
    board = at_work()
    sent_ms = board.now_ms + 10
    ask(board)
    board.hook("Stop", prompt_id="p1", sent_ms=sent_ms)
    assert board.shows() == "attention permission"
    board.registry("idle")
    assert board.shows() == "attention ready"


# ---- what is shown as being done -----------------------------------------------------------------


def test_an_activity_older_than_the_one_shown_is_not_shown() -> None:
    board = at_work()
    board.hook("PreToolUse", tool_name="Read", tool_input={"path": "new"}, prompt_id="p1")
    sent_ms = board.now_ms - 500
    board.hook("PreToolUse", tool_name="Read", prompt_id="p1", sent_ms=sent_ms)
    assert board.session().activity == Activity("Read", "new")


def test_compaction_heard_late_hides_neither_an_error_nor_a_permission() -> None:
    for event in ("StopFailure", "PermissionRequest"):
        board = at_work()
        board.hook(event, tool_name="Bash", error="rate_limit", prompt_id="p1")
        shown = board.session().activity
        assert shown is not None
        board.hook("PreCompact", trigger="auto", sent_ms=board.now_ms - 500)
        assert board.session().activity == shown


def test_the_end_of_a_compaction_hides_no_tool() -> None:
    board = at_work()
    board.hook("PreToolUse", tool_name="Read", tool_input={"path": "x"}, prompt_id="p1")
    board.hook("PostCompact", trigger="auto")
    assert board.session().activity == Activity("Read", "x")
    board.hook("PostToolBatch", prompt_id="p1")
    board.hook("Stop", prompt_id="p1")
    board.hook("PostCompact", trigger="auto")
    assert board.session().activity is None


def test_a_closed_session_does_nothing() -> None:
    board = at_work()
    board.hook("SessionEnd", reason="other")
    board.hook("PreCompact", trigger="auto")
    assert board.session().activity is None


# ---- ends ----------------------------------------------------------------------------------------


def test_the_first_session_end_after_a_process_was_seen_gone_counts() -> None:
    board = at_work()
    board.state.observe_exit(7, board.now_ms)
    board.hook("SessionEnd", reason="prompt_input_exit")
    board.hook("SessionEnd", reason="other")
    assert board.shows() == "closed prompt_input_exit"


def test_a_notification_from_before_the_last_transition_changes_nothing() -> None:
    board = at_work()
    sent_ms = board.now_ms + 10
    board.hook("Stop", prompt_id="p1")
    board.prompt("p2")
    board.hook("Notification", notification_type="idle_prompt", sent_ms=sent_ms)
    assert board.shows() == "working -"
    board.hook("SessionEnd", reason="other")
    board.hook("Notification", notification_type="idle_prompt")
    assert board.shows() == "closed other"

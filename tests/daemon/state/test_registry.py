"""Claude Code's session registry: what its words mean, and when it wins over hooks."""

import pytest
from msgspec.structs import replace
from tests.daemon.state.state_driver import MAIN, OTHER, START_MS, Driver

from agent_console.claude_code.registry import RegistryEntry
from agent_console.model.session import Activity, Status
from agent_console.protocol.messages import Remove
from agent_console.usage.entries import ReadTotals

RUNNING = [{"id": "s1", "type": "shell", "status": "running"}]


def at_work() -> Driver:
    board = Driver()
    board.hook("SessionStart", source="startup")
    board.prompt()
    return board


def done() -> Driver:
    board = at_work()
    board.hook("Stop", prompt_id="p1")
    return board


# ---- sessions nobody else tells of -------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "waiting_for", "shown"),
    [
        (None, None, "attention ready"),
        ("idle", None, "attention ready"),
        ("busy", None, "working -"),
        ("shell", None, "working background"),
        ("waiting", "permission prompt", "attention permission"),
        ("waiting", "input needed", "question question"),
        ("waiting", "something new", "attention permission"),
        ("something new", None, "attention ready"),
    ],
)
def test_a_session_that_no_hook_told_of_is_shown(
    status: str | None, waiting_for: str | None, shown: str
) -> None:
    board = Driver()
    outcome = board.registry(status, waiting_for, cwd="/home/user/project")
    assert board.shows() == shown
    assert (board.session().pid, board.session().display_name) == (7, "project")
    assert outcome.processes_changed
    assert board.history() == []


def test_the_ledger_is_asked_for_the_totals_of_a_session_only_registered() -> None:
    board = Driver()
    assert board.registry("busy").ledger == (ReadTotals(MAIN),)
    assert board.registry("idle").ledger == ()


def test_a_session_only_registered_is_done_after_its_work() -> None:
    board = Driver()
    board.registry("busy")
    board.registry("waiting", "input needed")
    board.registry("busy")
    board.registry("idle")
    assert board.shows() == "attention done"


def test_a_session_is_as_old_as_its_status() -> None:
    board = Driver()
    board.registry("busy", since_ms=START_MS - 60_000)
    assert board.session().since_ms == START_MS - 60_000


def test_a_name_that_the_person_gave_is_the_title() -> None:
    board = Driver()
    board.registry("idle", name="alpha-f0", name_source="derived")
    assert board.session().title is None
    board.registry("idle", name="Work behind\nmore", name_source=None)
    assert board.session().title == "Work behind"


def test_the_folder_follows_the_registry_until_somebody_knows_better() -> None:
    board = Driver()
    board.registry("idle", cwd="/a")
    board.registry("idle", cwd="/a/worktree")
    assert board.session().working_dir == "/a/worktree"
    board.hook("SessionStart", source="startup", cwd="/b")
    board.registry("busy", cwd="/a")
    assert board.session().working_dir == "/b"


def test_a_folder_that_was_set_stays() -> None:
    board = Driver()
    board.set(Status.WORKING, working_dir="/mine")
    board.registry("busy", cwd="/a")
    assert board.session().working_dir == "/mine"


# ---- where no hook fires -----------------------------------------------------------------------


def test_escape_in_a_turn_is_interrupted() -> None:
    board = at_work()
    board.registry("idle")
    assert board.shows() == "attention interrupted"


def test_what_was_interrupted_stays_so_while_it_rests() -> None:
    board = done()
    board.prompt("p2")
    board.registry("idle")
    board.registry("waiting", "dialog open")  # a menu of the client
    board.registry("idle")
    assert board.shows() == "attention interrupted"
    board.hook("Notification", notification_type="idle_prompt", prompt_id="p2")
    assert board.shows() == "attention interrupted"


@pytest.mark.parametrize("event", ["PermissionRequest", "Elicitation"])
def test_escape_at_whatever_is_asked_is_interrupted(event: str) -> None:
    board = at_work()
    board.hook(event, tool_name="Bash", prompt_id="p1")
    board.registry("idle")
    assert board.shows() == "attention interrupted"
    assert board.session().activity is None


def test_an_answer_is_known_at_once() -> None:
    board = at_work()
    board.hook("PermissionRequest", tool_name="Bash", prompt_id="p1")
    board.registry("busy")
    assert board.shows() == "working -"


def test_idle_returns_to_the_last_rest() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup")
    board.registry("busy")  # /compact before the first prompt
    board.registry("idle")
    assert board.shows() == "attention ready"
    board.prompt()
    board.hook("StopFailure", prompt_id="p1", error="rate_limit")
    board.registry("waiting", "dialog open")
    board.registry("idle")
    assert board.shows() == "attention error"
    assert board.session().activity == Activity(None, "rate_limit")


def test_a_dialog_at_rest_changes_nothing() -> None:
    board = done()
    assert board.registry("waiting", "dialog open").changes[1:] == ()
    assert board.shows() == "attention done"


def test_a_dialog_in_a_turn_needs_the_person() -> None:
    board = at_work()
    board.registry("waiting", "dialog open")
    assert board.shows() == "attention permission"


def test_a_shell_that_outlives_the_turn_is_work_in_the_background() -> None:
    board = at_work()
    board.hook("Stop", prompt_id="p1", background_tasks=RUNNING)
    board.registry("shell")
    assert board.shows() == "working background"
    board.registry("idle")
    assert board.shows() == "attention done"


def test_busy_after_a_rest_in_which_nothing_ran_behind_is_a_turn() -> None:
    board = at_work()
    board.hook("TaskCreated", task_id="1", task_subject="listed")
    board.hook("Stop", prompt_id="p1", background_tasks=RUNNING)
    board.registry("shell")
    board.registry("idle")  # the shell has ended
    assert [task.id for task in board.session().background_tasks] == ["1"]
    board.registry("busy")
    assert board.shows() == "working -"


def test_busy_after_the_turn_is_what_runs_behind() -> None:
    board = at_work()
    board.hook("Stop", prompt_id="p1", background_tasks=RUNNING)
    board.registry("waiting", "permission prompt")
    board.registry("busy")
    assert board.shows() == "working background"


# ---- who wins ----------------------------------------------------------------------------------


def test_a_status_older_than_the_last_transition_does_not_win() -> None:
    board = at_work()
    board.registry("idle", since_ms=board.now_ms - 500)
    assert board.shows() == "working -"


def test_a_status_from_the_future_does_not_lock_the_session() -> None:
    board = at_work()
    board.registry("idle", since_ms=board.now_ms + 10**9)
    assert board.shows() == "attention interrupted"
    board.prompt("p2")
    assert board.shows() == "working -"


def test_a_rewrite_of_the_same_status_changes_nothing() -> None:
    board = at_work()
    board.registry("busy", since_ms=board.now_ms)
    since_ms = board.now_ms - 1_000
    board.hook("Stop", prompt_id="p1")
    board.registry("busy", since_ms=since_ms)
    assert board.shows() == "attention done"


def test_an_unchanged_status_is_no_news_even_when_the_clock_stepped_back_since() -> None:
    board = at_work()
    since_ms = board.now_ms + 3_600_000
    board.registry("idle", since_ms=since_ms)
    assert board.shows() == "attention interrupted"
    board.prompt("p2")
    board.registry("idle", since_ms=since_ms, name="renamed", name_source="custom")
    assert board.shows() == "working -"


def test_an_unchanged_status_is_told_of_a_session_that_was_removed_from_the_board() -> None:
    board = Driver()
    board.registry("busy", since_ms=START_MS)
    board.apply(Remove(session_id=MAIN))
    board.registry("busy", since_ms=START_MS)
    assert board.shows() == "working -"


def test_a_status_without_a_time_of_its_own_is_as_old_as_the_file() -> None:
    board = done()
    board.now_ms += 1_000
    entry = RegistryEntry(pid=7, session_id=MAIN, status="busy", updated_at=board.now_ms)
    board.state.observe_entry(entry, board.now_ms)
    assert board.shows() == "working -"
    board.hook("Stop", prompt_id="p2")
    entry = RegistryEntry(pid=7, session_id=MAIN, status="busy", updated_at=board.now_ms + 9)
    board.state.observe_entry(entry, board.now_ms + 9)  # written again for another reason
    assert board.shows() == "attention done"


def test_the_answer_to_a_question_only_registered_shows() -> None:
    board = at_work()
    board.registry("waiting", "input needed")
    assert board.shows() == "question question"
    board.hook("ElicitationResult", mcp_server_name="rig", prompt_id="p1")
    assert board.shows() == "working -"


def test_a_registry_faster_than_stop_is_a_normal_end() -> None:
    board = at_work()
    sent_ms = board.now_ms + 900
    board.registry("idle")
    assert board.shows() == "attention interrupted"
    board.hook("Stop", prompt_id="p1", sent_ms=sent_ms)
    assert board.shows() == "attention done"
    assert [step[:2] for step in board.history()] == [
        ("attention", "working"),
        ("working", "attention"),
    ]


def test_stop_failure_replaces_interrupted_whatever_its_time() -> None:
    board = at_work()
    sent_ms = board.now_ms
    board.now_ms += 60_000
    board.registry("idle")
    board.hook("StopFailure", prompt_id="p1", error="server_error", sent_ms=sent_ms)
    assert board.shows() == "attention error"


def test_a_stop_of_an_earlier_prompt_does_not_end_an_interruption() -> None:
    board = done()
    board.prompt("p2")
    board.registry("idle")
    board.hook("Stop", prompt_id="p1", sent_ms=board.now_ms - 500)
    assert board.shows() == "attention interrupted"


def test_a_registry_faster_than_the_hook_is_explained_by_it() -> None:
    board = at_work()
    sent_ms = board.now_ms + 900
    board.registry("waiting", "permission prompt")
    assert board.session().activity is None
    board.hook(
        "PermissionRequest",
        tool_name="Bash",
        tool_input={"command": "rm"},
        prompt_id="p1",
        sent_ms=sent_ms,
    )
    assert board.shows() == "attention permission"
    assert board.session().activity == Activity("Bash", "rm")
    board.hook("PostToolUse", tool_name="Bash", tool_input={"command": "ls"}, prompt_id="p1")
    assert board.shows() == "attention permission"


def test_a_permission_heard_after_it_was_escaped_does_not_come_back() -> None:
    board = at_work()
    board.registry("idle")
    board.hook("PermissionRequest", tool_name="Bash", prompt_id="p1", sent_ms=board.now_ms - 500)
    assert board.shows() == "attention interrupted"


# ---- processes ---------------------------------------------------------------------------------


def test_a_process_that_moves_to_another_session_closes_the_one_it_left() -> None:
    board = Driver()
    board.registry("idle")
    board.registry("idle", session=OTHER)
    assert board.shows(MAIN) == "closed other"
    assert board.shows(OTHER) == "attention ready"
    assert board.session(OTHER).predecessor == MAIN
    assert board.state.processes == {7: OTHER}


def test_a_file_that_is_older_than_the_hooks_moves_no_process_back() -> None:
    board = Driver()
    board.registry("idle")
    board.hook("SessionStart", source="clear", session=OTHER, pid=7)
    assert board.shows(MAIN) == "closed other"
    board.registry("idle", since_ms=START_MS)
    assert board.shows(MAIN) == "closed other"
    assert board.shows(OTHER) == "attention ready"
    assert board.state.processes == {7: OTHER}


def test_the_same_process_does_not_reopen_a_closed_session() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup", pid=7)
    board.hook("SessionEnd", reason="clear", pid=7)
    board.registry("busy")
    assert board.shows() == "closed clear"


def test_another_process_reopens_a_closed_session() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup", pid=7)
    board.hook("SessionEnd", reason="other", pid=7)
    board.registry("busy", pid=8)
    assert board.shows() == "working -"
    assert board.session().pid == 8
    assert board.history() == [("attention", "closed", 1_000), ("closed", "working", 1_000)]


def test_another_process_with_an_older_file_does_not_reopen_it() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup", pid=7)
    before_ms = board.now_ms
    board.hook("SessionEnd", reason="other", pid=7)
    board.registry("idle", pid=8, since_ms=before_ms)
    assert board.shows() == "closed other"


def test_a_process_that_takes_its_file_away_has_ended_in_good_order() -> None:
    board = Driver()
    board.registry("busy")
    outcome = board.state.observe_unregistered(7, board.now_ms)
    assert board.shows() == "closed other"
    assert outcome.processes_changed
    assert board.state.observe_unregistered(7, board.now_ms).changes == ()


@pytest.mark.parametrize("status", ["busy", "idle"])
def test_a_file_that_was_away_for_a_moment_reopens_the_session(status: str) -> None:
    board = Driver()
    board.registry("busy")
    since_ms = board.now_ms
    board.registry(status, since_ms=since_ms + 500)
    board.state.observe_unregistered(7, board.now_ms)
    assert board.shows() == "closed other"
    board.registry(status, since_ms=since_ms + 500)  # as it was
    assert board.shows() == ("working -" if status == "busy" else "attention ready")
    assert board.state.processes == {7: MAIN}
    board.registry("idle")
    board.registry("busy")
    assert board.shows() == "working -"


def test_a_process_whose_number_means_nothing_here_reopens_what_its_hook_began() -> None:
    board = Driver()
    board.prompt(pid=7)
    board.state.observe_exit(7, board.now_ms)  # no such process in our namespace
    assert board.shows() == "closed crashed"
    board.registry("busy")
    assert board.shows() == "working -"


def test_a_file_that_is_back_after_its_session_said_that_it_ends_reopens_nothing() -> None:
    board = Driver()
    board.registry("busy")
    board.state.observe_unregistered(7, board.now_ms)
    board.hook("SessionEnd", reason="prompt_input_exit", pid=7)
    board.registry("busy")
    assert board.shows() == "closed prompt_input_exit"


def test_a_process_that_is_gone_has_crashed() -> None:
    board = at_work()
    board.registry("busy")
    board.state.observe_exit(7, board.now_ms)
    assert board.shows() == "closed crashed"
    assert board.state.processes == {}


def test_the_end_of_a_process_that_had_left_its_session_closes_nothing() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup", pid=7)
    board.hook("SessionStart", source="resume", pid=8)
    board.state.observe_exit(7, board.now_ms)
    assert board.shows() == "attention ready"
    board.state.observe_exit(8, board.now_ms)
    assert board.shows() == "closed crashed"


def test_the_number_of_a_process_that_is_gone_may_be_used_again() -> None:
    board = Driver()
    board.registry("idle")
    board.state.observe_exit(7, board.now_ms)
    board.registry("idle", session=OTHER)
    assert board.session(OTHER).predecessor is None


@pytest.mark.parametrize("impossible_ms", [-(10**30), -1, 10**30])
@pytest.mark.parametrize("field", ["started_at", "updated_at", "status_updated_at"])
def test_a_time_that_cannot_be_stops_nothing(field: str, impossible_ms: int) -> None:
    board = Driver()
    entry = RegistryEntry(pid=7, session_id=MAIN, status="busy")
    entry = replace(entry, **{field: impossible_ms})
    board.state.observe_entry(entry, board.now_ms)
    assert 0 <= board.session().since_ms <= board.now_ms
    board.prompt(pid=7)
    board.state.observe_exit(7, board.now_ms)
    assert board.shows() == "closed crashed"

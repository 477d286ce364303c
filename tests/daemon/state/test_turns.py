"""Turns as hooks tell them: prompts, tools, ends, and what is heard late."""

from itertools import combinations

import pytest
from tests.daemon.state.state_driver import Driver

from agent_console.model.session import Activity, Status

RUNNING = [{"id": "s1", "type": "shell", "status": "running", "description": "npm run dev"}]


def test_a_turn_from_prompt_to_stop() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup", model="claude-opus-5-5", cwd="/home/user/project")
    board.prompt()
    board.hook("PreToolUse", tool_name="Bash", tool_input={"command": "make\nmore"}, prompt_id="p1")
    assert board.shows() == "working -"
    assert board.session().activity == Activity("Bash", "make")
    board.hook("PostToolUse", tool_name="Bash", prompt_id="p1")
    assert board.session().activity is None
    board.hook("Stop", prompt_id="p1")
    assert board.shows() == "attention done"
    assert board.history() == [("attention", "working", 1_000), ("working", "attention", 3_000)]
    assert (board.session().model, board.session().display_name) == ("claude-opus-5-5", "project")


def test_stop_with_something_running_behind_is_no_end() -> None:
    board = Driver()
    board.prompt()
    board.hook("Stop", prompt_id="p1", background_tasks=RUNNING)
    assert board.shows() == "working background"
    assert [task.id for task in board.session().background_tasks] == ["s1"]
    board.prompt("p2", "<task-notification>done</task-notification>")
    board.hook("Stop", prompt_id="p2", background_tasks=[{**RUNNING[0], "status": "completed"}])
    assert board.shows() == "attention done"
    assert board.session().background_tasks == ()


def test_stop_failure_shows_the_cause() -> None:
    board = Driver()
    board.prompt()
    board.hook(
        "StopFailure", prompt_id="p1", error="rate_limit", last_assistant_message="API Error: 429"
    )
    assert board.shows() == "attention error"
    assert board.session().activity == Activity(None, "rate_limit: API Error: 429")


def test_a_tool_heard_after_its_turn_has_stopped_changes_no_status() -> None:
    board = Driver()
    board.prompt()
    board.hook("Stop", prompt_id="p1")
    for event in ("PreToolUse", "PostToolUse", "PostToolBatch", "PermissionRequest"):
        board.hook(event, tool_name="Bash", prompt_id="p1")
        assert board.shows() == "attention done"


def test_an_event_older_than_the_last_transition_changes_no_status() -> None:
    board = Driver()
    board.prompt()
    before_ms = board.now_ms
    board.hook("Stop")
    for event in ("UserPromptSubmit", "PreToolUse", "PostToolBatch", "PermissionRequest"):
        board.hook(event, tool_name="Bash", sent_ms=before_ms)
        assert board.shows() == "attention done"
    board.hook("SessionEnd", reason="other", sent_ms=before_ms)
    assert board.shows() == "attention done"


def test_events_of_one_time_are_ranked() -> None:
    shown = {
        "SessionStart": "attention ready",
        "UserPromptSubmit": "working -",
        "PreToolUse": "working -",
        "PermissionRequest": "attention permission",
        "Stop": "attention done",
        "SessionEnd": "closed other",
    }
    for first, second in combinations(shown, 2):
        for events in ((first, second), (second, first)):
            board = Driver()
            board.set(Status.QUESTION)
            at_ms = board.now_ms + 5_000
            for event in events:
                board.hook(event, sent_ms=at_ms, heard_ms=at_ms, tool_name="Bash", source="startup")
            assert board.shows() == shown[second], events


def test_a_prompt_queued_behind_a_turn_does_not_end_it() -> None:
    board = Driver()
    board.prompt("p1", "first")
    board.prompt("p1", "second")
    board.hook("Stop", prompt_id="p1")
    assert board.shows() == "attention done"
    board.registry("busy")  # no hook tells that it is taken up
    assert board.shows() == "working -"
    board.hook("Stop", prompt_id="p2")
    assert board.shows() == "attention done"


def test_a_queued_prompt_that_is_interrupted_says_so() -> None:
    board = Driver()
    board.prompt("p1", "first")
    board.prompt("p1", "second")
    board.hook("Stop", prompt_id="p1")
    board.registry("busy")
    board.registry("idle")
    assert board.shows() == "attention interrupted"


def test_a_prompt_that_nobody_took_up_leaves_later_rests_alone() -> None:
    board = Driver()
    board.prompt("p1", "first")
    board.prompt("p1", "second")  # edited away before the turn ended
    board.hook("Stop", prompt_id="p1")
    board.now_ms += 60_000
    board.registry("busy")  # /compact
    board.registry("idle")
    assert board.shows() == "attention done"


def test_the_next_prompt_heals_what_no_hook_told() -> None:
    board = Driver()
    board.prompt("p1")
    board.hook("PermissionRequest", tool_name="Bash", prompt_id="p1")
    board.prompt("p2")  # the person had pressed Escape
    assert board.shows() == "working -"
    board.hook("Stop", prompt_id="p2")
    assert board.shows() == "attention done"


def test_prompts_without_ids_heal_too() -> None:
    board = Driver()
    board.hook("UserPromptSubmit", prompt="one")
    board.hook("PermissionRequest", tool_name="Bash")
    board.hook("UserPromptSubmit", prompt="two")
    assert board.shows() == "working -"


# ---- compaction, notifications, ends -----------------------------------------------------------


def test_compacting_is_an_activity_and_keeps_the_status() -> None:
    board = Driver()
    board.hook("Stop")
    board.hook("PreCompact", trigger="manual")
    assert board.shows() == "attention done"
    assert board.session().activity == Activity("compacting", "")
    board.hook("SessionStart", source="compact")
    assert board.shows() == "attention done"
    board.hook("PostCompact", trigger="manual")
    assert board.session().activity is None


def test_idle_prompt_is_not_a_question_and_heals_an_escape() -> None:
    board = Driver()
    board.prompt()
    board.hook("Notification", notification_type="idle_prompt")
    assert board.shows() == "attention interrupted"
    board.hook("Stop")
    board.hook("Notification", notification_type="idle_prompt")
    assert board.shows() == "attention done"


def test_idle_prompt_does_not_end_what_runs_behind() -> None:
    board = Driver()
    board.hook("Stop", background_tasks=RUNNING)
    board.hook("Notification", notification_type="idle_prompt")
    assert board.shows() == "working background"


def test_session_end_closes_with_its_reason() -> None:
    board = Driver()
    board.prompt()
    board.hook("SessionEnd", reason="prompt_input_exit")
    assert board.shows() == "closed prompt_input_exit"
    assert board.session().closed
    board.hook("SessionEnd", reason="other")
    assert board.shows() == "closed prompt_input_exit"


def test_a_session_end_that_came_too_late_gives_the_reason_when_the_process_is_gone() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup", pid=7)
    board.registry("busy")
    board.hook("SessionEnd", reason="prompt_input_exit", sent_ms=board.now_ms - 10)
    assert board.shows() == "working -"
    board.state.observe_exit(7, board.now_ms)
    assert board.shows() == "closed prompt_input_exit"


def test_session_end_knows_better_than_a_process_seen_gone() -> None:
    board = Driver()
    board.hook("SessionStart", source="startup", pid=7)
    board.state.observe_unregistered(7, board.now_ms)
    assert board.shows() == "closed other"
    board.hook("SessionEnd", reason="prompt_input_exit", sent_ms=board.now_ms - 10)
    assert board.shows() == "closed prompt_input_exit"


@pytest.mark.parametrize(
    "event", ["PreToolUse", "PostToolUse", "PermissionRequest", "Stop", "Notification"]
)
def test_only_a_start_or_a_prompt_reopens_a_closed_session(event: str) -> None:
    board = Driver()
    board.hook("SessionEnd", reason="other")
    board.hook("SessionStart", source="startup")
    board.hook("SessionEnd", reason="other")
    board.hook(event, tool_name="Bash", notification_type="permission_prompt")
    assert board.shows() == "closed other"
    board.prompt()
    assert board.shows() == "working -"


def test_a_new_start_forgets_what_ran_before() -> None:
    board = Driver()
    board.prompt()
    board.hook("SubagentStart", agent_id="a1", agent_type="Explore")
    board.hook("TaskCreated", task_id="1", task_subject="x")
    board.hook("SessionStart", source="resume")
    session = board.session()
    assert (session.subagents, session.background_tasks, session.activity) == ((), (), None)
    board.registry("idle")
    assert board.shows() == "attention ready"


@pytest.mark.parametrize("task", [{"id": "s1", "status": "running", "description": None}, 7])
def test_a_background_task_that_cannot_be_read_whole_still_runs(task: object) -> None:
    board = Driver()
    board.prompt()
    board.hook("Stop", prompt_id="p1", background_tasks=[task])
    assert board.shows() == "working background"

"""Waiting for the person: permissions, questions, plans, elicitations, and how answers show."""

from typing import Any

import pytest
from tests.daemon.state.state_driver import Driver

from agent_console.model.session import Activity

ONE = {"command": "touch one.txt"}
TWO = {"command": "touch two.txt"}
QUESTIONS = {"questions": [{"question": "Which colour?"}]}
SUBAGENT = {"id": "a1", "type": "subagent", "status": "running", "description": "look"}


def ask(board: Driver, tool_input: dict[str, Any] = ONE, **fields: Any) -> None:
    board.hook(
        "PermissionRequest", tool_name="Bash", tool_input=tool_input, prompt_id="p1", **fields
    )


def ran(board: Driver, tool_input: dict[str, Any] = ONE, **fields: Any) -> None:
    board.hook("PostToolUse", tool_name="Bash", tool_input=tool_input, prompt_id="p1", **fields)


def test_a_permission_is_attention_with_what_it_is_for() -> None:
    board = Driver()
    board.prompt()
    ask(board)
    assert board.shows() == "attention permission"
    assert board.session().activity == Activity("Bash", "touch one.txt")
    ran(board)
    assert board.shows() == "working -"
    assert board.session().activity is None


def test_a_permission_stays_while_parallel_tools_start_and_finish() -> None:
    board = Driver()
    board.prompt()
    ask(board)
    board.hook("PreToolUse", tool_name="Read", prompt_id="p1")
    ran(board, TWO)
    board.hook("PostToolUse", tool_name="Read", prompt_id="p1")
    board.hook("PostToolUseFailure", tool_name="Read", prompt_id="p1")
    assert board.shows() == "attention permission"
    assert board.session().activity == Activity("Bash", "touch one.txt")


def test_two_permissions_at_once_need_two_answers() -> None:
    board = Driver()
    board.prompt()
    ask(board, ONE)
    ask(board, TWO)
    assert board.session().activity == Activity("Bash", "touch two.txt")
    ran(board, TWO)
    assert board.shows() == "attention permission"
    assert board.session().activity == Activity("Bash", "touch one.txt")
    ran(board, ONE)
    assert board.shows() == "working -"


def test_a_permission_denied_in_a_headless_run_ends_with_the_batch() -> None:
    board = Driver()
    board.prompt()
    ask(board)
    board.hook("PostToolBatch", prompt_id="p1")
    assert board.shows() == "working -"


def test_a_failed_tool_was_allowed_too() -> None:
    board = Driver()
    board.prompt()
    ask(board)
    board.hook("PostToolUseFailure", tool_name="Bash", tool_input=ONE, prompt_id="p1")
    assert board.shows() == "working -"


@pytest.mark.parametrize(
    ("tool", "reason"), [("AskUserQuestion", "question"), ("ExitPlanMode", "plan")]
)
def test_a_question_stays_a_question_through_its_permission_request(tool: str, reason: str) -> None:
    board = Driver()
    board.prompt()
    board.hook("PreToolUse", tool_name=tool, tool_input=QUESTIONS, tool_use_id="t", prompt_id="p1")
    assert board.shows() == f"question {reason}"
    board.hook("PermissionRequest", tool_name=tool, tool_input=QUESTIONS, prompt_id="p1")
    board.hook("Notification", notification_type="permission_prompt")
    board.registry("waiting", "permission prompt")  # as plans are registered
    assert board.shows() == f"question {reason}"
    answers = {**QUESTIONS, "answers": {"Which colour?": "Blue"}}
    board.hook("PostToolUse", tool_name=tool, tool_input=answers, tool_use_id="t", prompt_id="p1")
    assert board.shows() == "working -"


def test_the_question_itself_is_shown() -> None:
    board = Driver()
    board.prompt()
    board.hook("PreToolUse", tool_name="AskUserQuestion", tool_input=QUESTIONS, prompt_id="p1")
    assert board.session().activity == Activity("AskUserQuestion", "Which colour?")


def test_an_mcp_server_asks_and_is_answered() -> None:
    board = Driver()
    board.prompt()
    board.hook("Elicitation", mcp_server_name="rig", message="Your name?", prompt_id="p1")
    assert board.shows() == "question mcp"
    assert board.session().activity == Activity("rig", "Your name?")
    board.hook("Notification", notification_type="elicitation_dialog", prompt_id="p1")
    assert board.shows() == "question mcp"
    board.hook("ElicitationResult", mcp_server_name="rig", prompt_id="p1")
    assert board.shows() == "working -"


def test_an_elicitation_is_answered_by_its_notification_when_the_result_was_lost() -> None:
    board = Driver()
    board.prompt()
    board.hook("Elicitation", mcp_server_name="rig", message="Your name?")
    board.hook("Notification", notification_type="elicitation_response")
    assert board.shows() == "working -"


def test_a_subagent_that_asks_needs_the_person_like_the_session() -> None:
    board = Driver()
    board.prompt()
    ask(board, agent_id="a1")
    assert board.shows() == "attention permission"
    ran(board)  # the same command of the main conversation is no answer
    board.hook("PostToolBatch", prompt_id="p1")
    assert board.shows() == "attention permission"
    ran(board, agent_id="a1")
    assert board.shows() == "working -"


def test_a_subagents_permission_survives_the_main_stop() -> None:
    board = Driver()
    board.prompt()
    ask(board, agent_id="a1")
    board.hook("Stop", prompt_id="p1", background_tasks=[SUBAGENT])
    assert board.shows() == "attention permission"
    assert board.session().activity == Activity("Bash", "touch one.txt")
    ran(board, agent_id="a1")
    assert board.shows() == "working background"


def test_a_subagents_permission_ends_with_the_subagent() -> None:
    board = Driver()
    board.prompt()
    ask(board, agent_id="a1")
    board.hook("Stop", prompt_id="p1", background_tasks=[SUBAGENT])
    board.hook("SubagentStop", agent_id="a1", prompt_id="p1")
    assert board.shows() == "attention done"


def test_a_stop_that_does_not_list_the_subagent_ends_its_permission() -> None:
    board = Driver()
    board.prompt()
    ask(board, agent_id="a1")
    board.hook("Stop", prompt_id="p1")
    assert board.shows() == "attention done"


def test_a_prompt_that_claude_code_injects_leaves_another_subagents_permission() -> None:
    board = Driver()
    board.prompt()
    board.hook("Stop", prompt_id="p1", background_tasks=[SUBAGENT])
    ask(board, agent_id="a1")
    board.prompt("p2", "<task-notification>another one is done</task-notification>")
    assert board.shows() == "attention permission"
    board.hook("Stop", prompt_id="p2", background_tasks=[SUBAGENT])
    assert board.shows() == "attention permission"
    ran(board, agent_id="a1")
    assert board.shows() == "working background"


def test_permissions_of_two_subagents_heard_in_the_wrong_order_are_both_kept() -> None:
    board = Driver()
    board.prompt()
    board.hook("Stop", prompt_id="p1", background_tasks=[SUBAGENT, {**SUBAGENT, "id": "a2"}])
    ask(board, TWO, agent_id="a2")
    ask(board, ONE, agent_id="a1", sent_ms=board.now_ms - 5)
    ran(board, ONE, agent_id="a1")
    assert board.shows() == "attention permission"
    ran(board, TWO, agent_id="a2")
    assert board.shows() == "working background"


def test_a_reminder_of_a_permission_that_was_answered_rings_no_second_time() -> None:
    board = Driver()
    board.prompt()
    ask(board)
    board.registry("busy")  # answered just before the reminder was due
    board.hook("Notification", notification_type="permission_prompt")
    assert board.shows() == "working -"


@pytest.mark.parametrize(
    ("kind", "shown"),
    [
        ("permission_prompt", "attention permission"),
        ("elicitation_dialog", "question mcp"),
        ("agent_needs_input", "question question"),
    ],
)
def test_a_reminder_heals_an_ask_that_was_lost(kind: str, shown: str) -> None:
    board = Driver()
    board.prompt()
    board.hook("Notification", notification_type=kind)
    assert board.shows() == shown
    board.hook("PostToolBatch", prompt_id="p1")
    assert board.shows() == "working -"


def test_an_unknown_notification_changes_nothing() -> None:
    board = Driver()
    board.prompt()
    board.hook("Notification", notification_type="auth_success")
    assert board.shows() == "working -"


def test_a_permission_that_names_its_call_is_answered_by_that_call() -> None:
    board = Driver()
    board.prompt()
    ask(board, tool_use_id="t1")
    ran(board, tool_use_id="t2")
    assert board.shows() == "attention permission"
    ran(board, {"command": "as the person changed it"}, tool_use_id="t1")
    assert board.shows() == "working -"


def test_an_elicitation_is_answered_by_its_own_result_only() -> None:
    board = Driver()
    board.prompt()
    board.hook("Elicitation", mcp_server_name="rig", message="Your name?", prompt_id="p1")
    ask(board)
    board.hook("ElicitationResult", mcp_server_name="rig", agent_id="a1")
    assert board.shows() == "attention permission"
    board.hook("ElicitationResult", mcp_server_name="rig", prompt_id="p1")
    assert board.shows() == "attention permission"
    ran(board)
    assert board.shows() == "working -"


def test_the_end_of_an_elicitation_leaves_a_permission() -> None:
    board = Driver()
    board.prompt()
    ask(board)
    board.hook("ElicitationResult", mcp_server_name="rig", prompt_id="p1")
    assert board.shows() == "attention permission"


@pytest.mark.parametrize("agent_id", [None, "a1"])
def test_a_permission_is_answered_by_its_call_though_the_person_changed_its_input(
    agent_id: str | None,
) -> None:
    board = Driver()
    board.prompt()
    for call, tool_input in (("t1", ONE), ("t2", TWO)):
        board.hook(
            "PreToolUse",
            tool_name="Bash",
            tool_input=tool_input,
            tool_use_id=call,
            prompt_id="p1",
            agent_id=agent_id,
        )
    ask(board, ONE, agent_id=agent_id)
    ran(board, TWO, tool_use_id="t2", agent_id=agent_id)  # it needed no permission
    assert board.shows() == "attention permission"
    ran(board, {"command": "touch mine.txt"}, tool_use_id="t1", agent_id=agent_id)
    assert board.shows() == "working -"

"""What runs inside a session is shown up to a number, and counted beyond it."""

import pytest
from tests.daemon.state.state_driver import MAIN, Driver
from tests.protocol.answers import encode_success

from agent_console.daemon.state.tree_rules import SHOWN


def tasks_of(board: Driver) -> list[tuple[str, str, str]]:
    return [(task.id, task.type, task.description) for task in board.session().background_tasks]


def agents_of(board: Driver) -> list[tuple[str, str]]:
    return [(agent.agent_id, agent.agent_type) for agent in board.session().subagents]


def test_thousands_of_tasks_behind_a_turn_are_counted() -> None:
    board = Driver()
    board.prompt()
    told = [{"id": f"t{n}", "type": "shell", "description": "x" * 300} for n in range(9_000)]
    board.hook("Stop", prompt_id="p1", background_tasks=told)
    assert board.shows() == "working background"
    tasks = tasks_of(board)
    assert [task_id for task_id, _, _ in tasks[:SHOWN]] == [f"t{n}" for n in range(SHOWN)]
    assert tasks[SHOWN:] == [(f"+{9_000 - SHOWN}", "more", f"and {9_000 - SHOWN} more")]
    assert len(encode_success(None, board.session())) < 20_000
    board.hook("Stop", prompt_id="p2", background_tasks=told[:2])
    assert [task_id for task_id, _, _ in tasks_of(board)] == ["t0", "t1"]


def test_as_many_tasks_as_can_be_shown_are_shown() -> None:
    board = Driver()
    told = [{"id": f"t{n}", "type": "shell"} for n in range(SHOWN)]
    board.hook("Stop", background_tasks=told)
    assert len(tasks_of(board)) == SHOWN


def test_listed_tasks_beyond_the_number_are_counted_completed_ones_are_not() -> None:
    board = Driver()
    board.prompt()
    for number in range(SHOWN):
        board.hook("TaskCreated", task_id=f"t{number}", task_subject="do")
    board.hook("TaskCompleted", task_id="t7", task_subject="do")
    board.hook("TaskCreated", task_id="new", task_subject="do")
    assert len(tasks_of(board)) == SHOWN
    assert ("t7", "task", "do") not in tasks_of(board)
    for number in range(3):
        board.hook("TaskCreated", task_id=f"newer{number}", task_subject="do")
    assert len(tasks_of(board)) == SHOWN + 1
    assert tasks_of(board)[-1] == ("+3", "more", "and 3 more")


def test_subagents_beyond_the_number_are_counted_until_they_stop() -> None:
    board = Driver()
    board.prompt()
    for number in range(SHOWN + 3):
        board.hook("SubagentStart", agent_id=f"a{number}", agent_type="Explore")
    assert len(agents_of(board)) == SHOWN + 1
    assert agents_of(board)[-1] == ("+3", "and 3 more")
    board.hook("SubagentStop", agent_id=f"a{SHOWN}", agent_type="Explore")
    assert agents_of(board)[-1] == ("+2", "and 2 more")
    board.hook("SubagentStop", agent_id="never", agent_type="")  # compaction's, without a start
    assert agents_of(board)[-1] == ("+2", "and 2 more")
    board.hook("SubagentStop", agent_id="a0", agent_type="Explore")
    board.hook("SubagentStart", agent_id="b", agent_type="Plan")
    assert agents_of(board)[-2:] == [("b", "Plan"), ("+2", "and 2 more")]
    for number in (1, 2):
        board.hook("SubagentStop", agent_id=f"a{SHOWN + number}", agent_type="Explore")
    assert len(agents_of(board)) == SHOWN


@pytest.mark.parametrize("name", ["+", "+x", "+7", "+²", "+" + "9" * 100])
def test_a_name_that_looks_like_a_count_is_a_name(name: str) -> None:
    board = Driver()
    board.hook("SubagentStart", agent_id=name, agent_type="Explore")
    board.hook("Stop", background_tasks=[{"id": name, "type": "more", "description": "Explore"}])
    assert agents_of(board) == [(name, "Explore")]
    assert tasks_of(board) == [(name, "more", "Explore")]
    assert MAIN in board.state.sessions

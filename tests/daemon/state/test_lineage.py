"""Sessions that follow one another in a process: /clear, /branch, /resume, fork."""

from tests.daemon.state.state_driver import MAIN, OTHER, Driver

from agent_console.protocol.messages import Remove

THIRD = "cccccccc-0000-4000-8000-000000000003"


def starts(board: Driver, session: str, source: str = "startup", pid: int | None = 7) -> None:
    board.hook("SessionStart", source=source, session=session, pid=pid)


def ended(board: Driver, session: str, reason: str) -> None:
    board.hook("SessionEnd", reason=reason, session=session, pid=7)


def test_clear_links_the_new_session_to_the_old_one() -> None:
    board = Driver()
    starts(board, MAIN)
    ended(board, MAIN, "clear")
    starts(board, OTHER, "clear")
    assert board.session(OTHER).predecessor == MAIN
    assert board.shows(MAIN) == "closed clear"


def test_a_start_in_a_process_closes_what_ran_there_when_its_end_was_lost() -> None:
    board = Driver()
    starts(board, MAIN)
    starts(board, OTHER, "fork")
    assert board.shows(MAIN) == "closed other"
    assert board.session(OTHER).predecessor == MAIN
    ended(board, MAIN, "resume")
    assert board.shows(MAIN) == "closed resume"


def test_a_prompt_in_a_process_does_so_when_the_start_was_lost_too() -> None:
    board = Driver()
    starts(board, MAIN)
    board.prompt(session=OTHER, pid=7)
    assert board.shows(MAIN) == "closed other"


def test_resume_in_another_process_has_no_predecessor_and_keeps_its_history() -> None:
    board = Driver()
    starts(board, MAIN)
    ended(board, MAIN, "prompt_input_exit")
    starts(board, MAIN, "resume", pid=8)
    assert board.shows() == "attention ready"
    assert board.session().predecessor is None
    assert board.session().pid == 8
    assert [step[:2] for step in board.history()] == [
        ("attention", "closed"),
        ("closed", "attention"),
    ]


def test_going_back_and_forth_makes_no_circle() -> None:
    board = Driver()
    starts(board, MAIN)
    starts(board, OTHER, "fork")
    starts(board, MAIN, "resume")
    starts(board, THIRD, "clear")
    starts(board, OTHER, "resume")
    assert [board.session(name).predecessor for name in (MAIN, OTHER, THIRD)] == [None, MAIN, MAIN]


def test_a_removed_ancestor_makes_no_circle_when_it_comes_back() -> None:
    board = Driver()
    starts(board, MAIN)
    starts(board, OTHER, "clear")
    board.apply(Remove(session_id=MAIN))
    starts(board, MAIN, "resume")
    assert board.session(MAIN).predecessor is None


def test_an_event_from_long_ago_does_not_close_who_runs_there_now() -> None:
    board = Driver()
    long_ago_ms = board.now_ms - 3_600_000
    starts(board, MAIN)
    board.hook("SessionStart", source="startup", session=OTHER, pid=7, sent_ms=long_ago_ms)
    assert board.shows(MAIN) == "attention ready"
    assert board.state.processes == {7: MAIN}
    assert board.session(OTHER).pid is None


def test_a_subagents_event_moves_no_process() -> None:
    board = Driver()
    starts(board, MAIN)
    board.hook("PreToolUse", session=OTHER, pid=7, agent_id="a1", tool_name="Bash")
    assert board.state.processes == {7: MAIN}
    assert board.shows(MAIN) == "attention ready"


def test_a_session_without_a_process_has_no_lineage() -> None:
    board = Driver()
    starts(board, MAIN, pid=None)
    starts(board, OTHER, "clear", pid=None)
    assert board.session(OTHER).predecessor is None

"""Display names: the folder, and as much of its parents as tells two folders apart."""

import pytest
from tests.daemon.state.state_driver import MAIN, OTHER, Driver

from agent_console.model.session import Status
from agent_console.protocol.messages import Remove


def names(board: Driver) -> list[str]:
    return [session.display_name for session in board.state.sessions.values()]


def named(*working_dirs: str | None) -> list[str]:
    board = Driver()
    for number, working_dir in enumerate(working_dirs):
        board.set(Status.WORKING, session=f"session-{number}", working_dir=working_dir)
    return names(board)


@pytest.mark.parametrize(
    ("working_dirs", "expected"),
    [
        (["/home/user/api"], ["api"]),
        (["/home/user/api", "/home/user/web"], ["api", "web"]),
        (["/home/user/api", "/home/user/api"], ["api", "api"]),
        (["/home/user/api", "/home/user/api/"], ["api", "api"]),
        (["/home/user/api", "/home/user//api"], ["api", "api"]),
        (["/srv/a/api", "/srv/b/api"], ["a/api", "b/api"]),
        (["/x/a/api", "/y/a/api"], ["x/a/api", "y/a/api"]),
        (["/a/api", "/x/a/api"], ["/a/api", "x/a/api"]),
        (["/api", "/x/api"], ["/api", "x/api"]),
        (["api", "/api"], ["api", "/api"]),
        (["/a//b", "/b", "/c/b"], ["a/b", "/b", "c/b"]),
        ([None, "/"], ["session-", "session-"]),
    ],
)
def test_a_name_is_the_shortest_end_of_the_path_that_is_no_other_folders(
    working_dirs: list[str | None], expected: list[str]
) -> None:
    assert named(*working_dirs) == expected


def test_a_folder_that_comes_renames_the_one_it_looks_like_and_tells() -> None:
    board = Driver()
    board.set(Status.WORKING, session="a", working_dir="/x/api")
    outcome = board.set(Status.WORKING, session="b", working_dir="/y/api")
    assert [(change.key, change.seq) for change in outcome.changes] == [("b", 2), ("a", 3)]
    assert names(board) == ["x/api", "y/api"]


def test_a_folder_that_goes_gives_the_short_name_back() -> None:
    board = Driver()
    board.set(Status.WORKING, session="a", working_dir="/x/api")
    board.set(Status.WORKING, session="b", working_dir="/y/api")
    board.set(Status.WORKING, session="c", working_dir="/y/api")
    board.apply(Remove(session_id="c"))
    assert names(board) == ["x/api", "y/api"]
    board.apply(Remove(session_id="b"))
    assert names(board) == ["api"]


def test_a_session_that_moves_alone_is_told_once() -> None:
    board = Driver()
    board.set(Status.WORKING, session="a", working_dir="/x/api")
    assert len(board.set(session="a", working_dir="/y/api").changes) == 1
    assert names(board) == ["api"]


def test_a_process_that_moves_to_a_folder_like_the_one_it_left_leaves_two_names() -> None:
    board = Driver()
    board.registry(None, session=MAIN, cwd="/a/x")
    board.registry(None, session=OTHER, cwd="x")
    assert names(board) == ["a/x", "x"]

"""Which rows the board has, and in which order."""

import pytest
from tests.tui.fixed_board import NOW_MS, one_of_each, session

from agent_console.model.session import BackgroundTask, Session, Status, Subagent, urgency
from agent_console.tui.board_rows import (
    NO_PROJECT,
    Kind,
    Row,
    View,
    board_rows,
    filter_words,
    matches,
    project_of,
)

AGENT = Subagent("a1", "Explore", NOW_MS)
TASK = BackgroundTask("b1", "shell", "running", "pytest -x")


def board() -> list[Session]:
    return sorted(one_of_each(), key=urgency)


def names(rows: list[Row]) -> list[str]:
    return [row.session.display_name if row.session else f"[{row.name}]" for row in rows]


def test_sessions_stand_in_the_order_they_are_given_in() -> None:
    assert names(board_rows(board(), View())) == [s.display_name for s in board()]


def test_the_first_nine_sessions_have_a_key() -> None:
    numbers = [row.number for row in board_rows(board(), View())]

    assert numbers == [1, 2, 3, 4, 5, 6, 7, 8, 9, None, None, None]


def test_closed_sessions_can_be_left_out() -> None:
    rows = board_rows(board(), View(hide_closed=True))

    assert len(rows) == 10
    assert all(row.session and row.session.status is not Status.CLOSED for row in rows)


def test_what_is_below_a_session_is_shown_when_it_is_opened() -> None:
    busy = session("web", Status.WORKING, 1, subagents=(AGENT,), background_tasks=(TASK,))
    closed, opened = (
        board_rows([busy], View(turned=turned))
        for turned in (frozenset[str](), frozenset({"session web-id"}))
    )

    assert [row.kind for row in closed] == [Kind.SESSION]
    assert closed[0].below == 2
    assert [row.kind for row in opened] == [Kind.SESSION, Kind.SUBAGENT, Kind.TASK]
    assert [row.is_last for row in opened] == [False, False, True]


def test_all_can_be_opened_and_one_closed_again() -> None:
    busy = session("web", Status.WORKING, 1, subagents=(AGENT,))

    assert len(board_rows([busy], View(all_open=True))) == 2
    assert len(board_rows([busy], View(all_open=True, turned=frozenset({"session web-id"})))) == 1


def test_a_listed_id_twice_gives_two_rows() -> None:
    busy = session("web", Status.WORKING, 1, background_tasks=(TASK, TASK))
    rows = board_rows([busy], View(all_open=True))

    assert len({row.key for row in rows}) == 3


def test_a_project_stands_at_the_place_of_its_most_urgent_session() -> None:
    sessions = [
        session("api", Status.QUESTION, 1, session_id="1"),
        session("web", Status.ATTENTION, 1, session_id="2"),
        session("api", Status.WORKING, 1, session_id="3"),
    ]
    rows = board_rows(sessions, View(by_project=True))

    assert names(rows) == ["[api]", "api", "api", "web"]
    assert [row.inside for row in rows] == [False, True, True, False]
    assert [row.number for row in rows] == [None, 1, 2, 3]
    assert rows[0].counts == ((Status.QUESTION, 1), (Status.WORKING, 1))


def test_a_folded_project_hides_its_sessions() -> None:
    sessions = [session("api", Status.WORKING, 1, session_id=name) for name in "12"]
    view = View(by_project=True, turned=frozenset({"project api"}))

    assert names(board_rows(sessions, view)) == ["[api]"]


def test_a_session_without_a_folder_belongs_to_no_project() -> None:
    assert project_of(session("0f9e8d7c", Status.WORKING, 1, working_dir=None)) == NO_PROJECT


def test_sessions_of_one_name_are_told_apart() -> None:
    alike = [row.alike for row in board_rows(board(), View()) if row.session]

    assert alike.count(True) == 2


@pytest.mark.parametrize(
    "typed",
    [
        "DOCS",
        "src/docs",
        "hotfix",
        "fix/rounding",
        "opus",
        "attention",
        "bash",
        "cents",
        "terraform",
    ],
)
def test_a_filter_finds_what_is_known_of_a_session(typed: str) -> None:
    found = [s for s in board() if matches(s, filter_words(typed))]

    assert 0 < len(found) < len(board())


def test_every_word_of_a_filter_must_be_found() -> None:
    assert names(board_rows(board(), View(words=filter_words("api  bash")))) == ["billing/api"]


def test_a_row_looks_the_same_until_its_session_is_another() -> None:
    before, after = (board_rows(sessions, View()) for sessions in (board(), board()))
    same = board_rows([row.session for row in before if row.session], View())

    assert before[0].looks_like(same[0])
    assert not before[0].looks_like(after[0])

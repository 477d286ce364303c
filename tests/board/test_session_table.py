"""The board as a table, at the widths people have."""

import io
import re

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from agent_console.board.session_table import session_table
from agent_console.model.metadata import SessionMetadata
from agent_console.model.session import Activity, Session, Status

NOW_MS = 10_000_000


def board() -> list[Session]:
    return [
        Session(
            session_id="0f9e8d7c-1111-4222-8333-444455556666",
            status=Status.QUESTION,
            since_ms=NOW_MS - 42_000,
            last_seen_ms=NOW_MS,
            display_name="payments-service",
            reason="permission",
            activity=Activity("Bash", "rm -rf build && make all\x1b[2J"),
            working_dir="/home/me/src/payments-service",
            label="release",
            priority=5,
            title="Ship the release",
            model="claude-opus-4-5-20251101",
            git_branch="main",
            context_used_percent=61.4,
            metadata=SessionMetadata(
                "0f9e8d7c-1111-4222-8333-444455556666", 12_000, 500, 0, 0, 12.345
            ),
        ),
        Session(
            session_id="short",
            status=Status.WORKING,
            since_ms=NOW_MS - 7_500_000,
            last_seen_ms=NOW_MS,
            display_name="日本語のプロジェクト名はとても長いことがある",
            seen=True,
        ),
    ]


def drawn(sessions: list[Session], columns: int, *, cut: bool = True, color: bool = False) -> str:
    text = io.StringIO()
    console = Console(
        file=text,
        width=columns,
        force_terminal=color,
        color_system="standard" if color else None,
        markup=False,
        highlight=False,
        legacy_windows=False,
    )
    console.print(session_table(sessions, NOW_MS, columns, cut=cut))
    return text.getvalue()


def idle() -> list[Session]:
    """Sessions that do nothing."""
    return [msgspec.structs.replace(session, reason=None, activity=None) for session in board()]


def headings(columns: int, sessions: list[Session] | None = None) -> list[str]:
    return drawn(sessions or board(), columns).splitlines()[0].split()


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 120, 150, 200, 300])
def test_every_session_has_one_line_that_fits(columns: int) -> None:
    lines = drawn(board(), columns).splitlines()

    assert len(lines) == 1 + len(board())
    assert all(cell_len(line) <= columns for line in lines)


def test_80_columns_show_what_matters_most() -> None:
    assert headings(80) == ["STATUS", "SESSION", "DOING", "COST", "SINCE", "ID"]
    first = drawn(board(), 80).splitlines()[1]
    for part in ("question", "payments-service", "permission: Bash", "$12.35", "42s", "0f9e8d7c"):
        assert part in first


def test_wider_terminals_show_more() -> None:
    assert set(headings(120)) - set(headings(80)) == {"LABEL", "MODEL", "TOKENS"}
    assert set(headings(200)) - set(headings(120)) == {"PRIO", "TITLE", "FOLDER", "BRANCH", "CTX"}


def test_40_columns_show_who_needs_you_and_for_what() -> None:
    assert headings(40) == ["STATUS", "SESSION", "DOING"]
    assert "payments-service" in drawn(board(), 40)


def test_the_folder_is_shown_where_there_is_room_for_it() -> None:
    assert "FOLDER" in headings(120, idle())
    assert "/home/me/src/payments-service" in drawn(idle(), 120)


@pytest.mark.parametrize("columns", [80, 100, 140, 300])
def test_without_anything_to_stretch_the_table_is_as_wide_as_what_it_says(columns: int) -> None:
    gaps = re.findall(r"\S( +)(?=\S)", drawn(idle()[:1], columns).splitlines()[1])

    assert max(map(len, gaps)) <= 2 + len("PRIO") - 1  # a number stands right below its heading


@pytest.mark.parametrize("columns", [80, 100, 140, 300])
def test_what_a_session_does_takes_what_the_others_leave(columns: int) -> None:
    assert cell_len(drawn(board(), columns).splitlines()[1]) == columns


def test_a_column_that_is_empty_for_all_is_not_drawn() -> None:
    assert drawn(board()[1:], 200).split("\n", 1)[0].split() == ["STATUS", "SESSION", "SINCE", "ID"]


def test_in_a_pipe_nothing_is_cut_and_ids_are_whole() -> None:
    text = drawn(board(), 2000, cut=False)

    assert "0f9e8d7c-1111-4222-8333-444455556666" in text
    assert "日本語のプロジェクト名はとても長いことがある" in text
    assert "permission: Bash rm -rf build && make all" in text
    assert "…" not in text


def test_what_sessions_say_cannot_move_the_terminal() -> None:
    assert "\x1b" not in drawn(board(), 200)


def test_the_status_has_a_colour_and_what_was_looked_at_shouts_less() -> None:
    question, working = drawn(board(), 120, color=True).splitlines()[1:]

    assert question.startswith("\x1b[1;35mquestion")
    assert working.startswith("\x1b[32mworking")

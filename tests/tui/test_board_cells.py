"""What each cell of the board says."""

import pytest
from rich.cells import cell_len
from rich.text import Text
from tests.tui.fixed_board import NOW_MS, one_of_each, session

from agent_console.board.columns import Column
from agent_console.model.session import Activity, Session, Status, urgency
from agent_console.tui.board_cells import changes_in, fitting, row_cells
from agent_console.tui.board_columns import Room, board_columns
from agent_console.tui.board_layout import BoardLayout
from agent_console.tui.board_rows import Row, View, board_rows

COLUMNS = board_columns(density="one-line", room="wide", dark=True)


def said(one: Session, *, room: Room = "wide", hidden: str = "") -> dict[str, str]:
    """What each column says of a session."""
    columns = board_columns(
        density="one-line", room=room, dark=True, hidden=frozenset(hidden.split())
    )
    (row,) = board_rows([one], View())
    cells = row_cells(row, columns, NOW_MS, narrow=room == "narrow", dark=True)
    return {column.title: cell.plain for column, cell in zip(columns, cells, strict=True)}


def waiting(reason: str | None, activity: Activity | None, **fields: object) -> Session:
    return session("web", Status.ATTENTION, 1, reason=reason, activity=activity, **fields)


@pytest.mark.parametrize(
    ("one", "doing"),
    [
        (waiting("permission", Activity("Bash", "rm -rf x")), "permission: Bash rm -rf x"),
        (waiting("error", Activity(None, "API Error 529")), "error: API Error 529"),
        (waiting("done", None), "done, unread"),
        (waiting("done", None, seen=True), "done"),
        (waiting("ready", None), "ready"),
        (
            session(
                "web",
                Status.QUESTION,
                1,
                reason="question",
                activity=Activity("AskUserQuestion", "Which database?"),
            ),
            "Which database?",
        ),
        (
            session(
                "web",
                Status.QUESTION,
                1,
                reason="plan",
                activity=Activity("ExitPlanMode", "Four steps"),
            ),
            "plan: Four steps",
        ),
        (
            session("web", Status.QUESTION, 1, reason="mcp", activity=Activity("figma", "Sign in")),
            "mcp: figma Sign in",
        ),
        (session("web", Status.WORKING, 1, activity=Activity("Edit", "a.py")), "Edit a.py"),
        (session("web", Status.CLOSED, 1, reason="prompt_input_exit"), "exited"),
        (session("web", Status.CLOSED, 1, reason="crashed"), "crashed"),
    ],
)
def test_doing_says_why_it_waits_and_what_it_does(one: Session, doing: str) -> None:
    assert said(one)["DOING"] == doing


def test_the_status_has_a_symbol_and_a_word_and_in_narrow_terminals_the_symbol() -> None:
    one = session("web", Status.WORKING, 1)

    assert said(one)["STATUS"] == "● working"
    assert said(one, room="narrow")["STATUS"] == "●"
    assert said(one, room="narrow")["DOING"] == "working"


def test_the_context_is_a_bar_and_a_number() -> None:
    assert said(session("web", Status.WORKING, 1, context_used_percent=60))["CTX"] == "███░░ 60%"


def test_a_hidden_column_is_not_there() -> None:
    assert "COST" not in said(session("web", Status.WORKING, 1), hidden="COST MODEL")


def test_markup_in_a_name_is_shown_as_it_is() -> None:
    assert said(session("[red]x[/]", Status.WORKING, 1))["SESSION"] == "[red]x[/]"


def test_what_others_wrote_cannot_move_the_terminal() -> None:
    one = session(
        "a\x1b[2Jb",
        Status.WORKING,
        1,
        label="x\ny\u202e",
        title="\x07",
        activity=Activity("T\x1b", "s\r"),
        session_id="\x1b",
    )

    assert all(text.isprintable() for text in said(one).values())


def test_the_clock_strikes_when_the_first_text_changes() -> None:
    rows = board_rows(
        [
            session("a", Status.WORKING, 61.5, session_id="1"),
            session("b", Status.WORKING, 3.25, session_id="2"),
        ],
        View(),
    )

    assert changes_in(rows, NOW_MS) == 30_000
    assert changes_in([], NOW_MS) is None


NAME = Column("SESSION", lambda _session, _now_ms: "", 2)
COST = Column("COST", lambda _session, _now_ms: "", 2, justify="right")


@pytest.mark.parametrize(
    ("text", "column", "alike", "shown"),
    [
        ("payments", NAME, False, "payments"),
        ("payments-service", NAME, False, "payments-…"),
        ("docs ·1a2b", NAME, True, "docs ·1a2b"),
        ("payments-service ·1a2b", NAME, True, "pay… ·1a2b"),
        ("$1.20", COST, False, "     $1.20"),
        ("日本語日本語", NAME, False, "日本語日 …"),
        ("one\nsecond line of it", NAME, False, "one\nsecond li…"),
    ],
)
def test_a_cell_fits_its_column(text: str, column: Column, alike: bool, shown: str) -> None:
    assert fitting(Text(text), column, 10, alike=alike).plain == shown


def rows_of(sessions: list[Session]) -> list[Row]:
    return board_rows(sorted(sessions, key=urgency), View(all_open=True))


@pytest.mark.parametrize("width", [38, 78, 118, 198])
@pytest.mark.parametrize("density", ["one-line", "two-line"])
def test_columns_fit_every_width(width: int, density: str) -> None:
    room: Room = "narrow" if width < 70 else "wide" if width > 138 else "normal"
    columns = board_columns(
        density="one-line" if density == "one-line" else "two-line", room=room, dark=True
    )
    layout = BoardLayout(columns, width, narrow=room == "narrow")
    for row in rows_of(one_of_each()):
        layout.take(row_cells(row, columns, NOW_MS, narrow=room == "narrow", dark=True))
    layout.settle()
    titles = [column.title for column in layout.fit.columns]
    taken = sum(layout.fit.widths[title] for title in titles) + layout.gap * (len(titles) - 1)

    assert taken == width
    assert titles[:4] == ["#", "STATUS", "SESSION", "DOING"]


def test_a_column_grows_and_does_not_shrink() -> None:
    layout = BoardLayout(COLUMNS, 118, narrow=False)
    short, long = (
        row_cells(
            rows_of([session(name, Status.WORKING, 1)])[0], COLUMNS, NOW_MS, narrow=False, dark=True
        )
        for name in ("web", "a-longer-name")
    )
    layout.take(short)
    layout.settle()
    layout.take(long)

    assert layout.settle()
    wide = layout.fit.widths["SESSION"]
    layout.take(short)
    assert not layout.settle()
    assert layout.fit.widths["SESSION"] == wide == cell_len("a-longer-name")

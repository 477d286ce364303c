"""What the session screen says in its lines and sections."""

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path

import pytest
from msgspec import structs
from rich.console import Console
from tests.tui.session_story import (
    ANCESTOR,
    HISTORY,
    LINES,
    MINUTE_MS,
    NOW_MS,
    bring_story,
    story,
)
from tests.usage.ingest.transcripts import OTHER, SESSION, answer

from agent_console.board.known_session import known_session
from agent_console.board.lineage import LONGEST, lineage
from agent_console.board.session_view import SessionView
from agent_console.model.session import Session, Status
from agent_console.paths import database_path
from agent_console.tui.session.details import details
from agent_console.tui.session.headline import headline
from agent_console.tui.session.next_change import next_change_ms
from agent_console.usage.reports.session_reading import SessionReading


def view_of(session: Session | None = None, **more: object) -> SessionView:
    view = SessionView(session or story(), NOW_MS, zone=UTC, history=HISTORY)
    return structs.replace(view, **more)


def top(view: SessionView, width: int = 120, *, short: bool = False) -> list[str]:
    return [line.plain for line in headline(view, width, short=short)]


def side(view: SessionView, width: int = 60) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as captured:
        console.print(details(view))
    return captured.get()


@pytest.fixture
def read_view(scratch_home: Path) -> SessionView:
    """With what the ledger says."""
    bring_story(scratch_home)
    read = SessionReading(str(database_path()), SESSION).read()
    return view_of(read=read, board={OTHER: ANCESTOR})


def test_the_two_lines_of_the_panel() -> None:
    lines = top(view_of())

    assert lines[2].startswith("Tokens: 11.5k in / 11.5k out")
    assert lines[3].startswith("Est. Cost: $1.15")


def test_the_top_says_who_it_is_and_what_it_waits_for() -> None:
    assert top(view_of())[:2] == [
        "? web-shop [login] +2 Mend the login that loops",
        "question for 12m · Shall the old cookies be deleted?",
    ]


def test_the_top_counts_messages_and_tells_the_last_sign(read_view: SessionView) -> None:
    assert "12 messages   12 minutes ago" in top(read_view)[2]
    assert "cache hits 72%" in top(read_view)[3]


@pytest.mark.parametrize("width", [12, 38, 78, 118])
@pytest.mark.parametrize("short", [True, False])
def test_no_line_is_too_long(read_view: SessionView, width: int, short: bool) -> None:
    assert max(map(len, top(read_view, width, short=short))) <= width


def test_with_few_rows_name_and_status_share_a_line() -> None:
    assert top(view_of(), 60, short=True)[0].startswith("? web-shop question for 12m · Shall")
    assert len(top(view_of(), 60, short=True)) == 3


def test_texts_are_shown_as_they_are_and_move_no_terminal() -> None:
    session = structs.replace(
        story(), title="[red]x[/red] \x1b[2J\u202e", note="[/bold] \x07", label="[b]"
    )  # fmt: skip
    text = "\n".join(top(view_of(session))) + side(view_of(session))

    assert "[red]x[/red]" in text
    assert "[/bold]" in text
    assert "[[b]]" in text
    assert text.replace("\n", "").isprintable()


def test_the_side_has_a_section_for_everything(read_view: SessionView) -> None:
    text = side(read_view)

    for title in ("Timeline", "Session", "Subagents and background", "Usage", "Lineage", "History"):
        assert title in text.splitlines()


def test_the_side_tells_the_cache_by_its_two_names(read_view: SessionView) -> None:
    lines = [line.split() for line in side(read_view).splitlines()]

    assert ["Cache", "hit", "rate", "72%"] in lines
    assert ["Cache", "efficiency", "74%"] in lines


def test_the_side_tells_the_most_expensive_message(read_view: SessionView) -> None:
    assert "$0.77  at 09:44:00" in side(read_view)


def test_the_side_counts_errors_of_the_api_when_there_are_any(scratch_home: Path) -> None:
    assert "API errors" not in side(view_of())

    failed = answer("failed", model="<synthetic>", isApiErrorMessage=True)
    bring_story(scratch_home, lines=[*LINES, failed])
    read = SessionReading(str(database_path()), SESSION).read()

    assert ["API", "errors", "1"] in [
        line.split() for line in side(view_of(read=read)).splitlines()
    ]


def test_the_side_names_relatives_as_the_board_does(read_view: SessionView) -> None:
    assert "came from" in side(read_view)
    assert "Yesterday's look" in side(read_view)


def test_subagents_are_told_while_they_run_and_when_they_have_spent(read_view: SessionView) -> None:
    text = side(read_view)

    assert "Explore · 9m · Grep set-cookie" in text
    assert "shell: npm run dev" in text
    assert "Explore  $0.0100" in text


def test_history_is_told_from_the_latest_on(read_view: SessionView) -> None:
    text = side(read_view)
    lines = text[text.index("History") :].splitlines()[1:]

    assert lines[0].split() == ["11:18:00", "?", "question", "after", "1h", "55m", "working"]
    assert len(lines) == len(HISTORY)


def test_a_session_of_the_ledger_alone_says_so(read_view: SessionView) -> None:
    assert read_view.read is not None
    known = known_session(SESSION, read_view.read.ledger)
    view = structs.replace(read_view, session=known, is_on_board=False)

    assert top(view)[0] == "○ project Mend the login that loops"
    assert top(view)[1] == "in the ledger · no longer on the board"
    assert known.transcript_path is not None
    assert "Timeline" not in side(view)


def test_a_session_that_nobody_knows_says_so() -> None:
    view = view_of(known_session("nobody's", None), is_on_board=False, history=())

    assert top(view)[1].startswith("not known here")
    assert "Usage" not in side(view)


def family(session: Session, board: Sequence[Session] = (), **more: Sequence[str]) -> object:
    found = lineage(session, {each.session_id: each for each in board}, **more)
    return found.origins, found.successors


def related(session_id: str, predecessor: str | None = None) -> Session:
    return structs.replace(story(), session_id=session_id, predecessor=predecessor)


def test_a_chain_of_predecessors_is_followed() -> None:
    board = [related("a"), related("b", "a"), related("c", "b"), related("d", "c")]

    assert family(board[2], board) == (("b", "a"), ("d",))


def test_board_and_ledger_name_each_relative_once() -> None:
    board = [related("c", "b"), related("d", "c")]

    assert family(board[0], board, origins=["b", "a"], forks=["d", "e"]) == (
        ("b", "a"),
        ("d", "e"),
    )


def test_a_circle_of_predecessors_ends() -> None:
    board = [related("a", "b"), related("b", "a")]

    assert family(board[0], board) == (("b",), ("b",))
    assert LONGEST > 1


def test_the_clock_runs_by_seconds_only_in_the_first_minute() -> None:
    fresh = structs.replace(story(), since_ms=NOW_MS - 5_300, subagents=())

    assert next_change_ms(view_of(fresh)) == 700
    assert next_change_ms(view_of(structs.replace(story(), subagents=()))) == MINUTE_MS


def test_what_has_ended_long_ago_changes_by_the_minute_at_most() -> None:
    closed = structs.replace(story(Status.CLOSED), since_ms=NOW_MS - 7_000, subagents=())

    assert (next_change_ms(view_of(closed)) or 0) >= MINUTE_MS


def test_nothing_is_waited_for_when_nothing_is_known() -> None:
    view = view_of(known_session("nobody's", None), is_on_board=False)

    assert next_change_ms(view) is None

"""A session's statuses over time, as a bar."""

from hypothesis import given, strategies as st
from msgspec import UNSET, structs
from rich.console import Console
from tests.tui.session_story import BEGAN_MS, HISTORY, MINUTE_MS, NOW_MS, story

from agent_console.board.session_view import SessionView
from agent_console.board.timeline import Stretch, cells, durations, stretches
from agent_console.model.session import Status
from agent_console.tui.session.timeline_bar import TimelineBar

WORKING, QUESTION, ATTENTION = Status.WORKING, Status.QUESTION, Status.ATTENTION


def bar(*minutes: tuple[Status, int], width: int = 10) -> list[Status]:
    found: list[Stretch] = []
    at = BEGAN_MS
    for status, length in minutes:
        found.append(Stretch(status, at, at + length * MINUTE_MS))
        at += length * MINUTE_MS
    return cells(found, width)


def test_history_and_present_are_one_row_of_stretches() -> None:
    found = stretches(story(), HISTORY, NOW_MS)

    assert found[0].start_ms == BEGAN_MS
    assert [each.end_ms for each in found[:-1]] == [each.start_ms for each in found[1:]]
    assert (found[-1].status, found[-1].end_ms) == (QUESTION, NOW_MS)


def test_the_time_since_it_was_closed_is_not_shown() -> None:
    closed = structs.replace(story(Status.CLOSED), since_ms=NOW_MS - MINUTE_MS)

    assert stretches(closed, HISTORY, NOW_MS)[-1].end_ms == HISTORY[-1].at_ms


def test_a_session_without_history_has_its_present() -> None:
    assert [each.status for each in stretches(story(), UNSET, NOW_MS)] == [QUESTION]


def test_parts_of_the_bar_are_in_proportion() -> None:
    assert bar((WORKING, 70), (ATTENTION, 20), (QUESTION, 10)) == [
        *[WORKING] * 7,
        *[ATTENTION] * 2,
        QUESTION,
    ]


def test_what_is_short_is_still_seen() -> None:
    shown = bar((WORKING, 500), (QUESTION, 1), (WORKING, 499))

    assert shown.count(QUESTION) == 1
    assert shown[5] is QUESTION


def test_of_two_with_as_much_the_more_urgent_is_seen() -> None:
    assert bar((WORKING, 5), (QUESTION, 5), width=1) == [QUESTION]


def test_there_is_no_bar_of_nothing() -> None:
    assert cells([], 10) == []
    assert bar((WORKING, 5), width=0) == []


@given(
    st.lists(st.tuples(st.sampled_from(Status), st.integers(1, 10_000)), min_size=1, max_size=60),
    st.integers(4, 120),
)
def test_every_bar_is_full_and_shows_every_status(
    minutes: list[tuple[Status, int]], width: int
) -> None:
    shown = bar(*minutes, width=width)

    assert len(shown) == width
    assert set(shown) == {status for status, _ in minutes}


def test_durations_add_up() -> None:
    found = stretches(story(), HISTORY, NOW_MS)

    assert sum(durations(found).values()) == NOW_MS - BEGAN_MS
    assert next(iter(durations(found))) is WORKING


def lines_of(width: int) -> list[str]:
    view = SessionView(story(), NOW_MS, history=HISTORY)
    console = Console(width=width)
    with console.capture() as captured:
        console.print(TimelineBar(stretches(story(), HISTORY, NOW_MS), view))
    return captured.get().splitlines()


def test_the_legend_says_in_words_what_the_colours_mean() -> None:
    assert "working 2h 00m 80%" in lines_of(80)[2]
    assert "attention 17m 11%" in lines_of(80)[2]


def test_the_legend_goes_on_the_next_line_between_two_statuses() -> None:
    assert [line.split()[1] for line in lines_of(30)[2:]] == ["working", "attention", "question"]

"""The messages of a session as lines, and where the cursor stands among them."""

from collections.abc import Sequence
from decimal import Decimal

import pytest
from rich.cells import cell_len

from agent_console.tui.session.message_columns import (
    Sheet,
    columns,
    fitted,
    heading,
    line,
)
from agent_console.tui.session.message_order import Standing, moved
from agent_console.usage.reports.session_messages import Counted, Message

SHEET = Sheet(
    {"claude-opus-5": "#ff0000"}, lambda _: "10:42:07", lambda _: "10:42", dark=True, top_usd=2.0
)
COUNTED = Counted(1200, 34_000, 5600, 78_000, Decimal("1.25"), rank=2)
MESSAGE = Message("a", "assistant", 0, "claude-opus-5", counted=COUNTED)


def drawn(message: Message, words: str | None, width: int) -> str:
    return line(message, words, fitted(columns(SHEET, width), width), SHEET).plain


def titles(width: int) -> list[str]:
    return heading(fitted(columns(SHEET, width), width)).plain.split()


@pytest.mark.parametrize("width", [20, 38, 72, 118, 200])
@pytest.mark.parametrize("words", ["", "short", "日本語" * 60, "[red]" * 60, None])
def test_a_line_is_exactly_as_wide_as_the_list(width: int, words: str | None) -> None:
    assert cell_len(drawn(MESSAGE, words, width)) == width


def test_what_matters_most_stays_when_there_is_no_room() -> None:
    assert titles(38) == ["TIME", "WORDS", "COST", "#"]
    assert titles(70) == ["TIME", "WHO", "MODEL", "WORDS", "COST", "#"]
    assert titles(180) == [
        *("TIME", "WHO", "MODEL", "WORDS", "INPUT", "WRITE", "READ"),
        *("OUTPUT", "TOKENS", "COST", "#", "SHARE"),
    ]


def test_a_wide_line_tells_everything() -> None:
    assert drawn(MESSAGE, "Rewriting it.", 180).split() == [
        *("●", "10:42:07", "assistant", "opus-5", "Rewriting", "it."),
        *("1.2k", "5.6k", "78.0k", "34.0k", "118.8k", "$1.25", "#2", "███▊"),
    ]


def test_a_narrow_line_tells_the_time_to_the_minute() -> None:
    assert drawn(MESSAGE, "Rewriting it.", 38).startswith("● 10:42 Rewriting it.")


@pytest.mark.parametrize(
    ("message", "symbol"),
    [
        (Message("a", "user", 0), ">"),
        (Message("a", "error", 0), "!"),
        (Message("a", "assistant", 0, agent="Explore"), "↳"),
        (Message("a", "unlisted", 0), "+"),
    ],
)
def test_a_symbol_says_whose_it_is_without_colour(message: Message, symbol: str) -> None:
    assert drawn(message, "", 80).startswith(symbol)


def test_what_is_not_known_is_no_zero() -> None:
    unpriced = Message("a", "assistant", 0, counted=Counted(1, 2, 3, 4, None, rank=1))

    assert "N/A" in drawn(unpriced, "", 80)
    assert "…" in drawn(Message("a", "assistant", 0), "", 80)
    assert "$" not in drawn(Message("a", "user", 0), "Hello", 80)


def test_words_are_shown_as_they_are() -> None:
    text = line(
        MESSAGE, "[red]a[/] \x1b[1m\u202eb", fitted(columns(SHEET, 180), 180), SHEET
    ).plain  # fmt: skip

    assert "[red]a[/] [1m b" in text
    assert text.isprintable()


def test_a_model_has_its_colour_and_its_name() -> None:
    drawn_line = line(MESSAGE, "", fitted(columns(SHEET, 80), 80), SHEET)

    assert any(
        "#ff0000" in str(span.style) and "opus-5" in drawn_line.plain[span.start : span.end]
        for span in drawn_line.spans
    )


def listed(keys: str) -> Sequence[Message]:
    return [Message(key, "user", number) for number, key in enumerate(keys)]


def test_a_new_list_begins_at_its_end() -> None:
    assert moved([], listed("abcdef"), Standing(0, 0), 4) == Standing(5, 2)


def test_who_is_at_the_end_stays_there() -> None:
    assert moved(listed("abcd"), listed("abcdef"), Standing(3, 0), 4) == Standing(5, 2)


def test_who_is_elsewhere_stays_there() -> None:
    assert moved(listed("abcdefgh"), listed("abcdefghij"), Standing(3, 2), 4) == Standing(3, 2)


def test_what_comes_between_moves_nothing_on_the_screen() -> None:
    assert moved(listed("abcdefgh"), listed("aXbcYdefgh"), Standing(3, 2), 4) == Standing(5, 3)


def test_a_list_that_became_shorter_is_shown_as_far_as_it_goes() -> None:
    assert moved(listed("abcdefgh"), listed("ab"), Standing(4, 3), 4) == Standing(1, 0)
    assert moved(listed("ab"), [], Standing(1, 0), 4) == Standing(0, 0)

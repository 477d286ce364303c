"""The table of `db query`: drawn while rows are read."""

from itertools import count, islice

import pytest

from agent_console.cli.db.row_table import MEASURED_ROWS, Shown, table_lines
from agent_console.usage.reports.table import columns_of


def test_no_more_rows_are_taken_than_are_measured() -> None:
    taken = count()

    lines = table_lines(["n"], ([n] for n in taken), 80, folds=True, coloured=False)

    assert list(islice(lines, 3)) == ["  n\n", "  0\n", "  1\n"]
    assert next(taken) == MEASURED_ROWS


def test_columns_are_wider_from_where_rows_are() -> None:
    rows: list[tuple[Shown, ...]] = [("a", n) for n in range(MEASURED_ROWS)]
    rows.extend([("wider", 12_345)] * 2)

    lines = list(table_lines(["t", "n"], rows, 80, folds=True, coloured=False))

    assert lines[:2] + lines[-3:] == [
        "t    n\n", "a    0\n", "a  499\n", "wider  12345\n", "wider  12345\n",
    ]  # fmt: skip


def test_numbers_stand_right_and_texts_left() -> None:
    rows: list[list[Shown]] = [[1, "a", None], [22, "bbb", 0.5]]

    assert list(table_lines(["n", "t", "r"], rows, 80, folds=False, coloured=False)) == [
        " n  t      r\n",
        " 1  a\n",
        "22  bbb  0.5\n",
    ]


def test_what_does_not_fit_is_not_cut_in_a_pipe() -> None:
    rows: list[list[Shown]] = [["a", "b"], ["x" * 50, "b"]]

    lines = list(table_lines(["t", "u"], rows, 20, folds=False, coloured=False))

    assert lines == [f"{'t':19}u\n", f"{'a':19}b\n", f"{'x' * 50}  b\n"]


def test_numbers_are_whole_where_texts_are_folded() -> None:
    rows: list[list[Shown]] = [[1_700_000_000_000, "one two three four"]]

    assert list(table_lines(["a long name", "t"], rows, 24, folds=True, coloured=False)) == [
        "  a long name  t\n",
        "1700000000000  one two\n",
        "               three\n",
        "               four\n",
    ]


@pytest.mark.parametrize("text", ["one two three " * 20, "x" * 300, "日本語" * 70])
def test_on_a_terminal_a_text_goes_on_in_the_next_line(text: str) -> None:
    lines = list(table_lines(["n", "t"], [[7, text]], 40, folds=True, coloured=False))

    assert max(columns_of(line.rstrip("\n")) for line in lines) <= 40
    assert "".join("".join(lines[1:]).split()) == "7" + text.replace(" ", "")


def test_on_a_terminal_a_long_heading_of_numbers_is_folded() -> None:
    assert list(table_lines(["sum(a) + sum(b)"], [[1]], 12, folds=True, coloured=False)) == [
        "    sum(a) +\n",
        "      sum(b)\n",
        "           1\n",
    ]


def test_the_lines_of_a_text_stand_below_each_other() -> None:
    assert list(table_lines(["a", "b"], [["x\n  y", 1]], 80, folds=False, coloured=False)) == [
        "a    b\n",
        "x    1\n",
        "  y\n",
    ]


def test_a_text_does_nothing_to_a_terminal() -> None:
    (_, line) = table_lines(["a"], [["\x1b[31mred\r"]], 80, folds=True, coloured=True)

    assert line == " [31mred\n"


def test_the_heading_of_no_rows_is_there() -> None:
    assert list(table_lines(["a", "b"], [], 80, folds=True, coloured=True)) == [
        "\x1b[1ma  b\x1b[0m\n"
    ]

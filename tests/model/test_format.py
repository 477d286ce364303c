"""Numbers, money and times as people read them."""

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given, strategies as st

from agent_console.model import format as shown


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0"),
        (123, "123"),
        (999, "999"),
        (1000, "1.0k"),
        (1001, "1.0k"),
        (1050, "1.0k"),
        (1051, "1.1k"),
        (1150, "1.2k"),
        (12500, "12.5k"),
        (999_499, "999.5k"),
        (999_500, "1.0M"),
        (999_999, "1.0M"),
        (1_500_000, "1.5M"),
        (12_500_000, "12.5M"),
        (1_050_000, "1.0M"),
        (1_150_000, "1.2M"),
    ],
)
def test_tokens_in_lists_are_rounded_half_to_even(count: int, text: str) -> None:
    assert shown.tokens(count) == text


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (0.42, "$0.42"),
        (0.001, "$0.00"),
        (0.005, "$0.01"),
        (0.994, "$0.99"),
        (0.995, "$1.00"),
        (1.005, "$1.01"),
        (Decimal("2.675"), "$2.68"),
        (1000, "$1000.00"),
        (12345.67, "$12345.67"),
        (-0.001, "$0.00"),
        (-0.42, "-$0.42"),
        (None, "$0.00"),
        (float("nan"), "$0.00"),
        (float("inf"), "$0.00"),
    ],
)
def test_costs_in_lists_have_two_decimals_rounded_half_up(
    usd: "shown.Money | None", text: str
) -> None:
    assert shown.cost(usd) == text


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (0, "$0.00"),
        (0.0123, "$0.0123"),
        (0.00005, "$0.0001"),
        (0.09999, "$0.1000"),
        (0.1, "$0.10"),
        (1234.565, "$1,234.57"),
        (None, "$0.00"),
    ],
)
def test_costs_in_details_are_exact_and_finer_under_ten_cents(
    usd: "shown.Money | None", text: str
) -> None:
    assert shown.exact_cost(usd) == text


def test_tokens_in_details_are_exact() -> None:
    assert shown.exact_tokens(15234) == "15,234"


def test_the_panel_of_a_session() -> None:
    assert shown.panel_lines(12500, 8200, 0.42) == (
        "Tokens: 12.5k in / 8.2k out",
        "Est. Cost: $0.42",
    )


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (-5, "0s"),
        (999, "0s"),
        (42_000, "42s"),
        (60_000, "1m"),
        (3_599_999, "59m"),
        (7_500_000, "2h 05m"),
        (86_400_000, "1d 0h"),
        (273_600_000, "3d 4h"),
    ],
)
def test_durations_have_at_most_two_units(ms: int, text: str) -> None:
    assert shown.elapsed(ms) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (-5, "just now"),
        (59_999, "just now"),
        (60_000, "1 minute ago"),
        (7_199_999, "1 hour ago"),
        (7_200_000, "2 hours ago"),
        (86_400_000, "1 day ago"),
        (6 * 86_400_000, "6 days ago"),
        (15 * 86_400_000, "2 weeks ago"),
        (31 * 86_400_000, "1 month ago"),
        (800 * 86_400_000, "2 years ago"),
    ],
)
def test_what_is_past_is_told_in_one_unit(ms: int, text: str) -> None:
    assert shown.ago(ms) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(1, 2, "50%"), (0, 5, "0%"), (1, 1000, "<1%"), (5, 1000, "1%"), (3, 3, "100%"), (1, 0, "")],
)
def test_a_part_is_told_in_percent(part: int, whole: int, text: str) -> None:
    assert shown.share(part, whole) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(512, "512 B"), (25_270_682, "24.1 MiB"), (1_048_575, "1.0 MiB"), (5 * 2**40, "5120.0 GiB")],
)
def test_bytes(count: int, text: str) -> None:
    assert shown.size(count) == text


@pytest.mark.parametrize("dangerous", ["\x1b[2J", "\x9b31m", "\r", "\x07", "\u202e", "\u2028"])
def test_what_could_move_a_terminal_becomes_a_blank(dangerous: str) -> None:
    assert not set(shown.printable(f"a{dangerous}b")) & set("\x1b\x9b\r\x07\u202e\u2028")


def test_what_is_harmless_stays() -> None:
    text = "naïve 日本語 👩\u200d🔧 §"

    assert shown.printable(text) == text


def test_a_long_text_is_clipped_with_a_sign() -> None:
    assert shown.clipped("abcdef", 6) == "abcdef"
    assert shown.clipped("abcdef", 5) == "abcd…"
    assert shown.clipped("ab cdef", 4) == "ab…"


@pytest.mark.parametrize(
    "ms", [0, 1, 999, 1000, 41_300, 59_999, 60_000, 61_500, 3_599_999, 7_500_000, 86_399_999, 10**9]
)
def test_a_duration_says_the_same_for_as_long_as_it_is_told_to(ms: int) -> None:
    lasts = shown.elapsed_lasts(ms)

    assert shown.elapsed(ms + lasts - 1) == shown.elapsed(ms)
    assert shown.elapsed(ms + lasts) != shown.elapsed(ms)


@pytest.mark.parametrize(
    ("percent", "bar"),
    [(-5, "░░░░"), (0, "░░░░"), (50, "██░░"), (53.2, "██▏░"), (100, "████"), (150, "████")],
)
def test_a_bar_is_as_full_as_its_percent(percent: float, bar: str) -> None:
    assert shown.bar(percent, 4) == bar


@given(st.integers(0, 10**20))
def test_picodollars_are_shown_as_the_same_decimal_is(pico: int) -> None:
    assert shown.pico_cost(pico) == shown.cost(Decimal(pico).scaleb(-12))


@given(st.integers(0, 10**15))
def test_counts_are_rounded_as_exact_decimals_are(count: int) -> None:
    unit, name = (1_000, "k") if count < 999_500 else (1_000_000, "M")
    rounded = (Decimal(count) / unit).quantize(Decimal("0.1"), ROUND_HALF_EVEN)
    assert shown.tokens(count) == (str(count) if count < 1000 else f"{rounded}{name}")

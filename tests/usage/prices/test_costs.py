"""What usage costs: exact amounts, by everything that a price depends on."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.usage.prices.priced_ledger import PricedLedger, own

TRUTH: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "fixtures/claude-code-2.1.329/transcripts/truth.json").read_text()
)
TOLD = [
    pytest.param(line, id=f"{session[:8]}-{number}")
    for session, facts in TRUTH.items()
    for number, line in enumerate(facts["cost_state_lines"])
]
MILLION = 1_000_000


@pytest.mark.parametrize("told", TOLD)
def test_recorded_sessions_cost_what_claude_code_says(
    priced: PricedLedger, told: dict[str, Any]
) -> None:
    """All of them used claude-opus-5-5 and wrote to the 5-minute cache."""
    priced.use(
        priced.facet("claude-opus-5-5", speed="standard", tier="standard", geo="not_available"),
        input=told["input_tokens"],
        output=told["output_tokens"],
        write_5m=told["cache_creation_input_tokens"],
        read=told["cache_read_input_tokens"],
    )
    priced.refresh()

    # Its own figure is a sum of floats: equal to it to a billionth of a dollar.
    assert priced.cost() == round(Decimal(repr(told["usd"])), 9)


def test_a_session_with_a_subagent_to_the_last_digit(priced: PricedLedger) -> None:
    priced.use(priced.facet("claude-opus-5-5"), input=4, output=91, write_5m=11521, read=30051)
    priced.refresh()

    assert priced.cost() == Decimal("0.0654512")


@pytest.mark.parametrize(
    ("kind", "usd"),
    [
        ("input", "5"),
        ("output", "25"),
        ("write_5m", "6.25"),
        ("write_1h", "10"),
        ("read", "0.5"),
    ],
)
def test_every_kind_of_token_has_its_price(priced: PricedLedger, kind: str, usd: str) -> None:
    priced.use(priced.facet("claude-opus-4-8"), **{kind: MILLION})
    priced.refresh()

    assert priced.cost() == Decimal(usd)


def test_a_web_search_costs_a_cent(priced: PricedLedger) -> None:
    priced.use(priced.facet("claude-opus-4-8"), searches=3)
    priced.refresh()

    assert priced.cost() == Decimal("0.03")


@pytest.mark.parametrize(("over", "usd"), [(0, "3"), (200_000, "6")])
def test_a_long_prompt_has_its_own_price_for_all_of_its_tokens(
    priced: PricedLedger, over: int, usd: str
) -> None:
    priced.use(priced.facet("claude-sonnet-4-5-20250929", prompt_over=over), input=MILLION)
    priced.refresh()

    assert priced.cost() == Decimal(usd)


def test_a_prompt_over_a_threshold_that_is_not_its_models_has_the_next_smaller_one(
    priced: PricedLedger,
) -> None:
    priced.use(priced.facet("claude-haiku-5-5", prompt_over=200_000), input=MILLION)
    priced.use(priced.facet("claude-sonnet-4-5", prompt_over=272_000), input=MILLION)
    priced.use(priced.facet("claude-sonnet-4-5", prompt_over=100_000), input=MILLION)
    priced.refresh()

    assert priced.cost() == Decimal("0.5") + Decimal(6) + Decimal(3)


@pytest.mark.parametrize(("when", "usd"), [("2026-03-12T23:59", "10"), ("2026-03-13", "5")])
def test_the_price_is_that_of_the_day_in_utc(priced: PricedLedger, when: str, usd: str) -> None:
    priced.use(priced.facet("claude-opus-4-6", prompt_over=200_000), when, input=MILLION)
    priced.refresh()

    assert priced.cost() == Decimal(usd)


@pytest.mark.parametrize(
    ("model", "served", "usd"),
    [
        ("claude-opus-4-6", {"speed": "fast"}, "30"),
        ("claude-opus-4-7", {"speed": "fast"}, "30"),
        ("claude-opus-4-8", {"speed": "fast"}, "10"),
        ("claude-opus-5-20260724", {"speed": "fast"}, "10"),
        ("claude-opus-4-8", {"geo": "us"}, "5.5"),
        ("claude-opus-4-8", {"geo": "global"}, "5"),
        ("claude-sonnet-4-5", {"geo": "us"}, "3"),
        ("claude-opus-4-8", {"tier": "batch"}, "2.5"),
        ("claude-opus-4-8", {"tier": "priority"}, "5"),
        ("claude-opus-4-8", {"speed": "fast", "geo": "us"}, "11"),
    ],
)
def test_speed_region_and_batches_multiply_the_price(
    priced: PricedLedger, model: str, served: dict[str, str], usd: str
) -> None:
    priced.use(priced.facet(model, **served), input=MILLION)  # type: ignore[arg-type]
    priced.refresh()

    assert priced.cost() == Decimal(usd)


def test_a_factor_is_for_tokens_of_every_kind_and_not_for_searches(priced: PricedLedger) -> None:
    facet = priced.facet("claude-opus-4-6", speed="fast")
    priced.use(
        facet,
        input=MILLION,
        output=MILLION,
        write_5m=MILLION,
        write_1h=MILLION,
        read=MILLION,
        searches=1000,
    )
    priced.refresh()

    assert priced.cost() == 6 * (5 + 25 + Decimal("6.25") + 10 + Decimal("0.5")) + 10


@pytest.mark.parametrize(("written", "picos"), [("1", 0), ("3", 2), ("5", 2), ("7", 4)])
def test_half_a_picodollar_is_rounded_to_even(
    priced: PricedLedger, written: str, picos: int
) -> None:
    priced.use(priced.facet("claude-opus-4-8", tier="batch"), input=1)
    priced.refresh(own("*", input=f"0.00000{written}"))

    assert priced.cost() == Decimal(picos) / 10**12


def test_a_discount_is_taken_off_all_that_is_computed_and_nothing_that_is_reported(
    priced: PricedLedger,
) -> None:
    priced.use(priced.facet("claude-opus-4-8"), input=MILLION, searches=100)
    priced.use(
        priced.facet("claude-opus-4-8", reported=True),
        input=MILLION,
        reported_nano_usd=7_000_000_000,
    )
    priced.refresh(own("other", discount="12.5", input="1"))

    assert priced.cost() == 6 * Decimal("0.875") + 7
    assert priced.cost("calculate") == 11 * Decimal("0.875")
    assert priced.cost("reported") == 7


def test_an_unknown_model_has_no_cost_and_its_tokens_are_unpriced(priced: PricedLedger) -> None:
    priced.use(priced.facet("no-such-model"), input=1, output=2, write_5m=3, write_1h=4, read=5)

    assert priced.refresh().unpriced == ("no-such-model",)
    assert priced.cost() is None
    assert priced.unpriced() == 15


def test_tokens_served_in_a_way_without_a_published_price_are_unpriced(
    priced: PricedLedger,
) -> None:
    priced.use(priced.facet("claude-sonnet-5", speed="fast"), input=7)
    priced.use(priced.facet("claude-opus-5", geo="moon"), input=8)
    priced.use(priced.facet("claude-opus-5"), input=9)
    priced.refresh()

    assert priced.cost() == Decimal("0.000045")
    assert priced.unpriced() == 15


def test_a_row_that_nobody_named_a_model_for_is_unpriced(priced: PricedLedger) -> None:
    priced.use(priced.facet(""), input=7)
    changed = priced.refresh()

    assert changed.models == ()
    assert priced.unpriced() == 7
    assert not priced.needs_refresh()

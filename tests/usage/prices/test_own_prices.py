"""Prices of the user's own: which models, from when, and what they leave as it was."""

from decimal import Decimal

import pytest
from tests.usage.prices.priced_ledger import PricedLedger, override, own

from agent_console.config_prices import PricesConfig

MILLION = 1_000_000


def cost_of(priced: PricedLedger, prices: PricesConfig, model: str, **usage: int) -> Decimal | None:
    priced.use(priced.facet(model), **usage)
    priced.refresh(prices)
    return priced.cost()


def test_what_an_override_leaves_out_stays(priced: PricedLedger) -> None:
    prices = own("claude-opus-4-8", input="4.000001")

    usd = cost_of(priced, prices, "claude-opus-4-8", input=MILLION, output=MILLION, read=MILLION)

    assert usd == Decimal("4.000001") + 25 + Decimal("0.5")


def test_for_an_unknown_model_the_rest_follows_from_input(priced: PricedLedger) -> None:
    prices = own("house-model", input="8", output="20")

    usd = cost_of(
        priced,
        prices,
        "house-model",
        input=MILLION,
        output=MILLION,
        write_5m=MILLION,
        write_1h=MILLION,
        read=MILLION,
        searches=1000,
    )

    assert usd == 8 + 20 + 10 + 16 + Decimal("0.8") + 10


@pytest.mark.parametrize("told", [{"input": "8"}, {"output": "20"}, {"cache_read": "1"}])
def test_an_unknown_model_needs_both_input_and_output(
    priced: PricedLedger, told: dict[str, str]
) -> None:
    assert cost_of(priced, own("house-model", **told), "house-model", input=1) is None
    assert priced.unpriced() == 1


def test_a_price_of_nothing_is_a_price(priced: PricedLedger) -> None:
    prices = own("house-model", input="0", output="0")

    assert cost_of(priced, prices, "house-model", input=MILLION) == 0
    assert priced.unpriced() == 0


def test_an_override_holds_from_its_day_on(priced: PricedLedger) -> None:
    known, unknown = priced.facet("claude-opus-4-8"), priced.facet("house-model")
    for day in ("2026-05-31T23:45", "2026-06-01"):
        priced.use(known, day, input=MILLION)
        priced.use(unknown, day, input=MILLION)

    priced.refresh(
        PricesConfig(
            models=(
                override("claude-opus-4-8", since="2026-06-01", input="1"),
                override("house-model", since="2026-06-01", input="2", output="3"),
            )
        )
    )

    assert priced.cost() == 5 + 1 + 2
    assert priced.unpriced() == MILLION


@pytest.mark.parametrize(
    ("pattern", "model"),
    [
        ("claude-opus-*", "claude-opus-4-8"),
        ("*", "claude-opus-4-8"),
        ("CLAUDE-opus-4-8", "claude-opus-4-8"),
        ("claude-opus-4-8[1m]", "claude-opus-4-8[1m]"),
    ],
)
def test_a_name_may_be_a_pattern(priced: PricedLedger, pattern: str, model: str) -> None:
    assert cost_of(priced, own(pattern, input="1"), model, input=MILLION) == 1


def test_a_pattern_for_others_changes_nothing(priced: PricedLedger) -> None:
    assert cost_of(priced, own("claude-sonnet-*", input="1"), "claude-opus-4-8", input=MILLION) == 5


def test_of_two_the_later_day_holds_and_of_equal_ones_the_last(priced: PricedLedger) -> None:
    prices = PricesConfig(
        models=(
            override("*", since="2026-06-01", input="3"),
            override("*", input="1"),
            override("claude-*", input="2"),
        )
    )
    facet = priced.facet("claude-opus-4-8")
    priced.use(facet, "2026-05-01", input=MILLION)
    priced.use(facet, "2026-07-01", input=MILLION)

    priced.refresh(prices)

    assert priced.cost() == 2 + 3


def test_an_override_is_for_prompts_of_every_size_unless_it_says_so(priced: PricedLedger) -> None:
    for over in (0, 200_000):
        priced.use(priced.facet("claude-sonnet-4-5", prompt_over=over), input=MILLION)

    priced.refresh(own("claude-sonnet-4-5", input="1"))
    assert priced.cost() == 2

    priced.refresh(own("claude-sonnet-4-5", input="1", prompt_over=200_000))
    assert priced.cost() == 3 + 1


def test_a_fixed_price_prices_the_past_again(priced: PricedLedger) -> None:
    priced.use(priced.facet("claude-opus-4-8"), "2026-06-01", input=MILLION)
    priced.refresh(own("claude-opus-4-8", input="50"))
    assert priced.cost() == 50

    priced.refresh(own("claude-opus-4-8", input="4"))
    assert priced.cost() == 4

    priced.refresh()
    assert priced.cost() == 5

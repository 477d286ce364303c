"""Factors of a price: by the generation that a name says, and never 1 by accident."""

from decimal import Decimal

import pytest
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

from agent_console.usage.prices.factors import FACTORS, NEUTRAL, factor
from agent_console.usage.prices.generation import Generation, generation

ANTHROPIC = next(
    provider for provider in get_snapshot().providers if provider.id == "anthropic"
).models


@pytest.mark.parametrize(
    ("name", "family", "version"),
    [
        ("claude-opus-4-6", "opus", (4, 6)),
        ("claude-opus-4.6", "opus", (4, 6)),
        ("Claude-Opus-4-6[1m]", "opus", (4, 6)),
        ("claude-opus-5", "opus", (5, 0)),
        ("claude-opus-5-20260724", "opus", (5, 0)),
        ("claude-opus-5-5-20261001", "opus", (5, 5)),
        ("claude-sonnet-4-20250514", "sonnet", (4, 0)),
        ("claude-sonnet-4@20250514", "sonnet", (4, 0)),
        ("claude-3-7-sonnet-20250219", "sonnet", (3, 7)),
        ("claude-3-opus-20240229", "opus", (3, 0)),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "haiku", (4, 5)),
        ("anthropic/claude-sonnet-4.5", "sonnet", (4, 5)),
    ],
)
def test_a_name_says_family_and_version(name: str, family: str, version: tuple[int, int]) -> None:
    assert generation(name) == Generation(family, version)


@pytest.mark.parametrize("name", ["", "gpt-5.4", "claude", "claude-2", "opus-4-6"])
def test_other_names_have_no_generation(name: str) -> None:
    assert generation(name) is None


def _variants() -> list[tuple[ModelInfo, str, ModelPrice]]:
    return [
        (model, next(iter(variant.when.values())), variant.prices)
        for model in ANTHROPIC
        for variant in model.price_variants or []
    ]


@pytest.mark.parametrize(
    ("model", "value", "prices"),
    [pytest.param(*each, id=f"{each[0].id}-{each[1]}") for each in _variants()],
)
def test_factors_are_those_of_the_variants_in_the_catalogue(
    model: ModelInfo, value: str, prices: ModelPrice
) -> None:
    factors = factor(
        model.id, value if value == "fast" else "", value if value == "batch" else "", ""
    )
    standard = model.prices if isinstance(model.prices, ModelPrice) else model.prices[-1].prices

    assert factors is not None
    for kind, price in vars(prices).items():
        for told, base in zip(_amounts(price), _amounts(vars(standard)[kind]), strict=True):
            assert told * factors[1] == base * factors[0]


def _amounts(price: Decimal | TieredPrices) -> list[Decimal]:
    if isinstance(price, TieredPrices):
        return [price.base, *(tier.price for tier in price.tiers)]
    return [price]


@pytest.mark.parametrize(
    ("model", "speed", "tier", "geo"),
    [
        ("claude-sonnet-5", "fast", "", ""),
        ("claude-opus-4-5", "fast", "", ""),
        ("claude-fable-5-1", "fast", "", ""),
        ("gpt-5.4", "fast", "", ""),
        ("gpt-5.4", "", "batch", ""),
        ("claude-opus-5", "faster", "", ""),
        ("claude-opus-5", "", "flex", ""),
        ("claude-opus-5", "", "", "moon"),
        ("claude-opus-5", "fast", "flex", ""),
    ],
)
def test_what_has_no_published_price_has_no_factor(
    model: str, speed: str, tier: str, geo: str
) -> None:
    assert factor(model, speed, tier, geo) is None


def test_what_is_neutral_is_neutral_for_every_model() -> None:
    for speed in NEUTRAL["speed"]:
        for tier in NEUTRAL["service_tier"]:
            for geo in NEUTRAL["inference_geo"]:
                assert factor("gpt-5.4", speed, tier, geo) == (1, 1)


def test_every_factor_has_a_source_and_a_date() -> None:
    for row in FACTORS:
        assert row.source.startswith("https://platform.claude.com/docs/")
        assert len(row.seen_on) == len("2026-11")

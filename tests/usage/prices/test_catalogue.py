"""Which names the catalogue knows, and that prices are read from it as it applies them."""

import socket
import threading
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from genai_prices import Usage, calc_price
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ConditionalPrice, ModelPrice, TimeOfDateConstraint
from hypothesis import given, strategies as st

from agent_console.usage.prices.catalogue import anthropic_models, find
from agent_console.usage.prices.rates import Rates, first_quarter, tier_at

MILLION = 10**6


@pytest.mark.parametrize(
    ("name", "known_as"),
    [
        ("claude-opus-5-5", "anthropic/claude-opus-5-5"),
        ("Claude-Opus-5-5", "anthropic/claude-opus-5-5"),
        ("claude-opus-4-6[1m]", "anthropic/claude-opus-4-6"),
        ("claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
        ("claude-sonnet-4-20250514", "anthropic/claude-sonnet-4-0"),
        ("claude-3-5-haiku-20241022", "anthropic/claude-3-5-haiku-latest"),
        ("anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4-5"),
        # Google Vertex
        ("claude-opus-4-5@20251101", "anthropic/claude-opus-4-5"),
        ("claude-fable-5-2@20261001", "anthropic/claude-fable-5-2"),
        ("claude-opus-4-8@default", "anthropic/claude-opus-4-8"),
        # Amazon Bedrock: other prices by region
        (
            "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "aws/regional.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
        (
            "global.anthropic.claude-sonnet-4-5-20250929-v1:0[1m]",
            "aws/global.anthropic.claude-sonnet-4-5-20250929-v1:0",
        ),
        (
            "arn:aws:bedrock:us-east-1:1:inference-profile/us.anthropic.claude-opus-5-5-v1:0",
            "aws/regional.anthropic.claude-opus-5-5",
        ),
        # through a gateway
        ("gpt-5.4", "openai/gpt-5.4"),
        ("gemini-3-pro-preview", "google/gemini-3-pro-preview"),
    ],
)
def test_names_that_are_known(name: str, known_as: str) -> None:
    found = find(name)

    assert found is not None
    assert found.name == known_as


@pytest.mark.parametrize(
    "name",
    [
        "",
        "<synthetic>",
        "no-such-model",
        "claude-opus-99",
        "claude-opus-5-99",
        "xx.anthropic.claude-opus-99-v1:0",
        "arn:aws:bedrock:us-east-1:1:application-inference-profile/abcdef",
        "openai/gpt-5.4",  # whose price depends on who sells it
        "deepseek-chat-gemini",  # looks like a name of two vendors
        "glm-4.7",  # sold under this name by two vendors at two prices
    ],
)
def test_names_without_a_price(name: str) -> None:
    assert find(name) is None


@pytest.mark.parametrize("model", anthropic_models())
def test_every_model_of_anthropic_has_a_price_for_every_kind_of_token(model: str) -> None:
    found = find(model)

    assert found is not None
    assert found.name == f"anthropic/{model}"
    assert found.periods[0].from_quarter == 0
    for period in found.periods:
        assert period.tiers[0].prompt_over == 0
        for tier in period.tiers:
            rates = tier.rates
            assert 0 < rates.cache_read < rates.input < rates.cache_write_5m
            assert rates.cache_write_5m < rates.cache_write_1h <= rates.output * 2
            assert rates.web_search == 10_000_000_000


def test_a_model_of_another_vendor_without_cache_prices_pays_input_for_them() -> None:
    found = find("gpt-5.4-pro")

    assert found is not None
    rates = found.periods[0].tiers[0].rates
    assert rates.cache_write_5m == rates.cache_write_1h == rates.cache_read == rates.input


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    before = threading.enumerate()

    assert find("claude-opus-5-5") is not None
    assert threading.enumerate() == before


def _priced_by_name() -> list[str]:
    """Models whose every kind of token has a price there, at every hour of the day."""
    names: list[str] = []
    for provider in get_snapshot().providers:
        for model in provider.models:
            prices = model.prices
            history = (
                [ConditionalPrice(prices=prices)] if isinstance(prices, ModelPrice) else prices
            )
            whole = all(
                {"input_mtok", "output_mtok", "cache_write_mtok", "cache_read_mtok"}
                <= vars(each.prices).keys()
                and "cache_write_1h_mtok" in vars(each.prices)
                and not isinstance(each.constraint, TimeOfDateConstraint)
                for each in history
            )
            if whole and provider.id in {"anthropic", "openai"} and find(model.id):
                names.append(model.id)
    return names


COUNTS = st.integers(0, 3 * 10**6) | st.sampled_from([0, 100_000, 100_001, 200_000, 200_001])


@given(
    name=st.sampled_from(_priced_by_name()),
    when=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    counts=st.tuples(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, st.integers(0, 50)),
)
def test_amounts_are_those_of_genai_prices(
    name: str, when: datetime, counts: tuple[int, int, int, int, int, int]
) -> None:
    plain, output, write_5m, write_1h, read, searches = counts
    prompt = plain + write_5m + write_1h + read
    found = find(name)
    assert found is not None
    rates = _in_force(found.periods, when, prompt)

    ours = (
        plain * rates.input
        + output * rates.output
        + write_5m * rates.cache_write_5m
        + write_1h * rates.cache_write_1h
        + read * rates.cache_read
        + searches * rates.web_search
    )
    theirs = calc_price(
        Usage(
            input_tokens=prompt,
            output_tokens=output,
            cache_write_tokens=write_5m + write_1h,
            cache_write_1h_tokens=write_1h,
            cache_read_tokens=read,
            web_searches=searches,
        ),
        name,
        genai_request_timestamp=when,
    )
    expected = theirs.total_price
    if "web_searches_kcount" not in vars(theirs.model_price):
        expected += Decimal(searches) / 100
    assert Decimal(ours) / 10**12 == expected


def _in_force(periods: Any, when: datetime, prompt: int) -> Rates:
    quarter = first_quarter(when.date())
    tiers = [period.tiers for period in periods if period.from_quarter <= quarter][-1]
    return tier_at(tiers, max(0, prompt - 1))

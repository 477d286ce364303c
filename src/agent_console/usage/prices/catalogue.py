"""What genai-prices knows of a model: its rates by prompt size and date.

Rule: only this module imports genai_prices, inside functions (it costs a third of a second), and
only the data that came with the package is read: nothing here starts its updater, so nothing is
ever fetched.

How its prices are read:
- A tier holds for the whole prompt, input and cache, as in its `calc_unit_price`: the highest one
  that the prompt exceeds.
- Of prices by date the last that is active holds (`ModelInfo.get_prices`); a date begins at
  midnight UTC. Prices for some hours of the day only (DeepSeek's) are passed over: what holds
  otherwise is taken for the whole day.
- What has no price of its own: for Claude the published multiples of the input price hold
  (usage/prices/published.py); for others, as in genai-prices, a 1-hour write costs what a write
  does, and writes and reads cost what input does. A web search has the one price of the Messages
  API.
"""

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from agent_console.claude_code.model_names import without_mark
from agent_console.usage.prices.generation import is_claude
from agent_console.usage.prices.published import (
    CACHE_READ,
    CACHE_WRITE_1H,
    CACHE_WRITE_5M,
    WEB_SEARCHES_USD,
)
from agent_console.usage.prices.rates import (
    ALWAYS,
    Period,
    Periods,
    Rates,
    Tier,
    first_quarter,
    pico_per_search,
    pico_per_token,
)

if TYPE_CHECKING:
    from genai_prices.types import ConditionalPrice, ModelInfo, ModelPrice, Provider

_VERTEX_ALIAS = re.compile(r"@(default|latest)$")

_ALSO_SOLD_BY = {"zhipuai": "zai"}
"""Vendors that sell models of one name at prices of their own."""


class CatalogueEntry(Struct, frozen=True):
    """A model as the catalogue has it.

    Attributes:
        name: `vendor/model`.
        periods: Its price over time.
    """

    name: str
    periods: Periods


def load() -> None:
    """Import the catalogue now, for who has time and is going to ask it."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415

    get_snapshot()


def version() -> str:
    """The version of genai-prices that is installed."""
    import genai_prices  # noqa: PLC0415

    return genai_prices.__version__


def find(model: str) -> CatalogueEntry | None:
    """The model with its prices; null when the catalogue does not know it for sure.

    Args:
        model: Its name as a transcript has it: Anthropic's own, of Amazon Bedrock (with its
            region's prices), of Google Vertex, with `[1m]`, or another vendor's that a gateway
            answers with, when just one vendor has such names.
    """
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415

    providers = get_snapshot().providers
    name = without_mark(model).lower()
    if is_claude(name):
        found = _claude(providers, name.rsplit("/", 1)[-1])
    else:
        found = _of_only_vendor(providers, name)
    if found is None:
        return None
    provider, info = found
    periods = _periods(info, ratios=is_claude(name))
    return CatalogueEntry(f"{provider.id}/{info.id}", periods) if periods else None


def anthropic_models() -> list[str]:
    """The names of all models of Anthropic."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415

    return [model.id for model in _provider(get_snapshot().providers, "anthropic").models]


def _claude(providers: "list[Provider]", name: str) -> "tuple[Provider, ModelInfo] | None":
    if "anthropic.claude" in name:
        return _model(_provider(providers, "aws"), name)
    name = _VERTEX_ALIAS.sub("", name).replace("@", "-")
    return _model(_provider(providers, "anthropic"), name)


def _of_only_vendor(providers: "list[Provider]", name: str) -> "tuple[Provider, ModelInfo] | None":
    vendors = [
        provider
        for provider in providers
        if provider.model_match is not None and provider.model_match.is_match(name)
    ]
    if len(vendors) != 1:
        return None
    found = _model(vendors[0], name)
    if found is not None and (other := _ALSO_SOLD_BY.get(vendors[0].id)) is not None:
        rival = _model(_provider(providers, other), name)
        if rival is not None and rival[1].prices != found[1].prices:
            return None
    return found


def _provider(providers: "list[Provider]", name: str) -> "Provider":
    return next(provider for provider in providers if provider.id == name)


def _model(provider: "Provider", name: str) -> "tuple[Provider, ModelInfo] | None":
    found = provider.find_model(name)
    return None if found is None else (provider, found)


def _periods(model: "ModelInfo", *, ratios: bool) -> Periods:
    from genai_prices.types import ModelPrice, StartDateConstraint  # noqa: PLC0415

    if isinstance(model.prices, ModelPrice):
        return _history([(ALWAYS, model.prices)], ratios=ratios)
    starts = {
        each.constraint.start_date
        for each in model.prices
        if isinstance(each.constraint, StartDateConstraint)
    }
    history = [(ALWAYS, _in_force(model.prices, date.min))]
    history += [(first_quarter(day), _in_force(model.prices, day)) for day in sorted(starts)]
    return _history(history, ratios=ratios)


def _in_force(prices: "list[ConditionalPrice]", day: date) -> "ModelPrice":
    from genai_prices.types import StartDateConstraint  # noqa: PLC0415

    for each in reversed(prices):
        constraint = each.constraint
        if constraint is None or (
            isinstance(constraint, StartDateConstraint) and constraint.start_date <= day
        ):
            return each.prices
    return prices[0].prices


def _history(history: "list[tuple[int, ModelPrice]]", *, ratios: bool) -> Periods:
    periods: list[Period] = []
    for quarter, price in history:
        tiers = _tiers(price, ratios=ratios)
        if tiers is None:
            return ()
        if not periods or periods[-1].tiers != tiers:
            periods.append(Period(quarter, tiers))
    return tuple(periods)


def _tiers(price: "ModelPrice", *, ratios: bool) -> tuple[Tier, ...] | None:
    from genai_prices.types import TieredPrices  # noqa: PLC0415

    values: dict[str, object] = vars(price)
    starts = {0}
    for value in values.values():
        if isinstance(value, TieredPrices):
            starts |= {tier.start for tier in value.tiers}
    tiers: list[Tier] = []
    for start in sorted(starts):
        rates = _rates(values, start, ratios=ratios)
        if rates is None:
            return None
        if not tiers or tiers[-1].rates != rates:
            tiers.append(Tier(start, rates))
    return tuple(tiers)


def _rates(values: dict[str, object], prompt_over: int, *, ratios: bool) -> Rates | None:
    told = _told(values, "input_mtok", prompt_over)
    output = _told(values, "output_mtok", prompt_over)
    if told is None or output is None:
        return None
    write = _told(values, "cache_write_mtok", prompt_over)
    write_5m = _told(values, "cache_write_5m_mtok", prompt_over, write)
    write_1h = _told(values, "cache_write_1h_mtok", prompt_over)
    read = _told(values, "cache_read_mtok", prompt_over)
    searches = _told(values, "web_searches_kcount", prompt_over, WEB_SEARCHES_USD)
    if ratios:
        write_5m = told * CACHE_WRITE_5M if write_5m is None else write_5m
        write_1h = told * CACHE_WRITE_1H if write_1h is None else write_1h
        read = told * CACHE_READ if read is None else read
    else:
        write_5m = told if write_5m is None else write_5m
        write_1h = write_5m if write_1h is None else write_1h
        read = told if read is None else read
    return Rates(
        pico_per_token(told),
        pico_per_token(output),
        pico_per_token(write_5m),
        pico_per_token(write_1h),
        pico_per_token(read),
        pico_per_search(WEB_SEARCHES_USD if searches is None else searches),
    )


def _told(
    values: dict[str, object], key: str, prompt_over: int, otherwise: Decimal | None = None
) -> Decimal | None:
    from genai_prices.types import TieredPrices  # noqa: PLC0415

    value = values.get(key)
    if isinstance(value, TieredPrices):
        for tier in reversed(value.tiers):
            if tier.start <= prompt_over:
                return tier.price
        return value.base
    return value if isinstance(value, Decimal) else otherwise

"""Prices as plain values: what a token costs, by the size of the prompt and by date.

Rule: money is an integer number of picodollars (10^-12 US dollars). What is published per million
tokens is a whole number of them up to six decimals; beyond that it is rounded here, once, half to
even. Nothing below this line is ever a float.
"""

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from msgspec import Struct

from agent_console.usage.periods import DAY_QUARTERS

_EPOCH = date(1970, 1, 1)
ALWAYS = 0
"""The `from_quarter` of a price that has no beginning."""

_PICO_PER_TOKEN = Decimal(10**6)
"""A dollar per million tokens, in picodollars a token."""
_PICO_PER_SEARCH = Decimal(10**9)
"""A dollar per thousand searches, in picodollars a search."""
_PER_MILLION = Decimal(10**6)


class Rates(Struct, frozen=True, gc=False):
    """What one token, or one web search, costs in picodollars."""

    input: int
    output: int
    cache_write_5m: int
    cache_write_1h: int
    cache_read: int
    web_search: int


class Tier(Struct, frozen=True):
    """The rates of a whole prompt (input and cache) of more tokens than `prompt_over`.

    They hold for all of its tokens, not only for those beyond.
    """

    prompt_over: int
    rates: Rates


class Period(Struct, frozen=True):
    """The tiers in force from a quarter of an hour on, the smallest first; the first is over 0."""

    from_quarter: int
    tiers: tuple[Tier, ...]


Periods = tuple[Period, ...]
"""The history of a model's price, the oldest first. Before the first there is no price."""


def first_quarter(day: date) -> int:
    """The first quarter of an hour of a day in UTC, as the ledger counts them."""
    return (day - _EPOCH).days * DAY_QUARTERS


def pico_per_token(usd_per_million: Decimal) -> int:
    """Picodollars a token, of US dollars per million tokens."""
    return _whole(usd_per_million * _PICO_PER_TOKEN)


def pico_per_search(usd_per_thousand: Decimal) -> int:
    """Picodollars a search, of US dollars per thousand searches."""
    return _whole(usd_per_thousand * _PICO_PER_SEARCH)


def usd_per_million(pico: int) -> Decimal:
    """US dollars per million tokens, of picodollars a token."""
    return Decimal(pico) / _PICO_PER_TOKEN


def usd_per_thousand(pico: int) -> Decimal:
    """US dollars per thousand searches, of picodollars a search."""
    return Decimal(pico) / _PICO_PER_SEARCH


def parts_per_million(percent: Decimal) -> int:
    """Millionths, of a percentage; rounded half to even."""
    return _whole(percent * _PER_MILLION / 100)


def tier_at(tiers: tuple[Tier, ...], prompt_over: int) -> Rates:
    """The rates of prompts of more than `prompt_over` tokens."""
    return [tier.rates for tier in tiers if tier.prompt_over <= prompt_over][-1]


def _whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_EVEN))

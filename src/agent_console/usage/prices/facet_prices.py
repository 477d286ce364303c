"""What a token of a facet costs: its model's price with every factor and the discount folded in.

Rule: `facet_prices` is made from `prices` here and nowhere else, by integer arithmetic, rounded
once (half to even, in picodollars), so that it can be made again at any time and is the same.
Nothing here knows the catalogue: the writer calls it inside its transactions.

A discount is taken off everything that is computed; the factors are for tokens only
(usage/prices/factors.py).
"""

from collections.abc import Iterable
from itertools import pairwise
from sqlite3 import Connection
from typing import Any

from msgspec.json import encode

from agent_console.usage.database.many_rows import insert_many
from agent_console.usage.prices.factors import factor
from agent_console.usage.prices.rates import Rates

END = 1 << 40
"""The `to_quarter` of a price that has no end."""

_MILLION = 1_000_000
_FACETS = """
    SELECT facet_no, prompt_over, speed.name, tier.name, geo.name, model_no, model.name
    FROM facets JOIN names AS speed ON speed.name_no = speed_no
    JOIN names AS tier ON tier.name_no = service_tier_no
    JOIN names AS geo ON geo.name_no = inference_geo_no
    JOIN names AS model ON model.name_no = model_no
    WHERE facet_no IN (SELECT value FROM json_each(?))"""
_PRICES = """
    SELECT model_no, from_quarter, prompt_over, input_pico_usd, output_pico_usd,
    cache_write_5m_pico_usd, cache_write_1h_pico_usd, cache_read_pico_usd, web_search_pico_usd
    FROM priced_models LEFT JOIN prices USING (model_no) WHERE model_no IN
    (SELECT model_no FROM facets WHERE facet_no IN (SELECT value FROM json_each(?)))"""
_DELETE = "DELETE FROM facet_prices WHERE facet_no IN (SELECT value FROM json_each(?))"
_INSERT = "INSERT INTO facet_prices"

_Row = tuple[int, ...]
_Price = tuple[int, int, Rates]
"""from_quarter, prompt_over and the rates."""


def price_facets(connection: Connection, facet_nos: Iterable[int]) -> None:
    """Make the prices of these facets anew, inside the transaction that is open.

    Those of models that have not been looked up yet have no price until `refresh` has run.
    """
    wanted = encode(list(facet_nos))
    prices = _prices(connection, wanted)
    discount_ppm = _discount_ppm(connection)
    rows: list[_Row] = []
    folded: dict[tuple[Any, ...], list[_Row]] = {}
    for facet_no, prompt_over, *told, model_no, model in connection.execute(_FACETS, (wanted,)):
        if model_no not in prices:
            continue
        key = (model_no, prompt_over, *told)
        if key not in folded:
            factors = factor(model, *told)
            folded[key] = (
                []
                if factors is None
                else _fold(prices[model_no], prompt_over, factors, discount_ppm)
            )
        rows += [(facet_no, *row) for row in folded[key]]
    connection.execute(_DELETE, (wanted,))
    insert_many(connection, _INSERT, "", rows)


def _prices(connection: Connection, facets: bytes) -> dict[int, list[_Price]]:
    """The prices of each model of these facets that has been looked up."""
    prices: dict[int, list[_Price]] = {}
    for model_no, start, prompt_over, *rates in connection.execute(_PRICES, (facets,)):
        known = prices.setdefault(model_no, [])
        if start is not None:
            known.append((start, prompt_over, Rates(*rates)))
    return prices


def _discount_ppm(connection: Connection) -> int:
    found = connection.execute("SELECT discount_ppm FROM price_basis").fetchone()
    return 0 if found is None else int(found[0])


def _fold(
    prices: list[_Price], prompt_over: int, factors: tuple[int, int], discount_ppm: int
) -> list[_Row]:
    in_force = {
        start: rates for start, over, rates in sorted(prices, key=_order) if over <= prompt_over
    }
    numerator, denominator = factors
    rest = _MILLION - discount_ppm

    def token(pico: int) -> int:
        return _rounded(pico * numerator * rest, denominator * _MILLION)

    return [
        (
            start,
            end,
            token(rates.input),
            token(rates.output),
            token(rates.cache_write_5m),
            token(rates.cache_write_1h),
            token(rates.cache_read),
            _rounded(rates.web_search * rest, _MILLION),
        )
        for (start, end), rates in zip(pairwise([*in_force, END]), in_force.values(), strict=True)
    ]


def _order(price: _Price) -> tuple[int, int]:
    return price[:2]


def _rounded(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    twice = 2 * rest
    return whole + (twice > denominator or (twice == denominator and whole % 2 == 1))

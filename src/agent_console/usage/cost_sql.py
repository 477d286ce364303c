"""What a sum of the rollups costs, as SQL: the one place where tokens become money.

Rule: every query that shows a cost takes its expression from here, and its FROM clause too (or from
usage/reports/summed.py, whose `usage` and `price` have the same columns), so that all of them show
the same. Costs are integers in picodollars (10^-12 US dollars): exact, and a sum of
nine million dollars fits.

`auto` takes the reported cost of a row that has one and computes the others; `calculate` computes
wherever there is a price; `reported` computes nothing. What has no cost by its mode is null, and
its tokens count as unpriced.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:  # a report runs in less time than `typing` takes to import
    from typing import Literal, TypeAlias

    Mode: TypeAlias = Literal["auto", "calculate", "reported"]

PICO_PER_NANO = 1_000
PICO_PER_USD = 1_000_000_000_000

SUMS = (
    "input_tokens",
    "output_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "web_searches",
    "reported_nano_usd",
)
"""The columns of a rollup beside its keys and `messages`, in the order of `Figures`."""

_SPLIT = 1_000_000
"""Parts of a sum are added up apart from each other, so that neither overflows."""

TOKENS = (
    "(usage.input_tokens + usage.output_tokens + usage.cache_write_5m_tokens "
    "+ usage.cache_write_1h_tokens + usage.cache_read_tokens)"
)
"""All tokens of a row of a rollup."""

PRICES = (
    "input_pico_usd",
    "output_pico_usd",
    "cache_write_5m_pico_usd",
    "cache_write_1h_pico_usd",
    "cache_read_pico_usd",
    "web_search_pico_usd",
)
"""The columns of a price: picodollars a token, or a search."""

CLASS_COSTS = {
    "input": "usage.input_tokens * price.input_pico_usd",
    "output": "usage.output_tokens * price.output_pico_usd",
    "5-minute cache write": "usage.cache_write_5m_tokens * price.cache_write_5m_pico_usd",
    "1-hour cache write": "usage.cache_write_1h_tokens * price.cache_write_1h_pico_usd",
    "cache read": "usage.cache_read_tokens * price.cache_read_pico_usd",
    "web search": "usage.web_searches * price.web_search_pico_usd",
}
"""What each kind of token of one row of `priced` costs when it is computed, by its name."""

CACHE_READ_SAVED = "(usage.cache_read_tokens * (price.input_pico_usd - price.cache_read_pico_usd))"
"""What one row of `priced` saved because it was read from the cache and not sent as input."""

CACHE_WRITE_PREMIUM = (
    "(usage.cache_write_5m_tokens * (price.cache_write_5m_pico_usd - price.input_pico_usd) "
    "+ usage.cache_write_1h_tokens * (price.cache_write_1h_pico_usd - price.input_pico_usd))"
)
"""What one row of `priced` cost more because it was written to the cache and not only sent."""

_COMPUTED = f"({' + '.join(CLASS_COSTS.values())})"
_REPORTED = f"iif(cost_is_reported, usage.reported_nano_usd * {PICO_PER_NANO}, NULL)"

_COSTS: "dict[Mode, str]" = {
    "auto": f"coalesce({_REPORTED}, {_COMPUTED})",
    "calculate": f"coalesce({_COMPUTED}, {_REPORTED})",
    "reported": _REPORTED,
}

_HAS_NO_PRICE = "price.facet_no IS NULL AND NOT cost_is_reported"
_UNPRICED: "dict[Mode, str]" = {
    "auto": _HAS_NO_PRICE,
    "calculate": _HAS_NO_PRICE,
    "reported": "NOT cost_is_reported",
}
"""When a cost is null: no column that it is made from is. (To make it once more would take longer.)
"""


def priced(rollup: str) -> str:
    """A FROM clause: the rollup as `usage`, with its `facet` and the `price` in force, if any.

    Args:
        rollup: `usage_by_time`, `usage_by_session`, or a query in parentheses that has their
            columns and no row across a change of prices.
    """
    return (
        f"{rollup} AS usage JOIN facets AS facet USING (facet_no) "
        "LEFT JOIN facet_prices AS price ON price.facet_no = usage.facet_no "
        "AND usage.quarter >= price.from_quarter AND usage.quarter < price.to_quarter"
    )


def cost(mode: "Mode" = "auto") -> str:
    """The cost of one row of `priced`, in picodollars; null where it has none by this mode."""
    return _COSTS[mode]


def cost_sum(mode: "Mode" = "auto") -> str:
    """The sum of `cost` over the rows of `priced`: exact as far as an integer reaches.

    SQLite's own sum of integers is an error beyond that, at nine million dollars; a client that
    reports nonsense may get there, and all the other sessions shall be shown all the same.
    """
    return exact_sum(_COSTS[mode])


def exact_sum(money: str) -> str:
    """The sum of an amount of money over rows, exact as `cost_sum` says."""
    return f"(sum({money} / {_SPLIT}) * {_SPLIT} + sum({money} % {_SPLIT}))"


def unpriced_tokens(mode: "Mode" = "auto") -> str:
    """The tokens of one row of `priced` that have no cost by this mode."""
    return f"iif({_UNPRICED[mode]}, {TOKENS}, 0)"

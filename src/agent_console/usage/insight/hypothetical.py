"""What the same tokens would have cost on another model.

It is hypothetical: another model would have used other numbers of tokens, and other tokens. Prices
are those of now, in the standard speed and tier, by the size of each prompt, with the discount.

Rule: what one token costs comes from usage/prices; nothing is looked up elsewhere.
"""

from sqlite3 import Connection

from msgspec import Struct

from agent_console.config_prices import PricesConfig
from agent_console.usage.periods import quarter
from agent_console.usage.prices.lookup import look_up
from agent_console.usage.prices.rates import Rates, Tier, parts_per_million, tier_at
from agent_console.usage.reports import query, selection
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.matching import is_model
from agent_console.usage.reports.row import UNKNOWN
from agent_console.usage.reports.sums import Sums

_MILLION = 1_000_000


class Hypothetical(Struct, frozen=True):
    """The cost on another model.

    Attributes:
        model: The other model.
        pico: Picodollars that the tokens of each model would have cost on it, by name.
    """

    model: str
    pico: dict[str, int]

    @property
    def total_pico(self) -> int:
        """Of all models."""
        return sum(self.pico.values())


def hypothetical(
    connection: Connection, wanted: Filter, model: str, prices: PricesConfig, now_ms: int
) -> Hypothetical:
    """What the tokens of a filter would have cost on another model.

    Args:
        connection: The ledger.
        wanted: What counts.
        model: Its name, or a part of the name of one in the ledger.
        prices: The user's own prices.
        now_ms: Unix milliseconds.

    Raises:
        ValueError: The model is not known, or several are meant.
    """
    name, tiers = _priced(connection, model, prices, quarter(now_ms))
    rest = _MILLION - parts_per_million(prices.discount_percent)
    names = query.names(connection, "model_no")
    facets = ("model_no", "prompt_over")
    rows = selection.select_rows(connection, wanted, facets=facets)
    found: dict[str, int] = {}
    for (_, model_no, prompt_over), sums in query.grouped(connection, rows, facets=facets):
        used = names.get(model_no, "") or UNKNOWN
        found[used] = found.get(used, 0) + _pico(sums, tier_at(tiers, prompt_over))
    return Hypothetical(name, {used: pico * rest // _MILLION for used, pico in found.items()})


def _priced(
    connection: Connection, model: str, prices: PricesConfig, now: int
) -> tuple[str, tuple[Tier, ...]]:
    tiers = _tiers(model, prices, now)
    if tiers:
        return model, tiers
    known = sorted(filter(None, query.names(connection, "model_no").values()))
    meant = [each for each in known if is_model(each, model)]
    if len(meant) > 1:
        raise ValueError(f'"{model}" means several: {", ".join(meant)}')
    tiers = _tiers(meant[0], prices, now) if meant else ()
    if not tiers:
        raise ValueError(f'nobody knows a price for "{model}"; see `agent-console pricing --all`')
    return meant[0], tiers


def _tiers(model: str, prices: PricesConfig, now: int) -> tuple[Tier, ...]:
    in_force = [each for each in look_up(model, prices).periods if each.from_quarter <= now]
    return in_force[-1].tiers if in_force else ()


def _pico(sums: Sums, rates: Rates) -> int:
    return (
        sums.input * rates.input
        + sums.output * rates.output
        + sums.cache_write_5m * rates.cache_write_5m
        + sums.cache_write_1h * rates.cache_write_1h
        + sums.cache_read * rates.cache_read
        + sums.web_searches * rates.web_search
    )

"""The user's own prices laid over the catalogue's.

Rule: what an override does not say stays as it was. A model that the catalogue does not know has a
price only from where overrides say what input and output cost; its other prices are then the
published multiples of input (usage/prices/published.py), and a search has the one price of the
Messages API.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fnmatch import fnmatchcase

from msgspec.structs import asdict

from agent_console.config_prices import PRICES, PriceOverride
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
    tier_at,
)


def matching(overrides: Iterable[PriceOverride], model: str) -> list[PriceOverride]:
    """The overrides for a model, in the order in which they are laid on: the last one wins.

    Args:
        overrides: In the order of the file.
        model: Its name as the ledger has it. Case says nothing; a pattern may also be the plain
            name, brackets included.
    """
    name = model.lower()
    found = [
        each
        for each in overrides
        if each.model.lower() == name or fnmatchcase(name, each.model.lower())
    ]
    return sorted(found, key=_from)


def overridden(catalogue: Periods, overrides: Sequence[PriceOverride]) -> Periods:
    """The history of a model's price with overrides laid on.

    Args:
        catalogue: Its history without them; empty when the catalogue does not know it.
        overrides: As `matching` gives them.
    """
    starts = {period.from_quarter for period in catalogue} | {_from(each) for each in overrides}
    periods: list[Period] = []
    for start in sorted(starts):
        tiers = _tiers(
            next((each.tiers for each in reversed(catalogue) if each.from_quarter <= start), ()),
            [each for each in overrides if _from(each) <= start],
        )
        if tiers and (not periods or periods[-1].tiers != tiers):
            periods.append(Period(start, tiers))
    return tuple(periods)


def _from(override: PriceOverride) -> int:
    return ALWAYS if override.since is None else first_quarter(override.since)


def _tiers(catalogue: tuple[Tier, ...], overrides: Sequence[PriceOverride]) -> tuple[Tier, ...]:
    thresholds = {0}
    thresholds |= {tier.prompt_over for tier in catalogue}
    thresholds |= {each.prompt_over for each in overrides}
    tiers: list[Tier] = []
    for threshold in sorted(thresholds):
        told: dict[str, int] = asdict(tier_at(catalogue, threshold)) if catalogue else {}
        for each in overrides:
            if each.prompt_over <= threshold:
                told |= _picos(each)
        if "input" not in told or "output" not in told:
            return ()
        rates = _completed(told)
        if not tiers or tiers[-1].rates != rates:
            tiers.append(Tier(threshold, rates))
    return tuple(tiers)


def _picos(override: PriceOverride) -> dict[str, int]:
    told: dict[str, Decimal | None] = {name: getattr(override, name) for name in PRICES}
    return {
        name: pico_per_search(usd) if name == "web_search" else pico_per_token(usd)
        for name, usd in told.items()
        if usd is not None
    }


def _completed(told: dict[str, int]) -> Rates:
    usd = Decimal(told["input"]) / pico_per_token(Decimal(1))
    derived = {
        "cache_write_5m": pico_per_token(usd * CACHE_WRITE_5M),
        "cache_write_1h": pico_per_token(usd * CACHE_WRITE_1H),
        "cache_read": pico_per_token(usd * CACHE_READ),
        "web_search": pico_per_search(WEB_SEARCHES_USD),
    }
    return Rates(**{**derived, **told})

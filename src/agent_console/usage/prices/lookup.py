"""What one model costs by the catalogue and by the user's configuration together, and who says so.

Rule: a model that nobody knows has no price: never one of 0, never a similar model's.
"""

from msgspec import Struct

from agent_console.config_prices import PricesConfig
from agent_console.usage.prices import catalogue
from agent_console.usage.prices.overrides import matching, overridden
from agent_console.usage.prices.rates import Periods

CONFIG = "config"
"""The origin of the user's own prices."""


class LookedUp(Struct, frozen=True):
    """A model's price.

    Attributes:
        origin: `genai-prices 1.2.3`, `config`, or both joined with ` + `; null: nobody knows it.
        catalogue_name: `vendor/model` there; null when it is not there.
        periods: Empty when there is no price.
    """

    origin: str | None
    catalogue_name: str | None
    periods: Periods


def look_up(model: str, prices: PricesConfig) -> LookedUp:
    """What the model of this name costs."""
    entry = catalogue.find(model)
    overrides = matching(prices.models, model)
    periods = overridden(() if entry is None else entry.periods, overrides)
    if not periods:
        return LookedUp(None, None, ())
    origins = [] if entry is None else [f"genai-prices {catalogue.version()}"]
    if overrides:
        origins.append(CONFIG)
    return LookedUp(" + ".join(origins), None if entry is None else entry.name, periods)

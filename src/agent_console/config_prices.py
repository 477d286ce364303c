"""What the user says of prices: the table `prices` of the configuration.

Rule: money is an exact decimal from the file to the ledger. TOML's numbers are read as they are
written (`config_text.parsed` parses them so), never through a float.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct, field

from agent_console import config_tables
from agent_console.errors import ConfigError

DEAREST_USD = 10_000
"""The highest price that is taken for one; more would not fit into the ledger's sums."""
LARGEST_PROMPT = 1_000_000_000
_DISCOUNT_DECIMALS = 4


class PriceOverride(Struct, frozen=True):
    """One entry of `[[prices.models]]`: prices that stand in the place of the catalogue's.

    Attributes:
        model: A name as the ledger has it, or a pattern like `claude-*`.
        since: In force from the beginning of this day in UTC; null: always.
        prompt_over: Only for prompts (input and cache) of more tokens than this.
        input, output, cache_write_5m, cache_write_1h, cache_read: US dollars per million tokens;
            null: as it is without this entry.
        web_search: US dollars per thousand searches.
    """

    model: str
    since: date | None = field(default=None, name="from")
    prompt_over: int = 0
    input: Decimal | None = None
    output: Decimal | None = None
    cache_write_5m: Decimal | None = None
    cache_write_1h: Decimal | None = None
    cache_read: Decimal | None = None
    web_search: Decimal | None = None


class PricesConfig(Struct, frozen=True):
    """How usage is priced beside the catalogue.

    Attributes:
        discount_percent: Taken off every computed cost. A cost that was reported stays.
        models: Of two that say the same of a model, the one with the later `from` holds; of equal
            ones the last.
    """

    discount_percent: Decimal = Decimal(0)
    models: tuple[PriceOverride, ...] = ()


PRICES = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read", "web_search")
KEYS = ("model", "from", "prompt_over", *PRICES)
DISCOUNT_WORDS = f"a number from 0 to 100 with at most {_DISCOUNT_DECIMALS} decimals"
MODELS_WORDS = "tables: write `[[prices.models]]` above each"

EXAMPLE = """\
## An example; take away both `#` to use it.
## [[prices.models]]
## model = "claude-example-*"   # a name, or a pattern; `agent-console pricing` lists names
## from = 2026-01-01            # from this day on (UTC); without it always
## prompt_over = 0              # only for prompts of more tokens than this
## input = 3.0                  # US dollars per million tokens
## output = 15.0
## cache_write_5m = 3.75
## cache_write_1h = 6.0
## cache_read = 0.3
## web_search = 10.0            # US dollars per thousand searches
"""
"""An entry of `[[prices.models]]` for a file that explains itself."""

_PRICE_WORDS = f"a number from 0 to {DEAREST_USD} (US dollars per million tokens)"
_SEARCH_WORDS = f"a number from 0 to {DEAREST_USD} (US dollars per thousand searches)"


def discount(value: object) -> Decimal:
    """`prices.discount_percent`, checked.

    Raises:
        ValueError: It is not allowed.
    """
    number = _number(value, 100)
    if number is None or round(number, _DISCOUNT_DECIMALS) != number:
        raise ValueError
    return number


def overrides(value: object) -> tuple[PriceOverride, ...]:
    """`prices.models`, checked.

    Raises:
        ValueError: It is no list of tables.
        ConfigError: An entry cannot be used; the sentence lacks only the file.
    """
    return config_tables.entries(value, _override)


def unknown_keys(written: object) -> list[str]:
    """Keys of entries that mean nothing to this version."""
    return config_tables.unknown_keys(written, "prices.models", KEYS)


def plain(models: tuple[PriceOverride, ...]) -> list[dict[str, Any]]:
    """The entries as the file has them, for whoever shows them; amounts as plain numbers."""
    return [
        {
            key: float(value) if isinstance(value, Decimal) else value
            for key, value in msgspec.to_builtins(model, builtin_types=(Decimal, date)).items()
            if value is not None and not (key == "prompt_over" and value == 0)
        }
        for model in models
    ]


def _override(entry: dict[str, object], number: int) -> PriceOverride:
    values: dict[str, Any] = {}
    for key, allowed, check in (
        ("model", 'a name like "claude-opus-5", or a pattern like "claude-*"', _name),
        ("from", "a day like 2026-01-31", _day),
        ("prompt_over", f"a whole number from 0 to {LARGEST_PROMPT}", _prompt),
        *((price, _PRICE_WORDS, _price) for price in PRICES[:-1]),
        (PRICES[-1], _SEARCH_WORDS, _price),
    ):
        if key not in entry:
            continue
        values[key] = check(entry[key])
        if values[key] is None:
            raise ConfigError(
                f"`{key}` of the {_ordinal(number)} `[[prices.models]]` is {_shown(entry[key])}, "
                f"allowed: {allowed}."
            )
    if "model" not in values:
        raise ConfigError(f"The {_ordinal(number)} `[[prices.models]]` needs a `model`.")
    if not any(price in values for price in PRICES):
        raise ConfigError(
            f"The {_ordinal(number)} `[[prices.models]]` sets no price: give it one of "
            f"{', '.join(PRICES)}."
        )
    return msgspec.convert(values, PriceOverride)


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _day(value: object) -> date | None:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    return value if type(value) is date else None


def _prompt(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= LARGEST_PROMPT else None


def _price(value: object) -> Decimal | None:
    return _number(value, DEAREST_USD)


def _number(value: object, largest: int) -> Decimal | None:
    if type(value) is int:
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 <= value <= largest:
        return None
    return value


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _ordinal(number: int) -> str:
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(number, f"{number}th")

"""Prices of the person's own: set or taken away in their configuration, and in force at once.

Rule: the configuration is the only place where they are kept; the terminal and the web page change
it here. An entry is told by its model, its first day and its size of prompt.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias, cast

import tomlkit
from msgspec.structs import replace
from tomlkit import TOMLDocument
from tomlkit.items import AoT, Item, Table

from agent_console.config import Config
from agent_console.config_edit import edit
from agent_console.config_prices import DEAREST_USD, PRICES, PriceOverride, PricesConfig
from agent_console.errors import ConfigError, NotPossibleError
from agent_console.paths import config_path
from agent_console.presence import is_missing
from agent_console.usage.prices.overrides import matching
from agent_console.usage.prices.refresh import NOTHING_CHANGED, PricesChanged
from agent_console.usage.writing.keeping_prices import keep_prices
from agent_console.usage.writing.ledger import Ledger

Models: TypeAlias = tuple[PriceOverride, ...]


def usd(text: str) -> Decimal:
    """What a person writes for a price: `3`, `$0.25`.

    Raises:
        ValueError: It is none; the message says what would be.
    """
    try:
        found = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation:
        found = Decimal(-1)
    if not found.is_finite() or not 0 <= found <= DEAREST_USD:
        raise ValueError(
            f"`{text}` is no price: write dollars from 0 to {DEAREST_USD:,}, like 0.25."
        )
    return found


def own_price(prices: PricesConfig, wanted: PriceOverride) -> PriceOverride | None:
    """The entry for the same model, day and size of prompt; null when there is none."""
    number = _number(prices.models, wanted)
    return None if number is None else prices.models[number]


def set_price(wanted: PriceOverride) -> Config:
    """Have an entry say this and nothing else; the configuration as it is then.

    Where there is one already, it is changed in its place, with its comments, unless a later entry
    would hide it: then it becomes the last. So what was set last is what holds.

    Raises:
        ConfigError: The file cannot be used or written, or a price is not allowed. It is as it was.
    """

    def change(document: TOMLDocument, before: Models) -> None:
        number = _number(before, wanted)
        apart = "\n" if document else ""
        entries = _entries(document)
        if number is None:
            entries.append(_new_entry(entries, wanted, apart))
            return
        entry = _filled(entries[number], wanted)
        if _is_hidden(before, number):
            del entries[number]
            entries.append(entry)

    return _edited(change, lambda before: _with(before, wanted))


def unset_price(model: str, like: PriceOverride | None = None) -> Config:
    """Take entries away; the configuration as it is then.

    Args:
        model: The model, written as in the entry.
        like: Only the one of its day and size of prompt; null: all of the model's.

    Raises:
        NotPossibleError: There is none.
        ConfigError: The file cannot be used or written. It is as it was.
    """

    def is_meant(entry: PriceOverride) -> bool:
        return entry.model.lower() == model.lower() and (
            like is None or _place(entry) == _place(like)
        )

    def change(document: TOMLDocument, before: Models) -> None:
        numbers = [number for number, entry in enumerate(before) if is_meant(entry)]
        if not numbers:
            raise NotPossibleError(
                f"{config_path()} has no price for {model}: nothing was changed."
            )
        entries = _entries(document)
        for number in reversed(numbers):
            del entries[number]
        if not entries:
            del cast("Table", document["prices"])["models"]

    return _edited(change, lambda before: [entry for entry in before if not is_meant(entry)])


def lacking(model: str, prices: PricesConfig) -> str | None:
    """What else the person has to say for a model to have a price; null when it has one.

    Args:
        model: A name; a pattern may be of models that are published, and lacks nothing.
        prices: With an entry for it.
    """
    from agent_console.usage.prices.lookup import look_up  # noqa: PLC0415 - the catalogue, rarely

    told = [
        {name for name in _NEEDED if getattr(each, name) is not None}
        for each in matching(prices.models, model)
        if each.prompt_over == 0  # others hold only beside such
    ]
    if any(each.issuperset(_NEEDED) for each in told):
        return None
    if not _PATTERN.isdisjoint(model) or look_up(model, prices).periods:
        return None
    missing = [f"its {name} price" for name in _NEEDED if name not in {*chain.from_iterable(told)}]
    return " and ".join(missing)


_NEEDED = ("input", "output")
"""What a model needs that nobody publishes (usage/prices/overrides.py)."""

_PATTERN = frozenset("*?[")


def reprice(database: Path, config: Config) -> PricesChanged:
    """Have the ledger's past cost what the configuration says now.

    Raises:
        LedgerError: The ledger cannot be opened or written.
    """
    if is_missing(database):
        return NOTHING_CHANGED
    ledger = Ledger.configured(database, config)
    try:
        return keep_prices(ledger, config.prices)
    finally:
        ledger.close()


def _edited(
    change: Callable[[TOMLDocument, Models], None],
    expected: Callable[[Models], Iterable[PriceOverride]],
) -> Config:
    """Edit the file, and believe it only when nothing but the entry has changed."""
    from agent_console import config  # noqa: PLC0415 - its functions, beside the class above

    def work(document: TOMLDocument) -> None:
        now = config.check(tomlkit.dumps(document).encode(), config_path())
        change(document, now.prices.models)
        after = config.check(tomlkit.dumps(document).encode(), config_path())
        wanted = replace(now, prices=replace(now.prices, models=tuple(expected(now.prices.models))))
        if after != wanted:
            raise ConfigError(
                f"{config_path()} writes its prices in a way that only you can change: edit it by "
                "hand. It is left as it is."
            )

    return edit(work)


def _with(before: Models, wanted: PriceOverride) -> list[PriceOverride]:
    number = _number(before, wanted)
    if number is None:
        return [*before, wanted]
    rest = [*before[:number], *before[number + 1 :]]
    rest.insert(len(rest) if _is_hidden(before, number) else number, wanted)
    return rest


def _place(entry: PriceOverride) -> tuple[Any, int]:
    return entry.since, entry.prompt_over


def _number(models: Models, wanted: PriceOverride) -> int | None:
    """The last of its kind is the one that holds."""
    found = [
        number
        for number, entry in enumerate(models)
        if entry.model.lower() == wanted.model.lower() and _place(entry) == _place(wanted)
    ]
    return found[-1] if found else None


def _is_hidden(models: Models, number: int) -> bool:
    """A later entry of the same day says something of the same model."""
    entry = models[number]
    later = [each for each in models[number + 1 :] if each.since == entry.since]
    return bool(matching(later, entry.model))


def _entries(document: TOMLDocument) -> Any:
    prices = cast("Table", document.setdefault("prices", tomlkit.table(is_super_table=True)))
    return prices.setdefault("models", tomlkit.aot())


def _new_entry(entries: Any, wanted: PriceOverride, apart: str) -> Any:
    """With one blank line around it, as people write tables."""
    if not isinstance(entries, AoT):
        return _filled(tomlkit.inline_table(), wanted)
    follows_blank = bool(entries) and entries[-1].as_string().endswith("\n\n")
    entry = tomlkit.table()
    entry.trivia.indent = "" if follows_blank else apart
    _filled(entry, wanted)
    if follows_blank:
        entry.add(tomlkit.nl())
    return entry


def _filled(entry: Any, wanted: PriceOverride) -> Any:
    values: dict[str, Item | None] = {
        "model": tomlkit.string(wanted.model),
        "from": None if wanted.since is None else tomlkit.date(wanted.since.isoformat()),
        "prompt_over": tomlkit.integer(wanted.prompt_over) if wanted.prompt_over else None,
        **{name: _price(getattr(wanted, name)) for name in PRICES},
    }
    for key, value in values.items():
        if value is None:
            entry.pop(key, None)
        elif key not in entry or str(entry[key]) != str(value):
            entry[key] = value
    return entry


def _price(price: Decimal | None) -> Item | None:
    if price is None:
        return None
    digits = f"{price:f}"
    return tomlkit.value(digits if "." in digits else f"{digits}.0")

"""Prices for the page: what the ledger computes with, and the person's own.

Rule: no NiceGUI here. What is listed is what `agent-console pricing` prints.
"""

from datetime import datetime, tzinfo
from typing import Any

from agent_console.config_prices import PRICES, PriceOverride, PricesConfig
from agent_console.model.format import exact_amount, printable, threshold
from agent_console.model.short_names import short_model
from agent_console.usage.prices.listing import ListedModel, ListedPrice, PriceList
from agent_console.usage.prices.overrides import matching

NOBODY = "nobody: its tokens are unpriced"


def price_rows(found: PriceList, prices: PricesConfig) -> list[dict[str, Any]]:
    """A row for each price: of a model, from a day on, for prompts of a size."""
    return [
        _row(model, number, listed, prices)
        for model in found.models
        for number, listed in enumerate(model.prices or [None])
    ]


def _row(
    model: ListedModel, number: int, listed: ListedPrice | None, prices: PricesConfig
) -> dict[str, Any]:
    own = matching(prices.models, model.model)
    row: dict[str, Any] = {
        "key": f"{model.model} {number}",
        "model": model.model,
        "name": printable(short_model(model.model)) if number == 0 else "",
        "origin": (model.origin or NOBODY) if number == 0 else "",
        "own": bool(own),
        "since": "",
        "prompt": "",
    }
    if listed is not None:
        row["since"] = listed.since or ("always" if number == 0 else "")
        row["prompt"] = threshold(listed.prompt_over) if listed.prompt_over else ""
        row |= {name: exact_amount(getattr(listed, name)) for name in PRICES}
    return row


def price_age(found: PriceList, now_ms: int, zone: tzinfo | None) -> str:
    """A sentence: which catalogue, of when."""

    def day(at_ms: int) -> str:
        return f"{datetime.fromtimestamp(at_ms / 1000, zone):%Y-%m-%d}"

    catalogue = found.makers.partition(", ")[2].partition(" (")[0]
    words = f"From {catalogue}"
    if found.installed_ms is not None:
        days = max(0, now_ms - found.installed_ms) // 86_400_000
        ago = "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"
        words += f", installed on {day(found.installed_ms)} ({ago})"
    if found.looked_up_ms is not None:
        words += f"; last looked up on {day(found.looked_up_ms)}"
    return f"{words}."


def entry_words(entry: PriceOverride) -> str:
    """What an entry of the person's own says: `input 4.00, output 20.00 from 2026-01-01`."""
    said = [
        f"{name.replace('_', ' ')} {exact_amount(value)}"
        for name in PRICES
        if (value := getattr(entry, name)) is not None
    ]
    since = "" if entry.since is None else f" from {entry.since}"
    prompt = f" for prompts {threshold(entry.prompt_over)}" if entry.prompt_over else ""
    return f"{', '.join(said)}{since}{prompt}"


def unpriced_words(found: PriceList) -> list[str]:
    """What has no price, as sentences."""
    names = [printable(model.model) for model in found.models if model.origin is None]
    said = [
        f"{name} has no price: its tokens are counted, and cost nothing known." for name in names
    ]
    for kind in found.unpriced_kinds:
        ways = (
            ("speed", kind.speed), ("service tier", kind.service_tier),
            ("inference geo", kind.inference_geo),
        )  # fmt: skip
        how = ", ".join(f"{name} {printable(value)}" for name, value in ways if value)
        said.append(f"{printable(kind.model)}{how and ' with '}{how} has no published price.")
    return said

"""Prices as a table that fits 80 columns.

Rule: a row is one price: of a model, from a day on, for prompts of a size. Columns that say nothing
for any row are not drawn; where a price is from stands in the table when there is room, else below.
"""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from agent_console.model.format import exact_amount, printable, threshold
from agent_console.usage.prices.listing import ListedModel, ListedPrice

ORIGIN_FROM_COLUMNS = 110
"""The narrowest terminal that has the column with the origin."""

HEADINGS_FROM_COLUMNS = 90
"""The narrowest terminal in which each heading takes one line."""

_AMOUNTS = ("INPUT", "OUTPUT", "WRITE 5M", "WRITE 1H", "READ")


def price_table(models: Iterable[ListedModel], columns: int) -> Table:
    """The models in the order given, US dollars per million tokens.

    Args:
        models: What to show.
        columns: The width of the terminal.
    """
    models = list(models)
    wide = columns >= ORIGIN_FROM_COLUMNS
    prices = [price for model in models for price in model.prices]
    dated = any(price.since for price in prices)
    tiered = any(price.prompt_over for price in prices)
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("MODEL", overflow="fold")
    if dated:
        table.add_column("SINCE", no_wrap=True)
    if tiered:
        table.add_column("PROMPT", justify="right", no_wrap=True)
    between = " " if columns >= HEADINGS_FROM_COLUMNS else "\n"
    for heading in _AMOUNTS:
        table.add_column(heading.replace(" ", between), justify="right", no_wrap=True)
    if wide:
        table.add_column("FROM", overflow="fold")
    for model in models:
        for number, price in enumerate(model.prices or [None]):
            cells = [Text(printable(model.model) if number == 0 else "")]
            if dated:
                cells.append(Text((price and price.since) or ""))
            if tiered:
                over = price.prompt_over if price else 0
                cells.append(Text(threshold(over) if over else ""))
            cells += _amounts(price)
            if wide:
                cells.append(Text(_origin(model) if number == 0 else "", style="dim"))
            table.add_row(*cells)
    return table


def _amounts(price: ListedPrice | None) -> list[Text]:
    if price is None:
        return [Text("no price", style="yellow"), *[Text("")] * (len(_AMOUNTS) - 1)]
    told = (
        price.input,
        price.output,
        price.cache_write_5m,
        price.cache_write_1h,
        price.cache_read,
    )
    return [Text(f"${exact_amount(usd)}") for usd in told]


def _origin(model: ListedModel) -> str:
    if model.origin is None:
        return ""
    return f"{model.origin} ({model.catalogue_name})" if model.catalogue_name else model.origin

"""Prices as a table that fits 80 columns.

Rule: a row is one price: of a model, from a day on, for prompts of a size. Columns that say nothing
for any row are not drawn; where a price is from stands in the table when there is room, else below.
"""

from collections.abc import Iterable, Iterator

from rich.table import Table
from rich.text import Text

from agent_console.cli.narrow import fitting
from agent_console.model.format import exact_amount, printable, threshold
from agent_console.usage.prices.listing import ListedModel, ListedPrice

ORIGIN_FROM_COLUMNS = 110
"""The narrowest terminal that has the column with the origin."""

HEADINGS_FROM_COLUMNS = 90
"""The narrowest terminal in which each heading takes one line."""

_AMOUNTS = ("INPUT", "OUTPUT", "WRITE 5M", "WRITE 1H", "READ")
_WHERE_TOLD = ("SINCE", "PROMPT")
_HEADINGS = ("MODEL", *_WHERE_TOLD, *_AMOUNTS, "FROM")
_FOLDED = ("MODEL", "FROM")
_LEFT_OUT_FIRST = ("WRITE 1H", "WRITE 5M", "READ", "PROMPT", "SINCE")
_NARROWEST_NAME = 16
_GAP = 1


def price_table(models: Iterable[ListedModel], columns: int) -> Table:
    """The models in the order given, US dollars per million tokens.

    Args:
        models: What to show.
        columns: The width of the terminal.
    """
    rows = [row for model in models for row in _rows(model)]
    between = " " if columns >= HEADINGS_FROM_COLUMNS else "\n"
    headings = {
        heading: heading.replace(" ", between)
        for heading in _HEADINGS
        if heading not in _WHERE_TOLD or any(row[heading].plain for row in rows)
    }
    if columns < ORIGIN_FROM_COLUMNS:
        del headings["FROM"]
    drawn = [{title: row[heading] for heading, title in headings.items()} for row in rows]
    shown = fitting(
        list(headings.values()),
        drawn,
        columns,
        left_out_first=[title for name in _LEFT_OUT_FIRST if (title := headings.get(name))],
        folded={"MODEL": _NARROWEST_NAME, **({"FROM": 0} if "FROM" in headings else {})},
        gap=_GAP,
    )
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    for title in shown:
        if title in _FOLDED:
            least = _NARROWEST_NAME if title == "MODEL" else None
            table.add_column(title, overflow="fold", min_width=least)
        else:
            day = title == "SINCE"
            table.add_column(title, justify="left" if day else "right", no_wrap=True)
    for row in drawn:
        table.add_row(*(row[title] for title in shown))
    return table


def _rows(model: ListedModel) -> Iterator[dict[str, Text]]:
    for number, price in enumerate(model.prices or [None]):
        first = number == 0
        over = price.prompt_over if price else 0
        yield {
            "MODEL": Text(printable(model.model) if first else ""),
            "SINCE": Text((price and price.since) or ""),
            "PROMPT": Text(threshold(over) if over else ""),
            **dict(zip(_AMOUNTS, _amounts(price), strict=True)),
            "FROM": Text(_origin(model) if first else "", style="dim"),
        }


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

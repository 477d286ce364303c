"""How figures are written in documents, whatever the format."""

from datetime import datetime

from agent_console.documents.contents import Contents
from agent_console.model.budget import Budget
from agent_console.model.format import exact_cost, tokens
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.sums import Sums

UNKNOWN = "N/A"


def money(sums: Sums) -> str:
    """What it cost; `N/A` where nothing has a price."""
    if sums.cost_pico is None:
        return UNKNOWN if sums.tokens else exact_cost(0)
    return exact_cost(sums.cost_pico / PICO_PER_USD)


def percent(part: float | None) -> str:
    """A part of 1 in percent."""
    return UNKNOWN if part is None else f"{part * 100:.1f} %"


def amount(value: int, budget: Budget) -> str:
    """An amount in the budget's unit."""
    if budget.limit_tokens is not None:
        return f"-{tokens(-value)}" if value < 0 else tokens(value)
    return exact_cost(value / PICO_PER_USD)


def change(it: Contents) -> str:
    """How the cost compares with that of the days before."""
    if it.change_percent is None:
        return f"nothing in {it.stretch.compared_title}"
    return (
        f"{it.change_percent:+.0f} % against {money(it.before.sums)} in {it.stretch.compared_title}"
    )


def classes(sums: Sums) -> list[tuple[str, int]]:
    """The classes of tokens, which add up to all."""
    return [
        ("Input", sums.input),
        ("Output", sums.output),
        ("Cache write, 5 minutes", sums.cache_write_5m),
        ("Cache write, 1 hour", sums.cache_write_1h),
        ("Cache read", sums.cache_read),
    ]


def made(it: Contents, wanted: Filter) -> str:
    """When the report was made."""
    moment = datetime.fromtimestamp(it.made_at_ms / 1000, wanted.zone.info)
    return f"{moment:%Y-%m-%d %H:%M}"


def scope(wanted: Filter) -> str:
    """What alone is counted; empty when all is."""
    parts = [
        f"only {noun} {', '.join(names)}"
        for noun, names in (("project", wanted.projects), ("model", wanted.models))
        if names
    ]
    return "; ".join(parts)

"""Budgets as a table that fits 80 columns, in full, and as JSON."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from agent_console.board.budget_words import described, exact, lasts, short
from agent_console.cli.fields import fields
from agent_console.model.budget import Budget, BudgetStatus
from agent_console.model.format import exact_tokens, printable
from agent_console.usage.budget_periods import Calendar
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.periods import quarter
from agent_console.usage.reports.calendar import iso

STYLES = {"green": "green", "yellow": "yellow", "red": "bold red"}
_LASTS = {"to end": "to the end of the period", "spent": "nothing is left"}


def budget_table(found: Iterable[BudgetStatus]) -> Table:
    """A row for each budget."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("ID", justify="right", no_wrap=True)
    table.add_column("BUDGET", overflow="fold", min_width=10)
    table.add_column("PERIOD", no_wrap=True)
    for heading in ("SPENT", "LIMIT", "USED", "LEFT", "AT END"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("LASTS", no_wrap=True)
    for status in found:
        budget = status.budget
        style = "dim" if budget.is_paused else STYLES[status.colour]
        table.add_row(
            budget.budget_id,
            Text(described(budget) + (" (hard)" if budget.is_hard else "")),
            budget.period,
            short(budget, status.spent),
            short(budget, budget.limit),
            Text(f"{status.percent:.0f} %", style=style),
            short(budget, status.left),
            short(budget, status.projected),
            "paused" if budget.is_paused else lasts(status),
        )
    return table


def budget_detail(status: BudgetStatus, calendar: Calendar) -> RenderableType:
    """Everything about one budget."""
    budget = status.budget
    first, last = _days_of(status, calendar)
    rest = lasts(status)
    return fields(
        (
            ("Budget", f"{budget.budget_id}, {printable(budget.name)}"),
            ("Period", f"{first} to {last}"),
            ("Limit", exact(budget, budget.limit)),
            ("Spent", f"{exact(budget, status.spent)} ({status.percent:.1f} %)"),
            ("Left", Text(exact(budget, status.left), style=STYLES[status.colour])),
            (
                "Set aside",
                exact(budget, status.in_period - status.spent) if _was_reset(status) else "",
            ),
            ("At the end", f"{exact(budget, status.projected)}, if it goes on like this"),
            (
                "Lasts",
                f"{rest} at the pace of the last 24 hours"
                if rest[:1].isdigit()
                else _LASTS.get(rest, rest),
            ),
            ("Alerts at", ", ".join(f"{percent} %" for percent in budget.warn_at)),
            ("Unpriced", exact_tokens(status.unpriced_tokens) if status.unpriced_tokens else ""),
            ("Hard", "the gate stops sessions beyond it" if budget.is_hard else ""),
            ("Paused", "no alerts, no gate" if budget.is_paused else ""),
        )
    )


def as_data(status: BudgetStatus, calendar: Calendar) -> dict[str, Any]:
    """A budget for scripts; amounts are US dollars or tokens, as `unit` says."""
    budget = status.budget
    first, last = _days_of(status, calendar)
    return {
        "budget_id": budget.budget_id,
        "scope": budget.scope,
        "subject": budget.subject or None,
        "period": budget.period,
        "billing_day": budget.billing_day if budget.period == "monthly" else None,
        "unit": "usd" if budget.limit_tokens is None else "tokens",
        "limit": _number(budget, budget.limit),
        "spent": _number(budget, status.spent),
        "left": _number(budget, status.left),
        "percent": round(status.percent, 6),
        "colour": status.colour,
        "projected": _number(budget, status.projected),
        "days_left": status.days_left,
        "unpriced_tokens": status.unpriced_tokens,
        "first_day": first,
        "last_day": last,
        "from_ms": status.from_ms,
        "until_ms": status.until_ms,
        "warn_at": budget.warn_at,
        "hard": budget.is_hard,
        "paused": budget.is_paused,
    }


def sentence(status: BudgetStatus) -> str:
    """A budget in one line."""
    budget = status.budget
    return (
        f"{printable(budget.name)}: {status.percent:.0f} % spent, "
        f"{exact(budget, status.spent)} of {exact(budget, budget.limit)}"
    )


def moment(at_ms: int) -> str:
    """A time in the zone of the machine."""
    return datetime.fromtimestamp(at_ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")


def _days_of(status: BudgetStatus, calendar: Calendar) -> tuple[str, str]:
    day = calendar.zone.day
    return iso(day(quarter(status.from_ms))), iso(day(quarter(status.until_ms) - 1))


def _was_reset(status: BudgetStatus) -> bool:
    return status.in_period != status.spent


def _number(budget: Budget, amount: int) -> float | int:
    return amount / PICO_PER_USD if budget.limit_tokens is None else amount

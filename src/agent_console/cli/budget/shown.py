"""Budgets as a table that fits 80 columns, in full, and as JSON."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from agent_console.board.budget_words import described, exact, lasts, short
from agent_console.cli.fields import fields
from agent_console.cli.narrow import fitting
from agent_console.model.budget import Budget, BudgetStatus
from agent_console.model.format import exact_tokens, printable
from agent_console.usage.budgets.periods import Calendar
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.periods import quarter
from agent_console.usage.reports.calendar import iso

STYLES = {"green": "green", "yellow": "yellow", "red": "bold red"}
_HEADINGS = ("ID", "BUDGET", "PERIOD", "SPENT", "LIMIT", "USED", "LEFT", "AT END", "LASTS")
_LEFT_OUT_FIRST = ("LASTS", "AT END", "LEFT", "PERIOD", "LIMIT", "SPENT")
_NARROWEST_NAME = 10
_GAP = 2
_LASTS = {"to end": "to the end of the period", "spent": "nothing is left"}


def budget_table(found: Iterable[BudgetStatus], width: int) -> Table:
    """A row for each budget.

    Args:
        found: The budgets.
        width: Columns of the terminal; what does not fit is left out, never cut.
    """
    rows = [_row(status) for status in found]
    shown = fitting(
        _HEADINGS,
        rows,
        width,
        left_out_first=_LEFT_OUT_FIRST,
        folded={"BUDGET": _NARROWEST_NAME},
        gap=_GAP,
    )
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim")
    for heading in shown:
        if heading == "BUDGET":
            table.add_column(heading, overflow="fold", min_width=_NARROWEST_NAME)
        else:
            words = heading in {"PERIOD", "LASTS"}
            table.add_column(heading, justify="left" if words else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(row[heading] for heading in shown))
    return table


def _row(status: BudgetStatus) -> dict[str, Text]:
    budget = status.budget
    style = "dim" if budget.is_paused else STYLES[status.colour]
    return {
        "ID": Text(budget.budget_id),
        "BUDGET": Text(described(budget) + (" (hard)" if budget.is_hard else "")),
        "PERIOD": Text(budget.period),
        "SPENT": Text(short(budget, status.spent)),
        "LIMIT": Text(short(budget, budget.limit)),
        "USED": Text(f"{status.percent:.0f} %", style=style),
        "LEFT": Text(short(budget, status.left)),
        "AT END": Text(short(budget, status.projected)),
        "LASTS": Text("paused" if budget.is_paused else lasts(status)),
    }


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

"""A budget in words, the same in tables and on the web page."""

from agent_console.model.budget import Budget, BudgetStatus
from agent_console.model.format import cost, exact_cost, exact_tokens, printable, tokens
from agent_console.usage.cost_sql import PICO_PER_USD

_MANY_DAYS = 999


def described(budget: Budget) -> str:
    """What it is about."""
    return "everything" if budget.scope == "all" else printable(budget.subject)


def period_words(budget: Budget) -> str:
    """How often it begins anew: `monthly from day 15`."""
    if budget.period == "monthly" and budget.billing_day != 1:
        return f"monthly from day {budget.billing_day}"
    return budget.period


def short(budget: Budget, amount: int) -> str:
    """An amount of its unit for a list."""
    if budget.limit_tokens is None:
        return cost(amount / PICO_PER_USD)
    return f"-{tokens(-amount)}" if amount < 0 else tokens(amount)


def exact(budget: Budget, amount: int) -> str:
    """The same for a detail."""
    if budget.limit_tokens is None:
        return exact_cost(amount / PICO_PER_USD)
    return f"{exact_tokens(amount)} tokens"


def lasts(status: BudgetStatus) -> str:
    """How long the rest lasts; what outlives the period is no number."""
    if status.left <= 0:
        return "spent"
    days = status.days_left
    rest = (status.until_ms - status.at_ms) / 86_400_000
    if days is None or days >= rest:
        return "to end"
    return f"{days:.1f} d" if days < _MANY_DAYS else f"{days:.0f} d"


def outlook(status: BudgetStatus) -> str:
    """What is to be expected of it."""
    rest = lasts(status)
    left = (
        "nothing is left" if rest == "spent"
        else "lasts to the end" if rest == "to end"
        else f"lasts {rest} more"
    )  # fmt: skip
    return f"{short(status.budget, status.projected)} at the end · {left}"

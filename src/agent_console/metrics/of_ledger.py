"""What the ledger says, as metrics: tokens and dollars ever, today's costs, budgets.

Rule: no number of its own: totals are those of `usage`, budgets those of `budget list`, today and
the burn rate those of the status line.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from agent_console.metrics.family import Family, Sample, counter, gauge, one
from agent_console.model.budget import BudgetStatus
from agent_console.usage.budgets.periods import Calendar
from agent_console.usage.budgets.spending import SpendingQuery
from agent_console.usage.budgets.status import budget_statuses
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.reports.lifetime import Lifetime, lifetime
from agent_console.usage.reports.sums import Sums

if TYPE_CHECKING:
    from agent_console.usage.reports.reading import Reading

_Value: TypeAlias = Callable[[Sums], float | None]

TOKENS = "agent_console_tokens_total"
COST = "agent_console_cost_usd_total"

CLASSES = (
    ("input", "input"),
    ("output", "output"),
    ("cache_write_5m", "cache_write_5m"),
    ("cache_write_1h", "cache_write_1h"),
    ("cache_read", "cache_read"),
)
"""The values of the label `class`, and where each stands in the sums; together they are all."""


def ledger_families(connection: "Reading", calendar: Calendar, at_ms: int) -> list[Family]:
    """All that the ledger tells.

    Args:
        connection: The ledger.
        calendar: How days, weeks and months are cut.
        at_ms: Now, Unix milliseconds.
    """
    spending = SpendingQuery(connection, calendar.zone.info).read(at_ms)
    budgets = budget_statuses(connection, calendar, at_ms)
    return [
        *_totals(lifetime(connection)),
        one("agent_console_today_cost_usd", "US dollars since midnight.", spending.today_cost_usd),
        one(
            "agent_console_block_cost_usd",
            "US dollars in the current 5-hour block.",
            spending.block_cost_usd,
        ),
        one(
            "agent_console_burn_usd_per_hour",
            "US dollars per hour in the current 5-hour block so far.",
            spending.burn_usd_per_hour,
        ),
        *_budgets(budgets),
    ]


def _totals(ever: Lifetime) -> list[Family]:
    return [
        counter(
            TOKENS,
            "Tokens in the ledger, by class and model.",
            [
                Sample(getattr(sums, attribute), {"class": name, "model": model})
                for model, sums in ever.by_model.items()
                for name, attribute in CLASSES
            ],
            ever.since_ms,
        ),
        counter(
            COST,
            "US dollars in the ledger, by model; a change of prices changes it.",
            _by_model(ever, lambda sums: _usd(sums.cost_pico)),
            ever.since_ms,
        ),
        counter(
            "agent_console_responses_total",
            "Responses in the ledger, by model.",
            _by_model(ever, lambda sums: sums.responses),
            ever.since_ms,
        ),
        gauge(
            "agent_console_unpriced_tokens",
            "Tokens in the ledger whose model has no price: they are in no cost.",
            _by_model(ever, lambda sums: sums.unpriced or None),
        ),
    ]


def _by_model(ever: Lifetime, value: _Value) -> list[Sample]:
    found = ((model, value(sums)) for model, sums in ever.by_model.items())
    return [Sample(amount, {"model": model}) for model, amount in found if amount is not None]


def _budgets(statuses: Sequence[BudgetStatus]) -> list[Family]:
    families = [
        gauge(
            "agent_console_budget_used_ratio",
            "How much of a budget is spent; 1 is all of it.",
            [Sample(status.percent / 100, _labels(status)) for status in statuses],
        )
    ]
    in_usd = [each for each in statuses if each.budget.limit_tokens is None]
    in_tokens = [each for each in statuses if each.budget.limit_tokens is not None]
    for unit, words, of_unit in (("usd", "US dollars", in_usd), ("tokens", "Tokens", in_tokens)):
        for name, text, amounts in (
            ("limit", "that may be spent", [each.budget.limit for each in of_unit]),
            ("spent", "that are spent", [each.spent for each in of_unit]),
            (
                "projected",
                "that will be spent at the period's end if it goes on like this",
                [each.projected for each in of_unit],
            ),
        ):
            families.append(
                gauge(
                    f"agent_console_budget_{name}_{unit}",
                    f"{words} of a budget {text}.",
                    [
                        Sample(amount / PICO_PER_USD if unit == "usd" else amount, _labels(status))
                        for amount, status in zip(amounts, of_unit, strict=True)
                    ],
                )
            )
    return families


def _labels(status: BudgetStatus) -> dict[str, str]:
    budget = status.budget
    return {
        "budget_id": budget.budget_id,
        "scope": budget.scope,
        "subject": budget.subject,
        "period": budget.period,
    }


def _usd(pico: int | None) -> float | None:
    return None if pico is None else pico / PICO_PER_USD

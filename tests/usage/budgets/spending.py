"""Budgets as tests set them, and spending for them."""

from typing import Any

from tests.usage.asking import NOON_MS, SESSION, add

from agent_console.model.budget import Budget
from agent_console.model.usage import Alert
from agent_console.usage.entries import AddUsage, UsageAdded
from agent_console.usage.tables.alerts import read_alerts
from agent_console.usage.writing.budget_keeping import keep_budget
from agent_console.usage.writing.ledger import Ledger

NANO = 1_000_000_000
PICO = 1_000_000_000_000


def budget(usd: float | None = 10, **fields: Any) -> Budget:
    """A monthly budget for everything, unless the fields say otherwise."""
    given: dict[str, Any] = {"budget_id": "", "scope": "all", "subject": "", "period": "monthly"}
    if usd is not None:
        given["limit_nano_usd"] = round(usd * NANO)
    return Budget(**(given | fields))


def keep(ledger: Ledger, wanted: Budget, at_ms: int = NOON_MS) -> Budget:
    return keep_budget(ledger, wanted, at_ms)


def cost(usd: float, at_ms: int = NOON_MS, **fields: Any) -> AddUsage:
    """A response that costs so much."""
    return add(cost_usd=usd, at_ms=at_ms, session=fields.pop("session", SESSION), **fields)


def spend(ledger: Ledger, usd: float, at_ms: int = NOON_MS, **fields: Any) -> None:
    (result,) = ledger.carry_out([cost(usd, at_ms, **fields)])
    assert isinstance(result, UsageAdded), result


def history(ledger: Ledger) -> list[Alert]:
    """All alerts, the oldest first."""
    return read_alerts(ledger.connection, NOON_MS)[::-1]


def thresholds(ledger: Ledger) -> list[int | None]:
    return [alert.threshold_percent for alert in history(ledger)]

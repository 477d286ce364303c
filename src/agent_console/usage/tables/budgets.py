"""The budgets that the person has set, in the ledger's table `budgets`.

Rule: the caller's transaction. There is one budget for each scope, subject and period; setting it
again changes that one, and setting it to what it is changes nothing.
"""

from sqlite3 import Connection
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from agent_console.model.budget import Budget

_COLUMNS = (
    "budget_no, scope, subject, period, limit_nano_usd, limit_tokens, billing_day, warn_at, "
    "is_hard, is_paused, round, reset_from_ms, reset_pico_usd, reset_tokens"
)
_READ = f"SELECT {_COLUMNS} FROM budgets"  # noqa: S608 - constants only


def read_budgets(connection: Connection) -> list[Budget]:
    """All of them, in the order in which they were first set."""
    return [_budget(row) for row in connection.execute(f"{_READ} ORDER BY budget_no")]


def set_budget(connection: Connection, wanted: Budget, at_ms: int) -> Budget:
    """Set a budget, in the place of the one for the same scope, subject and period.

    Args:
        connection: The ledger, in a transaction that may write.
        wanted: What it shall be; its id, round and reset count for nothing.
        at_ms: Now, Unix milliseconds.
    """
    row = connection.execute(
        f"{_READ} WHERE scope = ? AND subject = ? AND period = ?",
        (wanted.scope, wanted.subject, wanted.period),
    ).fetchone()
    if row is None:
        number = connection.execute(
            f"INSERT INTO budgets ({_COLUMNS}, changed_at_ms) "  # noqa: S608 - constants only
            "VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, NULL, 0, 0, ?)",
            (wanted.scope, wanted.subject, wanted.period, *_set(wanted), at_ms),
        ).lastrowid
        return replace(wanted, budget_id=str(number), round=1, reset_from_ms=None)
    earlier = _budget(row)
    same = replace(
        wanted,
        budget_id=earlier.budget_id,
        round=earlier.round,
        reset_from_ms=earlier.reset_from_ms,
        reset_pico_usd=earlier.reset_pico_usd,
        reset_tokens=earlier.reset_tokens,
    )
    if same == earlier:
        return earlier
    connection.execute(
        "UPDATE budgets SET limit_nano_usd = ?, limit_tokens = ?, billing_day = ?, warn_at = ?, "
        "is_hard = ?, is_paused = ?, round = round + 1, reset_from_ms = NULL, reset_pico_usd = 0, "
        "reset_tokens = 0, changed_at_ms = ? WHERE budget_no = ?",
        (*_set(wanted), at_ms, int(earlier.budget_id)),
    )
    return replace(
        wanted,
        budget_id=earlier.budget_id,
        round=earlier.round + 1,
        reset_from_ms=None,
        reset_pico_usd=0,
        reset_tokens=0,
    )


def remove_budget(connection: Connection, budget: Budget) -> None:
    """Take a budget away; the alerts that it raised stay in the history."""
    connection.execute("DELETE FROM budgets WHERE budget_no = ?", (int(budget.budget_id),))


def pause_budget(connection: Connection, budget: Budget, at_ms: int, *, paused: bool) -> Budget:
    """Stop a budget from alerting, or let it go on."""
    connection.execute(
        "UPDATE budgets SET is_paused = ?, changed_at_ms = ? WHERE budget_no = ?",
        (paused, at_ms, int(budget.budget_id)),
    )
    return replace(budget, is_paused=paused)


class SetAside(Struct, frozen=True):
    """What a period, the one that begins at `from_ms`, had by a moment."""

    from_ms: int
    pico_usd: int
    tokens: int


def reset_budget(connection: Connection, budget: Budget, spent: SetAside, at_ms: int) -> Budget:
    """Count from now on: what the period has so far is set aside, and thresholds count again.

    Args:
        connection: The ledger, in a transaction that may write.
        budget: The budget.
        spent: What its current period has.
        at_ms: Now, Unix milliseconds.
    """
    connection.execute(
        "UPDATE budgets SET round = round + 1, reset_from_ms = ?, reset_pico_usd = ?, "
        "reset_tokens = ?, changed_at_ms = ? WHERE budget_no = ?",
        (spent.from_ms, spent.pico_usd, spent.tokens, at_ms, int(budget.budget_id)),
    )
    return replace(
        budget,
        round=budget.round + 1,
        reset_from_ms=spent.from_ms,
        reset_pico_usd=spent.pico_usd,
        reset_tokens=spent.tokens,
    )


def _set(budget: Budget) -> tuple[Any, ...]:
    """What setting a budget says."""
    return (
        budget.limit_nano_usd,
        budget.limit_tokens,
        budget.billing_day,
        msgspec.json.encode(budget.warn_at).decode(),
        budget.is_hard,
        budget.is_paused,
    )


def _budget(row: tuple[Any, ...]) -> Budget:
    number, scope, subject, period, nano_usd, tokens, billing_day, warn_at, *rest = row
    is_hard, is_paused, round_, reset_from_ms, reset_pico_usd, reset_tokens = rest
    return Budget(
        budget_id=str(number),
        scope=scope,
        subject=subject,
        period=period,
        limit_nano_usd=nano_usd,
        limit_tokens=tokens,
        billing_day=billing_day,
        warn_at=msgspec.json.decode(warn_at, type=tuple[int, ...]),
        is_hard=bool(is_hard),
        is_paused=bool(is_paused),
        round=round_,
        reset_from_ms=reset_from_ms,
        reset_pico_usd=reset_pico_usd,
        reset_tokens=reset_tokens,
    )

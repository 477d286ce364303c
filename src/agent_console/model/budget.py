"""A budget, and how much of it is spent.

Rule: amounts are integers (nano-dollars as the ledger keeps them, picodollars as it computes them,
tokens), so that a threshold is reached exactly when it is; floats are for who reads them.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

Scope: TypeAlias = Literal["all", "project", "model"]
Period: TypeAlias = Literal["daily", "weekly", "monthly"]
Colour: TypeAlias = Literal["green", "yellow", "red"]

NEAR_PERCENT = 80
OVER_PERCENT = 100
WARN_AT = (80, 90, 100)
"""At how many percent a budget alerts when nothing else is said."""

PICO_PER_NANO = 1_000
DAY_MS = 86_400_000
SHORTEST_OF_A_DAY_MS = DAY_MS // 24
"""The first minutes of a day say nothing about it."""


class Budget(Struct, frozen=True, kw_only=True):
    """What may be spent in a period. There is one for each scope, subject and period.

    Attributes:
        budget_id: Stays the same when the budget is set anew.
        subject: Which project or model, as `usage --project` and `--model` name them; empty for
            the scope `all`.
        limit_nano_usd, limit_tokens: One of both; the other is null.
        billing_day: The day of the month on which a monthly period begins.
        warn_at: The percents at which it alerts, ascending; 100 and more is `exceeded`.
        is_hard: The gate, where it is installed, asks Claude Code to stop beyond it.
        is_paused: It is shown, and neither alerts nor stops anything.
        round: Grows when it is set anew or reset: its thresholds can be reached once more.
        reset_from_ms: The start of the period in which spending was reset; null: never.
        reset_pico_usd, reset_tokens: What had been spent in that period by then.
    """

    budget_id: str
    scope: Scope
    subject: str
    period: Period
    limit_nano_usd: int | None = None
    limit_tokens: int | None = None
    billing_day: int = 1
    warn_at: tuple[int, ...] = WARN_AT
    is_hard: bool = False
    is_paused: bool = False
    round: int = 1
    reset_from_ms: int | None = None
    reset_pico_usd: int = 0
    reset_tokens: int = 0

    @property
    def limit(self) -> int:
        """Picodollars or tokens."""
        if self.limit_tokens is not None:
            return self.limit_tokens
        return (self.limit_nano_usd or 0) * PICO_PER_NANO

    @property
    def name(self) -> str:
        """What people call it: `monthly`, `daily for project shop`."""
        return (
            self.period if self.scope == "all" else f"{self.period} for {self.scope} {self.subject}"
        )

    def amount(self, pico_usd: int, tokens: int) -> int:
        """Of both the one that this budget limits."""
        return pico_usd if self.limit_tokens is None else tokens

    def counted(self, amount: int, from_ms: int) -> int:
        """What counts of an amount that the period beginning at `from_ms` has."""
        if self.reset_from_ms != from_ms:
            return amount
        return max(0, amount - self.amount(self.reset_pico_usd, self.reset_tokens))

    def reached(self, spent: int) -> tuple[int, ...]:
        """The thresholds that so much, in its own unit, has reached."""
        return tuple(percent for percent in self.warn_at if spent * 100 >= self.limit * percent)


class BudgetStatus(Struct, frozen=True, kw_only=True):
    """A budget in its current period. Amounts are picodollars, or tokens for a token budget.

    Attributes:
        at_ms: When this was so, Unix milliseconds; `from_ms` and `until_ms` are its period.
        in_period: What the period has, as a report over it says; `spent` is what counts of it.
        last_day: What the last 24 hours have, also before the period began.
        unpriced_tokens: Of the period, in no amount of money, because their model has no price.
    """

    budget: Budget
    at_ms: int
    from_ms: int
    until_ms: int
    in_period: int
    last_day: int
    unpriced_tokens: int = 0

    @property
    def spent(self) -> int:
        """What counts: all of the period, without what was spent before a reset."""
        return self.budget.counted(self.in_period, self.from_ms)

    @property
    def left(self) -> int:
        """Negative when more than the limit is spent."""
        return self.budget.limit - self.spent

    @property
    def percent(self) -> float:
        """How much of the limit is spent."""
        return self.spent * 100 / self.budget.limit

    @property
    def colour(self) -> Colour:
        """Green below 80 %, yellow below 100 %, else red."""
        if self.spent * 100 >= self.budget.limit * OVER_PERCENT:
            return "red"
        return "yellow" if self.spent * 100 >= self.budget.limit * NEAR_PERCENT else "green"

    @property
    def projected(self) -> int:
        """What will be spent at the end if the rest of the period goes on like it has so far.

        The pace is the period's own, over at least a day (an hour of a daily budget): the first
        minutes of a month say nothing about it.
        """
        shortest = SHORTEST_OF_A_DAY_MS if self.budget.period == "daily" else DAY_MS
        return self.spent + still_to_come(
            self.in_period, self.at_ms, self.from_ms, self.until_ms, shortest
        )

    @property
    def days_left(self) -> float | None:
        """How many days the rest lasts at the pace of the last 24 hours; null without a pace."""
        if self.left <= 0:
            return 0.0
        return self.left / self.last_day if self.last_day > 0 else None


def still_to_come(amount: int, at_ms: int, from_ms: int, until_ms: int, shortest_ms: int) -> int:
    """What the rest of a period adds if it goes on like the period so far.

    Args:
        amount: What the period has.
        at_ms: Now, Unix milliseconds.
        from_ms: When the period began.
        until_ms: When it ends.
        shortest_ms: It counts as at least so long: its very beginning says nothing about it.
    """
    elapsed = min(max(at_ms - from_ms, shortest_ms), until_ms - from_ms)
    remaining = max(0, min(until_ms - at_ms, until_ms - from_ms - elapsed))
    return amount * remaining // elapsed

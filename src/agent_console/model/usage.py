"""Usage as it is told to subscribers: one billed response, and the account's limits."""

from typing import Literal

from msgspec import Struct


class UsageEntry(Struct, frozen=True, gc=False):
    """One new or grown row of the ledger, as a difference to what was known before."""

    session_id: str
    message_id: str | None
    model: str | None
    input_tokens: int
    output_tokens: int
    cache_creation_tokens: int
    cache_read_tokens: int
    cost_usd: float
    at_ms: int


class Limit(Struct, frozen=True, gc=False):
    """How much of an account's limit is used.

    Attributes:
        used_percent: 0 to 100, as reported.
        resets_at_ms: Unix milliseconds.
        source: `official` when Claude Code's status line said it.
        at_ms: When it was said.
    """

    used_percent: float
    resets_at_ms: int | None
    source: Literal["official", "estimated"]
    at_ms: int


class Limits(Struct, frozen=True, gc=False, omit_defaults=True):
    """The account's limits, as far as anyone has told them."""

    five_hour: Limit | None = None
    seven_day: Limit | None = None


class Spending(Struct, frozen=True, gc=False):
    """What the ledger says about now: the figures of a status line.

    Attributes:
        today_cost_usd: Since midnight in the user's zone.
        block_cost_usd: Since the start of the current 5-hour block.
        burn_usd_per_hour: The block's cost over its time so far; null before there is one.
    """

    today_cost_usd: float
    block_cost_usd: float
    burn_usd_per_hour: float | None


class Alert(Struct, frozen=True, gc=False, omit_defaults=True):
    """Something the person asked to be told about, as it is now.

    Attributes:
        alert_id: The same alert is told again when it is acknowledged or its snooze is over.
        kind: `budget`, `burn_rate`, `limit`, `session_cost`, `context`, `waiting`,
            `unpriced_model`, `anomaly`; there may be others.
        percent: Of the limit that was spent or used at `at_ms`.
        threshold_percent: Of a budget: which of its thresholds was reached.
        spent_usd, limit_usd, spent_tokens, limit_tokens: What was compared, as far as it applies.
        acknowledged_at_ms: The person has taken note.
        snoozed_until_ms: The person wants to be told again then.
    """

    alert_id: str
    kind: str
    severity: Literal["warning", "exceeded"]
    message: str
    at_ms: int
    session_id: str | None = None
    budget_id: str | None = None
    percent: float | None = None
    threshold_percent: int | None = None
    spent_usd: float | None = None
    limit_usd: float | None = None
    spent_tokens: int | None = None
    limit_tokens: int | None = None
    acknowledged_at_ms: int | None = None
    snoozed_until_ms: int | None = None

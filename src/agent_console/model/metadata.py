"""Tokens and money of a session.

Rule: totals here are copies of sums over the ledger; nothing adds to them but the ledger.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

Reporter: TypeAlias = Literal["upsert", "sdk"]
"""Who reports usage: anybody, or a client of the Agent SDK."""


class SessionMetadata(Struct, frozen=True, gc=False):
    """What a session has used so far.

    Token counts are integers, money is US dollars, times are Unix milliseconds.

    Attributes:
        model: The last model used; null until known.
        updated_at_ms: When the totals last changed; null until they have.
        total_duration_ms: The sum of what reporters said their requests took.
        turns_used: The sum of what reporters said they used, never a configured maximum.
    """

    session_id: str
    total_input_tokens: int = 0
    total_output_tokens: int = 0
    total_cache_creation_tokens: int = 0
    total_cache_read_tokens: int = 0
    total_cost_usd: float = 0.0
    model: str | None = None
    updated_at_ms: int | None = None
    total_duration_ms: int = 0
    turns_used: int = 0


class MetadataUpsert(Struct, frozen=True, gc=False):
    """What one UPSERT adds to a session: deltas, never totals.

    Attributes:
        cost_usd: Reported cost; 0 is no reported cost.
        message_id: Identity of the response; with it the same usage counts once.
        extra: No transcript will ever tell these tokens, so they always count.
        cache_creation_1h_tokens: Those of the cache writes that live for an hour.
        at_ms: When it was used, Unix milliseconds; null when that is now.
        is_total: These are no deltas but what `model` was used for since the session began.
        forked_from: The session whose totals such totals begin with.
    """

    session_id: str
    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_tokens: int = 0
    cache_read_tokens: int = 0
    cost_usd: float = 0.0
    model: str | None = None
    message_id: str | None = None
    extra: bool = False
    duration_ms: int = 0
    turns: int = 0
    cache_creation_1h_tokens: int = 0
    web_searches: int = 0
    at_ms: int | None = None
    source: Reporter = "upsert"
    is_total: bool = False
    forked_from: str | None = None

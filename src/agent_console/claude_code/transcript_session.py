"""What a transcript says about its session: its name, and what it cost when a process left it.

Rule: these lines are rare; each is decoded whole, once its type is known.
"""

from typing import TypeVar

import msgspec
from msgspec import Struct

from agent_console.claude_code.transcript_line import CacheCreation, Usage
from agent_console.claude_code.transcript_repair import read_damaged
from agent_console.claude_code.transcript_tokens import Tokens, billed_tokens, count

T = TypeVar("T", bound=Struct)

COST_STATE = "cost-state"
TITLE_RANKS = {"summary": 1, "ai-title": 2, "custom-title": 3}
"""Types of lines that name a session; the larger rank wins, then the later line."""
_LONGEST_TITLE = 500


class ModelTotal(Struct, frozen=True, gc=False):
    """One model's part of a `cost-state` line: the session's total so far.

    Attributes:
        cost_usd: What Claude Code reckons that it cost; null when it does not say.
    """

    model: str
    tokens: Tokens
    web_searches: int
    cost_usd: float | None


class _ModelUsage(Struct, gc=False, rename="camel"):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    five: int | None = msgspec.field(default=None, name="cacheCreationEphemeral5mInputTokens")
    hour: int | None = msgspec.field(default=None, name="cacheCreationEphemeral1hInputTokens")
    web_search_requests: int | None = None
    cost_usd: float | None = msgspec.field(default=None, name="costUSD")


class _CostState(Struct, gc=False, rename="camel"):
    model_usage: dict[str, _ModelUsage | None] | None = None


class _Title(Struct, gc=False, rename="camel"):
    summary: str | None = None
    ai_title: str | None = None
    custom_title: str | None = None


def model_totals(text: bytes) -> list[ModelTotal]:
    """What a `cost-state` line says, by model."""
    totals: list[ModelTotal] = []
    line = _read(text, _CostState)
    for model, usage in ((line and line.model_usage) or {}).items():
        if usage is None:
            continue
        total = billed_tokens(
            Usage(
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                cache_creation_input_tokens=usage.cache_creation_input_tokens,
                cache_read_input_tokens=usage.cache_read_input_tokens,
                cache_creation=CacheCreation(usage.five, usage.hour),
            )
        )
        searches = count(usage.web_search_requests)
        totals.append(ModelTotal(model, total, searches, usage.cost_usd))
    return totals


def title(text: bytes, rank: int) -> str | None:
    """The session's name by a line of the type with this rank; null when it has none."""
    line = _read(text, _Title)
    if line is None:
        return None
    name = (line.summary, line.ai_title, line.custom_title)[rank - 1]
    name = " ".join((name or "").split())[:_LONGEST_TITLE]
    return name or None


def _read(text: bytes, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        line = read_damaged(text, kind)
        return line if isinstance(line, kind) else None

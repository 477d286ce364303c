"""What a usage object bills.

Rule: a count that is missing, negative or absurd is 0, and cache writes that the breakdown does not
explain were kept for 5 minutes.
"""

from msgspec import Struct

from agent_console.claude_code.transcript_line import CacheCreation, Iteration, Usage

_ABSURD = 10**12
"""No response has as many tokens; a sum of such numbers would not fit the ledger."""


class Tokens(Struct, frozen=True, gc=False):
    """Tokens of one model call, by what they cost.

    Attributes:
        total: All of them: the larger of two accounts of one response stands.
    """

    input_tokens: int
    output_tokens: int
    cache_write_5m_tokens: int
    cache_write_1h_tokens: int
    cache_read_tokens: int
    total: int


def billed_tokens(usage: Usage | Iteration) -> Tokens:
    """The tokens of a response's top level, or of one of its iterations."""
    five, hour = cache_writes(usage.cache_creation_input_tokens, usage.cache_creation)
    return tokens(
        usage.input_tokens, usage.output_tokens, five, hour, usage.cache_read_input_tokens
    )


def tokens(
    input_tokens: int | None, output_tokens: int | None, five: int, hour: int, read: int | None
) -> Tokens:
    """Counts as they were written, and cache writes for 5 minutes and for 1 hour."""
    new, out, old = count(input_tokens), count(output_tokens), count(read)
    return Tokens(new, out, five, hour, old, new + out + five + hour + old)


def cache_writes(flat: int | None, breakdown: CacheCreation | None) -> tuple[int, int]:
    """Cache writes for 5 minutes and for 1 hour, from the flat count and its breakdown."""
    flat = count(flat)
    if breakdown is None:
        return flat, 0
    five = count(breakdown.ephemeral_5m_input_tokens)
    hour = count(breakdown.ephemeral_1h_input_tokens)
    return five + max(0, flat - five - hour), hour


def count(value: int | None) -> int:
    """A count that can be added up."""
    return value if value is not None and 0 < value < _ABSURD else 0

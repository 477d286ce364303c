"""What a usage object bills.

Rule: a count that is missing, negative or absurd is 0, and cache writes that the breakdown does not
explain were kept for 5 minutes.
"""

from msgspec import Struct

from agent_console.claude_code.transcript_line import Iteration, Usage

_ABSURD = 10**12
"""No response has as many tokens; a sum of such numbers would not fit the ledger."""

_UNUSUAL = 1 << 36
"""Several counts can be compared with a power of two at once, by their bits."""


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
    written = usage.cache_creation
    return tokens(
        new=usage.input_tokens or 0,
        output=usage.output_tokens or 0,
        written=usage.cache_creation_input_tokens or 0,
        five=0 if written is None else written.ephemeral_5m_input_tokens or 0,
        hour=0 if written is None else written.ephemeral_1h_input_tokens or 0,
        read=usage.cache_read_input_tokens or 0,
    )


def has_more_output(usage: Usage, other: Usage) -> bool:
    """Whether `usage` is the larger one, for its output alone and for certain."""
    more, less = usage.output_tokens, other.output_tokens
    return (
        more is not None
        and less is not None
        and 0 <= less < more < _ABSURD
        and usage.input_tokens == other.input_tokens
        and usage.cache_creation_input_tokens == other.cache_creation_input_tokens
        and usage.cache_read_input_tokens == other.cache_read_input_tokens
        and usage.cache_creation == other.cache_creation
        and not usage.iterations
    )


def tokens(*, new: int, output: int, written: int, five: int, hour: int, read: int) -> Tokens:
    """Tokens from the counts as they are written.

    Args:
        new: Input.
        output: Output.
        written: All cache writes.
        five: Those for 5 minutes, as far as they are told apart.
        hour: Those for 1 hour, likewise.
        read: Cache reads.
    """
    if not 0 <= new | output | written | five | hour | read < _UNUSUAL:
        new, output, written = count(new), count(output), count(written)
        five, hour, read = count(five), count(hour), count(read)
    if written > five + hour:
        five = written - hour
    return Tokens(new, output, five, hour, read, new + output + five + hour + read)


def count(value: int | None) -> int:
    """A count that can be added up."""
    return value if value is not None and 0 < value < _ABSURD else 0

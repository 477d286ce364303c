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


ByClass = tuple[int, int, int, int, int]
"""The fields of Tokens in their order, but for the total."""


def billed_tokens(usage: Usage | Iteration) -> Tokens:
    """The tokens of a response's top level, or of one of its iterations."""
    by_class = billed_by_class(usage)
    return Tokens(*by_class, sum(by_class))


def billed_by_class(usage: Usage | Iteration) -> ByClass:
    """The same for who has no need of a struct for each of very many."""
    new, output, read = (
        usage.input_tokens or 0,
        usage.output_tokens or 0,
        usage.cache_read_input_tokens or 0,
    )
    written = usage.cache_creation_input_tokens or 0
    by_time = usage.cache_creation
    if by_time is None:
        five = hour = 0
    else:
        five = by_time.ephemeral_5m_input_tokens or 0
        hour = by_time.ephemeral_1h_input_tokens or 0
    if not 0 <= new | output | written | five | hour | read < _UNUSUAL:
        new, output, written = count(new), count(output), count(written)
        five, hour, read = count(five), count(hour), count(read)
    if written > five + hour:
        five = written - hour
    return new, output, five, hour, read


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


def count(value: int | None) -> int:
    """A count that can be added up."""
    return value if value is not None and 0 < value < _ABSURD else 0

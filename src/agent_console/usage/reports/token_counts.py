"""Tokens by class as scripts get them, wherever that is."""

from agent_console.usage.reports.sums import Sums


def token_counts(sums: Sums) -> dict[str, int]:
    """Every class of tokens and their total, by the names that our JSON has."""
    return {
        "input_tokens": sums.input,
        "output_tokens": sums.output,
        "cache_write_5m_tokens": sums.cache_write_5m,
        "cache_write_1h_tokens": sums.cache_write_1h,
        "cache_read_tokens": sums.cache_read,
        "total_tokens": sums.tokens,
    }

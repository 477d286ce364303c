"""The few prices that are published as rules and not per model.

Rule: each has its source and the month in which it was read there.
"""

from decimal import Decimal

# https://platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing, 2026-11
CACHE_WRITE_5M = Decimal("1.25")
"""Of the input price, for a cache write that lives 5 minutes."""
CACHE_WRITE_1H = Decimal(2)
"""Of the input price, for a cache write that lives 1 hour."""
CACHE_READ = Decimal("0.1")
"""Of the input price, for a cache read."""

# https://platform.claude.com/docs/en/about-claude/pricing, 2026-11
WEB_SEARCHES_USD = Decimal(10)
"""A thousand web searches of the Messages API, whatever the model."""

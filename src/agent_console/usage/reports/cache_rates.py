"""How well the prompt cache served.

Rule: the two figures have their names everywhere: the hit rate is the part of all that was sent
that came from the cache, the efficiency how much of what the cache did was reading.
"""

from agent_console.usage.reports.sums import Sums


def hit_rate(sums: Sums) -> float | None:
    """Reads / (reads + writes + input); null when nothing was sent."""
    return _part(sums.cache_read, sums.cache_read + sums.cache_write + sums.input)


def efficiency(sums: Sums) -> float | None:
    """Reads / (reads + writes); null when the cache was not used."""
    return _part(sums.cache_read, sums.cache_read + sums.cache_write)


def _part(part: int, whole: int) -> float | None:
    return part / whole if whole else None

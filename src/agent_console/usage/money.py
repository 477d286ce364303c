"""Reported money: integer billionths of a US dollar.

Rule: money is never added up as floats. It becomes an integer where it comes in, and a float once
more only where it leaves.
"""

from decimal import ROUND_HALF_UP, Decimal

from agent_console.usage.cost_sql import PICO_PER_USD

NANO_PER_USD = 1_000_000_000
_EXACT = 1 << 53
_MOST_USD = 1_000_000_000


def nano_usd(usd: float) -> int:
    """`usd` in nano-dollars, from the digits it was written with; half a one is rounded up."""
    if not usd:
        return 0
    nano = round(usd * NANO_PER_USD)
    if nano / NANO_PER_USD == usd and nano < _EXACT:  # written with nine digits at most
        return nano
    return int(Decimal(repr(usd)).scaleb(9).to_integral_value(ROUND_HALF_UP))


def told_nano_usd(usd: float | None) -> int | None:
    """What somebody else reckoned, in nano-dollars; null for what can be no amount."""
    return nano_usd(usd) if usd is not None and 0 <= usd < _MOST_USD else None


def usd(nano: int) -> float:
    """Nano-dollars in US dollars: the nearest float."""
    return nano / NANO_PER_USD


def dollars(pico: int | None) -> float:
    """Picodollars as dollars, the nearest float; nothing where there is no cost."""
    return (pico or 0) / PICO_PER_USD

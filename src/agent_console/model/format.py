"""Numbers, money and times as people read them.

Rule: rounding is exact (a float counts as the shortest decimal that names it), tokens half to even
and money half up, and happens here only, when something is shown. What reports show of the ledger
is integers all the way: they take less time than the import of `decimal`.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal
    from typing import TypeAlias

    Money: TypeAlias = Decimal | float | int
    """US dollars."""

_CENT = "0.01"
_HUNDREDTH_OF_A_CENT = "0.0001"
_PICO_PER_CENT = 10**10
_FROM_HERE_IN_MILLIONS = 999_500
_LONG_UNITS = (
    ("year", 525_600),
    ("month", 43_200),
    ("week", 10_080),
    ("day", 1440),
    ("hour", 60),
    ("minute", 1),
)
"""In minutes; a month is 30 days."""


def tokens(count: int) -> str:
    """A count for a list: `123`, `12.5k`, `1.0M`."""
    if count < 1000:
        return str(count)
    unit, name = (1000, "k") if count < _FROM_HERE_IN_MILLIONS else (1_000_000, "M")
    tenths, rest = divmod(10 * count, unit)
    tenths += 2 * rest > unit or (2 * rest == unit and tenths % 2)
    return f"{tenths // 10}.{tenths % 10}{name}"


def exact_tokens(count: int) -> str:
    """A count for a detail: `15,234`."""
    return f"{count:,}"


def counted(count: int, noun: str) -> str:
    """How many there are of something: `1 response`, `1,200 responses`."""
    return f"{exact_tokens(count)} {noun}{'' if count == 1 else 's'}"


def cost(usd: "Money | None") -> str:
    """Money for a list: `$0.42`. What is missing or no number is `$0.00`."""
    return _dollars(_exact(usd), _CENT, "f")


def pico_cost(pico: int) -> str:
    """The same of an amount in picodollars (10^-12 US dollars) that is not negative."""
    cents = (2 * pico + _PICO_PER_CENT) // (2 * _PICO_PER_CENT)
    return f"${cents // 100}.{cents % 100:02}"


def exact_cost(usd: "Money | None") -> str:
    """Money for a detail: `$1,234.56`, and `$0.0123` under ten cents."""
    amount = _exact(usd)
    is_small = 0 < abs(amount) * 10 < 1
    return _dollars(amount, _HUNDREDTH_OF_A_CENT if is_small else _CENT, ",f")


def threshold(prompt_tokens: int) -> str:
    """A size of prompt that prices begin at, as price lists write it: `>200k`."""
    whole = prompt_tokens % 1000 == 0
    return f">{prompt_tokens // 1000}k" if whole else f">{tokens(prompt_tokens)}"


def exact_amount(usd: "Decimal") -> str:
    """A price without its sign, with all its digits and at least two decimals: `0.025`, `15.00`."""
    plain = usd.normalize()
    exponent = plain.as_tuple().exponent
    return f"{plain:.{max(2, -exponent if isinstance(exponent, int) else 2)}f}"


def panel_lines(input_tokens: int, output_tokens: int, cost_usd: "Money | None") -> tuple[str, str]:
    """The two lines of a session's panel."""
    return (
        f"Tokens: {tokens(input_tokens)} in / {tokens(output_tokens)} out",
        f"Est. Cost: {cost(cost_usd)}",
    )


def elapsed(ms: int) -> str:
    """A duration in at most two units: `42s`, `5m`, `2h 05m`, `3d 4h`."""
    seconds = max(0, ms) // 1000
    if seconds < 60:
        return f"{seconds}s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}h {minutes:02}m"
    days, hours = divmod(hours, 24)
    return f"{days}d {hours}h"


def elapsed_lasts(ms: int) -> int:
    """For how many milliseconds `elapsed` goes on to say what it says now; at least 1."""
    ms = max(0, ms)
    unit = 1000 if ms < 60_000 else 60_000 if ms < 86_400_000 else 3_600_000
    return unit - ms % unit


_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bar(percent: float, cells: int) -> str:
    """A bar of that many cells; full at 100."""
    eighths = round(max(0.0, min(100.0, percent)) / 100 * cells * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(cells, "░")


def size(count: int) -> str:
    """Bytes: `512 B`, `24.1 MiB`."""
    if count < 1024:
        return f"{count} B"
    divisor = 1
    for unit in ("KiB", "MiB", "GiB"):
        divisor *= 1024
        if count < 1000 * divisor or unit == "GiB":
            break
    tenths = (20 * count + divisor) // (2 * divisor)
    return f"{tenths // 10}.{tenths % 10} {unit}"


def ago(ms: int) -> str:
    """How long something is past, in one unit: `just now`, `5 minutes ago`, `2 hours ago`."""
    minutes = max(0, ms) // 60_000
    for name, size in _LONG_UNITS:
        count = minutes // size
        if count:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def share(part: float, whole: float) -> str:
    """A part in percent: `87%`, `<1%` for what is not nothing; empty when there is no whole."""
    if not whole:
        return ""
    from decimal import ROUND_HALF_UP, Decimal  # noqa: PLC0415 - reports do without

    percent = (Decimal(str(part)) * 100 / Decimal(str(whole))).quantize(Decimal(1), ROUND_HALF_UP)
    return "<1%" if part and not percent else f"{percent}%"


def printable(text: str) -> str:
    """A text that can do nothing to a terminal: control and direction characters become blanks.

    Titles, summaries and notes come from models, files and other programs.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\u200d" else " " for char in text)


def clipped(text: str, columns: int) -> str:
    """The text's beginning, ended with `…` where something is left out."""
    return text if len(text) <= columns else text[: max(0, columns - 1)].rstrip() + "…"


def _exact(usd: "Money | None") -> "Decimal":
    from decimal import Decimal  # noqa: PLC0415 - reports do without

    amount = Decimal(0) if usd is None else Decimal(str(usd))
    return amount if amount.is_finite() else Decimal(0)


def _dollars(amount: "Decimal", to: str, spec: str) -> str:
    from decimal import ROUND_HALF_UP, Decimal  # noqa: PLC0415 - as above

    rounded = amount.quantize(Decimal(to), ROUND_HALF_UP)
    return f"{'-' if rounded < 0 else ''}${abs(rounded):{spec}}"

"""What people write for a budget: amounts and percents.

Rule: what cannot be read is a ValueError whose sentence says what can.
"""

from decimal import Decimal, InvalidOperation

MAX_USD = 1_000_000
MAX_TOKENS = 10**15
MAX_PERCENT = 1_000
LAST_DAY = 31
_NANO_DIGITS = 9
_UNITS = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


def nano_usd(text: str) -> int:
    """`50`, `$12.50` in nano-dollars.

    Raises:
        ValueError: It is no amount.
    """
    try:
        usd = Decimal(text.strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        usd = Decimal(0)
    if not usd.is_finite() or not 0 < usd <= MAX_USD:
        raise ValueError(
            f"AMOUNT is `{text}`; write dollars above 0 and up to {MAX_USD:,}, like 50 or 12.50."
        )
    nano = usd.scaleb(_NANO_DIGITS)
    if nano != nano.to_integral_value():
        raise ValueError(f"AMOUNT is `{text}`; write at most {_NANO_DIGITS} decimals.")
    return int(nano)


def tokens(text: str) -> int:
    """`500000`, `500k`, `2.5M` as a number of tokens.

    Raises:
        ValueError: It is no number of tokens.
    """
    given = text.strip().replace(",", "").replace("_", "").lower()
    factor = _UNITS.get(given[-1:], 1)
    try:
        count = Decimal(given[:-1] if factor > 1 else given) * factor
    except InvalidOperation:
        count = Decimal(0)
    if not count.is_finite() or not 0 < count <= MAX_TOKENS or count != count.to_integral_value():
        raise ValueError(
            f"AMOUNT is `{text}`; with --tokens write a number like 500000, 500k or 2.5M."
        )
    return int(count)


def day_of_month(text: str) -> int:
    """`15`, a month's first day.

    Raises:
        ValueError: It is no day of a month.
    """
    word = text.strip()
    if not (word.isascii() and word.isdecimal() and 1 <= int(word) <= LAST_DAY):
        raise ValueError(f"The billing day is `{text}`; write a day of the month from 1 to 31.")
    return int(word)


def percents(text: str) -> tuple[int, ...]:
    """`80,90,100` in ascending order, each once.

    Raises:
        ValueError: It is no list of percents.
    """
    words = [word.strip().removesuffix("%").strip() for word in text.split(",")]
    found = {int(word) for word in words if word.isascii() and word.isdecimal() and word}
    if len(found) != len(words) or not all(0 < each <= MAX_PERCENT for each in found):
        raise ValueError(f"`{text}` is no list of percents: write it like 80,90,100.")
    return tuple(sorted(found))

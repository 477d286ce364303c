"""What people write for a budget: amounts, percents, ids."""

from decimal import Decimal, InvalidOperation

import click

MAX_USD = 1_000_000
MAX_TOKENS = 10**15
MAX_PERCENT = 1_000
_NANO_DIGITS = 9
_UNITS = {"k": 1_000, "m": 1_000_000, "g": 1_000_000_000}


def nano_usd(text: str) -> int:
    """`50`, `$12.50` in nano-dollars.

    Raises:
        click.UsageError: It is no amount.
    """
    try:
        usd = Decimal(text.strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        usd = Decimal(0)
    if not usd.is_finite() or not 0 < usd <= MAX_USD:
        raise click.UsageError(
            f"AMOUNT is `{text}`; write dollars above 0 and up to {MAX_USD:,}, like 50 or 12.50."
        )
    nano = usd.scaleb(_NANO_DIGITS)
    if nano != nano.to_integral_value():
        raise click.UsageError(f"AMOUNT is `{text}`; write at most {_NANO_DIGITS} decimals.")
    return int(nano)


def tokens(text: str) -> int:
    """`500000`, `500k`, `2.5M` as a number of tokens.

    Raises:
        click.UsageError: It is no number of tokens.
    """
    given = text.strip().replace(",", "").replace("_", "").lower()
    factor = _UNITS.get(given[-1:], 1)
    try:
        count = Decimal(given[:-1] if factor > 1 else given) * factor
    except InvalidOperation:
        count = Decimal(0)
    if not count.is_finite() or not 0 < count <= MAX_TOKENS or count != count.to_integral_value():
        raise click.UsageError(
            f"AMOUNT is `{text}`; with --tokens write a number like 500000, 500k or 2.5M."
        )
    return int(count)


class Percents(click.ParamType[tuple[int, ...]]):
    """Percents like `80,90,100`, in ascending order, each once."""

    name = "percents"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """The percents."""
        if isinstance(value, tuple):
            return tuple(int(each) for each in value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        words = [word.strip().removesuffix("%").strip() for word in str(value).split(",")]
        percents = {int(word) for word in words if word.isascii() and word.isdecimal() and word}
        if len(percents) != len(words) or not all(0 < each <= MAX_PERCENT for each in percents):
            self.fail(f"`{value}` is no list of percents: write it like 80,90,100.", param, ctx)
        return tuple(sorted(percents))

"""What people write for a budget, as click takes it."""

import click

from agent_console.board import budget_amounts


def nano_usd(text: str) -> int:
    """`50`, `$12.50` in nano-dollars.

    Raises:
        click.UsageError: It is no amount.
    """
    try:
        return budget_amounts.nano_usd(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def tokens(text: str) -> int:
    """`500000`, `500k`, `2.5M` as a number of tokens.

    Raises:
        click.UsageError: It is no number of tokens.
    """
    try:
        return budget_amounts.tokens(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


class Percents(click.ParamType[tuple[int, ...]]):
    """Percents like `80,90,100`, in ascending order, each once."""

    name = "percents"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """The percents."""
        if isinstance(value, tuple):
            return tuple(int(each) for each in value)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
        try:
            return budget_amounts.percents(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)

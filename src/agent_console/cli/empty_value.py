"""Options that were given and say nothing, as with an empty variable of the shell."""

from collections.abc import Iterable

import click


def refuse_empty(option: str, values: Iterable[str | None]) -> None:
    """Nothing, when no value is empty.

    Args:
        option: Its name, without dashes.
        values: Those that were given; null: it was left out.

    Raises:
        click.BadParameter: One is.
    """
    if "" in values:
        raise click.BadParameter(
            "it is empty: give it a value or leave it out.", param_hint=f"--{option}"
        )

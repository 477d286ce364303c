"""Options of usage/reports/options.py for click, and what was typed for them.

Rule: it knows no option by name; what a value means is decided in usage/reports/request.py.
"""

from typing import Any

import click

from agent_console.usage.reports.options import Option


def click_option(option: Option) -> click.Option:
    """The option as click has it."""
    words = [f"--{option.name}", *([f"-{option.short}"] if option.short else [])]
    if not option.metavar and not option.choices:
        return click.Option(words, is_flag=True, help=option.help)
    kind = click.Choice(option.choices) if option.choices else None
    return click.Option(
        words,
        type=kind,
        metavar=option.metavar or None,
        multiple=option.repeats,
        help=option.help,
    )


def given_by_name(values: dict[str, Any]) -> dict[str, Any]:
    """What was typed, by the long names of the options."""
    return {
        key.replace("_", "-"): value
        for key, value in values.items()
        if value not in (None, False, ())
    }


def wrong_option(error: Any) -> click.BadParameter:
    """An OptionError in click's words."""
    return click.BadParameter(f"{error}.", param_hint=f"--{error.option}")

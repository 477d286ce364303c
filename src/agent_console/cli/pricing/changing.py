"""`agent-console pricing set` and `unset`."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit_json, narrate
from agent_console.config_prices import LARGEST_PROMPT, PRICES, PriceOverride
from agent_console.model.format import counted
from agent_console.paths import config_path, database_path

if TYPE_CHECKING:
    from agent_console.config import Config

Command = TypeVar("Command", bound=Callable[..., Any])


class _Usd(click.ParamType[Decimal]):
    name = "usd"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        from agent_console.usage.writing.own_prices import usd  # noqa: PLC0415 - help needs none

        try:
            return value if isinstance(value, Decimal) else usd(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _day(_context: click.Context, _parameter: click.Parameter, value: str | None) -> date | None:
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"`{value}` is no day like 2026-01-31.") from None


def _place(command: Command) -> Command:
    """What tells two entries of a model apart."""
    since = click.option(
        "--from", "since", metavar="DAY", callback=_day, help="From this day on (UTC), not always."
    )
    prompt = click.option(
        "--prompt-over",
        type=click.IntRange(0, LARGEST_PROMPT),
        metavar="N",
        help="Only for prompts of more tokens than this.",
    )
    return since(prompt(command))


def _prices(command: Command) -> Command:
    for name in reversed(PRICES):
        words = (
            "US dollars per thousand searches."
            if name == "web_search"
            else "US dollars per million tokens."
        )
        command = click.option(
            f"--{name.replace('_', '-')}", name, type=_Usd(), metavar="USD", help=words
        )(command)
    return command


@click.command("set")
@click.argument("model")
@_prices
@_place
@json_option
def set_(
    model: str,
    since: date | None,
    prompt_over: int | None,
    *,
    as_json: bool,
    **told: Decimal | None,
) -> None:
    """Have a model cost what it costs you, in the past too.

    MODEL is a name as `agent-console pricing` lists it, or a pattern like "claude-*". It is written
    into your configuration, whose other lines stay as they are. What is not given stays as it was.
    """
    from agent_console import config  # noqa: PLC0415 - help needs none
    from agent_console.usage.writing.own_prices import (  # noqa: PLC0415 - as above
        lacking,
        own_price,
        set_price,
    )

    given = {name: usd for name, usd in told.items() if usd is not None}
    if not given:
        raise click.UsageError("Give it a price: --input, --output, …")
    new = PriceOverride(model, since, prompt_over or 0)
    known = own_price(config.load().prices, new) or new
    wanted = msgspec.structs.replace(known, **given)
    config_now = set_price(wanted)
    _have_it_count(config_now, f"Set {model}", as_json=as_json)
    missing = lacking(model, config_now.prices)
    if missing is not None:
        missing += " without --prompt-over" if prompt_over else " too"
        narrate(f"{model} has no price yet: nobody publishes one, so give {missing}.")


@click.command("unset")
@click.argument("model")
@_place
@json_option
def unset(model: str, since: date | None, prompt_over: int | None, *, as_json: bool) -> None:
    """Take a price of yours away; the published one holds again.

    MODEL is written as it stands in the configuration. Without --from and --prompt-over all its
    entries go. Exits 6 when there is none.
    """
    from agent_console.usage.writing.own_prices import unset_price  # noqa: PLC0415 - help needs none

    everything = since is None and prompt_over is None
    like = None if everything else PriceOverride(model, since, prompt_over or 0)
    _have_it_count(unset_price(model, like), f"Took the price of {model} away", as_json=as_json)


def _have_it_count(config: "Config", what: str, *, as_json: bool) -> None:
    from agent_console.cli.telling_daemons import tell_of_totals  # noqa: PLC0415 - the whole wire
    from agent_console.config_prices import plain  # noqa: PLC0415 - help needs none
    from agent_console.usage.writing.own_prices import reprice  # noqa: PLC0415 - as above

    changed = reprice(database_path(), config)
    if changed.models:
        tell_of_totals()
    if as_json:
        emit_json(
            {
                "path": str(config_path()),
                "prices": plain(config.prices.models),
                "looked_up": changed.models,
                "unpriced": changed.unpriced,
            }
        )
        return
    narrate(f"{what} in {config_path()}.")
    if changed.models:
        narrate(
            f"Costs of {counted(len(changed.models), 'model')} are computed anew, past included."
        )

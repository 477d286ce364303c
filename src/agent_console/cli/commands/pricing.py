"""`agent-console pricing`: what a token costs here, since when, and who says so."""

import time
from datetime import datetime

import click
import msgspec

from agent_console import config
from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import columns, emit, emit_json, narrate
from agent_console.cli.pricing.changing import set_, unset
from agent_console.config_prices import PricesConfig
from agent_console.paths import config_path, database_path
from agent_console.usage.prices.factors import FACTORS
from agent_console.usage.prices.listing import PriceList, UnpricedKind, price_list


@click.group("pricing", invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Also Anthropic's models you never used.")
@json_option
@click.pass_context
def command(context: click.Context, *, everything: bool, as_json: bool) -> None:
    """Show the prices that costs are computed with, and models without one.

    US dollars per million tokens, for the models in the ledger. A price for long prompts (>200k)
    holds for the whole of such a prompt. `set` has a model cost what it costs you.
    """
    if context.invoked_subcommand is not None:
        if everything or as_json:
            raise click.UsageError(
                f"Options of `{context.invoked_subcommand}` stand behind its name."
            )
        return
    prices = config.load().prices
    listed = price_list(
        database_path(),
        prices,
        time.time_ns() // 1_000_000,
        everything=everything,
        tell=narrate,
    )
    if as_json:
        document = {
            "discount_percent": prices.discount_percent,
            **msgspec.structs.asdict(listed),
            "factors": FACTORS,
        }
        emit_json(msgspec.Raw(msgspec.json.Encoder(decimal_format="number").encode(document)))
        return
    if listed.models:
        from agent_console.cli.price_table import (  # noqa: PLC0415 - draws: rich
            ORIGIN_FROM_COLUMNS,
            price_table,
        )

        emit(price_table(listed.models, columns()))
        if columns() < ORIGIN_FROM_COLUMNS:
            _tell_origins(listed)
    else:
        narrate("The ledger has no models yet. `--all` lists those of Anthropic.")
    _tell_age(listed)
    _tell_discount(prices)
    _tell_unpriced(listed)


def _tell_age(listed: PriceList) -> None:
    if listed.installed_ms is not None and listed.models:
        zone = config.load().display.zone
        day = datetime.fromtimestamp(listed.installed_ms / 1000, zone)
        narrate(f"The catalogue was installed on {day:%Y-%m-%d}; a newer one comes with an update.")


def _tell_origins(listed: PriceList) -> None:
    by_origin: dict[str, list[str]] = {}
    for model in listed.models:
        if model.origin:
            by_origin.setdefault(model.origin, []).append(model.model)
    for origin, names in sorted(by_origin.items()):
        which = "" if len(by_origin) == 1 else f": {', '.join(names)}"
        narrate(f"Prices from {origin}{which}.")


def _tell_discount(prices: PricesConfig) -> None:
    if prices.discount_percent:
        narrate(f"{prices.discount_percent} % is taken off every computed cost.")


def _tell_unpriced(listed: PriceList) -> None:
    names = [model.model for model in listed.models if model.origin is None]
    if names:
        narrate(
            f"Without a price: {', '.join(names)}. Their tokens are counted as unpriced. "
            f"Give them one with `agent-console pricing set`, or in {config_path()}:\n"
            f"  [[prices.models]]\n"
            f"  model = {msgspec.json.encode(names[0]).decode()}\n"
            f"  input = 3.0    # US dollars per million tokens\n"
            f"  output = 15.0"
        )
    for kind in listed.unpriced_kinds:
        narrate(f"Without a published price: {kind.model} with {_words(kind)}.")


def _words(kind: UnpricedKind) -> str:
    told = msgspec.structs.asdict(kind)
    return ", ".join(f"{name} {told[name]!r}" for name in list(told)[1:] if told[name])


for subcommand in (set_, unset):
    command.add_command(subcommand)

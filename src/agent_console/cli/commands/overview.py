"""`agent-console overview`: how the month stands, on one screen."""

from typing import Any

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.insight.asking import (
    WHAT,
    WHEN,
    ledger_for,
    request_of,
    usage_options,
)


@usage_options(*WHEN, *WHAT, "billing-day")
@click.command("overview")
@click.option("--all", "everything", is_flag=True, help="Everything there is, not this month.")
@json_option
def command(everything: bool, as_json: bool, **given: Any) -> None:
    """Show how the month stands: costs, budgets, forecast, and where it went.

    It is this month against the same span of the last one, unless --since, --until, --last or --all
    say otherwise. With a project or a model there are no budgets and no pace of the hour: both are
    of everything.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.budget.shown import budget_table  # noqa: PLC0415 - likewise
    from agent_console.cli.fields import fields  # noqa: PLC0415 - likewise
    from agent_console.cli.insight import overview_shown as shown  # noqa: PLC0415 - likewise
    from agent_console.cli.output import columns, emit, emit_json, is_coloured  # noqa: PLC0415
    from agent_console.usage.budgets.periods import Calendar  # noqa: PLC0415 - likewise
    from agent_console.usage.insight.overview import overview  # noqa: PLC0415 - likewise
    from agent_console.usage.reports.table import draw  # noqa: PLC0415 - likewise

    if everything and any(given[name] for name in WHEN):
        raise click.UsageError("--all and --since, --until, --last exclude each other.")
    configured = config.load()
    request = request_of(given, configured)
    week = configured.display.first_weekday
    this_month = not everything and not any(given[name] for name in WHEN)
    with ledger_for(request) as ledger:
        found = overview(
            ledger, request.wanted, request.now_ms, this_month=this_month, first_weekday=week
        )
    if as_json:
        emit_json(shown.as_data(found, Calendar(request.wanted.zone, week)))
        return
    emit(fields(shown.stretch_rows(found)))
    if found.budgets:
        emit("")
        emit(budget_table(found.budgets, columns()))
    if found.projects or found.models:
        cells = shown.part_columns(found)
        emit("\n" + draw(cells, ["plain"] * len(cells[0].cells), columns(), coloured=is_coloured()))

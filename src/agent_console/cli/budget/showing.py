"""`agent-console budget list` and `budget show`."""

import click

from agent_console.cli.budget.ingest_option import no_ingest_option
from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import columns, emit, emit_json, narrate


@click.command("list")
@no_ingest_option
@json_option
def list_(no_ingest: bool, as_json: bool) -> None:
    """Show all budgets with what is spent, left and to be expected.

    AT END is what will be spent when the period ends if it goes on as it has; LASTS is how long
    the rest lasts at the pace of the last 24 hours.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.budget import reading, shown  # noqa: PLC0415 - likewise
    from agent_console.usage.budgets.periods import configured_calendar  # noqa: PLC0415 - likewise

    found = reading.statuses(reading.now_ms(), ingest=not no_ingest)
    if as_json:
        calendar = configured_calendar(config.load())
        emit_json([shown.as_data(status, calendar) for status in found])
        return
    if not found:
        narrate("There is no budget. Set one with `agent-console budget set 50`.")
        return
    emit(shown.budget_table(found, columns()))
    if any(status.unpriced_tokens and status.budget.limit_tokens is None for status in found):
        narrate("Some tokens have no price and are in no budget: see `agent-console pricing`.")


@click.command("show")
@click.argument("budget_id", metavar="ID")
@no_ingest_option
@json_option
def show(budget_id: str, no_ingest: bool, as_json: bool) -> None:
    """Show one budget in full."""
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.budget import reading, shown  # noqa: PLC0415 - likewise
    from agent_console.usage.budgets.periods import configured_calendar  # noqa: PLC0415 - likewise

    status = reading.with_id(reading.statuses(reading.now_ms(), ingest=not no_ingest), budget_id)
    calendar = configured_calendar(config.load())
    if as_json:
        emit_json(shown.as_data(status, calendar))
    else:
        emit(shown.budget_detail(status, calendar))

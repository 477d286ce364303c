"""`agent-console alerts list`."""

import time
from typing import TYPE_CHECKING

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit, emit_json, narrate

if TYPE_CHECKING:
    from rich.table import Table

    from agent_console.model.usage import Alert


@click.command("list")
@click.option("--waiting", is_flag=True, help="Only those neither acknowledged nor snoozed.")
@click.option(
    "--limit", type=click.IntRange(1, 1_000), default=20, metavar="N", help="Default: 20."
)
@json_option
def list_(waiting: bool, limit: int, as_json: bool) -> None:
    """Show the alerts that were raised, the latest first."""
    from agent_console.paths import database_path  # noqa: PLC0415 - help needs no ledger
    from agent_console.usage.reports.reading import answered  # noqa: PLC0415 - likewise
    from agent_console.usage.tables.alerts import read_alerts  # noqa: PLC0415 - likewise

    at_ms = time.time_ns() // 1_000_000
    found = answered(
        str(database_path()),
        lambda ledger: read_alerts(ledger, at_ms, unacknowledged=waiting, limit=limit),
        narrate,
    )
    if as_json:
        emit_json(found or [])
    elif found:
        emit(_table(found))
    else:
        narrate("No alert waits for you." if waiting else "There are no alerts.")


def _table(found: "list[Alert]") -> "Table":
    from rich.table import Table  # noqa: PLC0415 - JSON needs no drawing
    from rich.text import Text  # noqa: PLC0415 - likewise

    from agent_console.cli.budget.shown import moment  # noqa: PLC0415 - likewise
    from agent_console.model.format import printable  # noqa: PLC0415 - likewise

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("ID", justify="right", no_wrap=True)
    table.add_column("WHEN", no_wrap=True)
    table.add_column("ALERT", overflow="fold")
    table.add_column("STATE", no_wrap=True)
    for alert in found:
        style = "bold red" if alert.severity == "exceeded" else "yellow"
        if alert.acknowledged_at_ms is not None:
            state, style = "seen", "dim"
        elif alert.snoozed_until_ms is not None:
            state, style = f"until {moment(alert.snoozed_until_ms)[11:]}", "dim"
        else:
            state = "waits"
        table.add_row(
            alert.alert_id, moment(alert.at_ms), Text(printable(alert.message), style=style), state
        )
    return table

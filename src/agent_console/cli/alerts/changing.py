"""`agent-console alerts ack` and `alerts snooze`."""

import time

import click

from agent_console.cli.alerts import arguments
from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit, emit_json


@click.command("ack")
@arguments.ids
@arguments.everything
@json_option
def ack(alert_ids: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Take note of alerts: they wait no longer, in any client."""
    count = _change(arguments.which(alert_ids, everything), None)
    _tell("Acknowledged", count, as_json=as_json)


@click.command("snooze")
@arguments.ids
@arguments.everything
@click.option(
    "--for",
    "duration_ms",
    type=arguments.Duration(),
    default="1h",
    metavar="DURATION",
    help="How long, like 30m, 2h or 1d. Default: 1h.",
)
@json_option
def snooze(alert_ids: tuple[str, ...], everything: bool, duration_ms: int, as_json: bool) -> None:
    """Put alerts off: they are told again later."""
    count = _change(arguments.which(alert_ids, everything), duration_ms)
    _tell("Snoozed", count, as_json=as_json)


def _tell(done: str, count: int, *, as_json: bool) -> None:
    if as_json:
        emit_json({done.lower(): count})
    else:
        emit(f"{done} {count} {'alert' if count == 1 else 'alerts'}.")


def _change(alert_ids: tuple[str, ...] | None, duration_ms: int | None) -> int:
    """How many are others now.

    Raises:
        RequestRefusedError: One of them is not there.
        LedgerError: The ledger cannot be written.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.telling_daemons import have_daemons_look  # noqa: PLC0415 - likewise
    from agent_console.errors import LedgerError, RequestRefusedError  # noqa: PLC0415
    from agent_console.paths import database_path  # noqa: PLC0415 - likewise
    from agent_console.usage.entries import ChangeAlerts, LedgerRefusal  # noqa: PLC0415
    from agent_console.usage.writing.budget_keeping import change_alerts  # noqa: PLC0415 - likewise
    from agent_console.usage.writing.ledger import Ledger  # noqa: PLC0415 - likewise

    at_ms = time.time_ns() // 1_000_000
    until_ms = None if duration_ms is None else at_ms + duration_ms
    ledger = Ledger.configured(database_path(), config.load())
    try:
        result = change_alerts(ledger, ChangeAlerts(alert_ids, at_ms, until_ms))
    finally:
        ledger.close()
    if isinstance(result, LedgerRefusal):
        if result.code == "not_found":
            raise RequestRefusedError("not_found", result.message)
        raise LedgerError(result.message)
    have_daemons_look()
    return result.count

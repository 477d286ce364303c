"""`agent-console anomalies`: what cost far more than usual."""

from typing import Any

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.insight.asking import (
    WHAT,
    WHEN,
    request_of,
    up_to_date_ledger,
    usage_options,
)

DEFAULT_LAST = "30d"


@usage_options(*WHEN, *WHAT)
@click.command("anomalies")
@json_option
def command(as_json: bool, **given: Any) -> None:
    """Show days, projects and sessions that cost far more than usual, and why.

    The last 30 days, unless something else is said, each against what came before it. Nothing is
    said of anything that has fewer than 14 values before it.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.insight import anomalies_shown as shown  # noqa: PLC0415 - likewise
    from agent_console.cli.output import columns, emit, emit_json  # noqa: PLC0415 - likewise
    from agent_console.usage.insight.anomalies import MIN_HISTORY  # noqa: PLC0415 - likewise
    from agent_console.usage.insight.unusual import UnusualSpending  # noqa: PLC0415 - likewise
    from agent_console.usage.periods import quarter  # noqa: PLC0415 - likewise

    request = request_of(given, config.load(), last=DEFAULT_LAST)
    wanted = request.wanted
    day, now = wanted.zone.day, quarter(request.now_ms)
    last = day(now if wanted.until is None else min(wanted.until - 1, now))
    with up_to_date_ledger(request) as ledger:
        first = day(wanted.since) if wanted.since is not None else last - LONGEST_DAYS
        spending = UnusualSpending(ledger, wanted, first, last)
        found = spending.found()
    if as_json:
        emit_json(shown.as_data(found, spending.history_days))
    elif found:
        emit(shown.sentences(found, columns()))
    elif spending.history_days < MIN_HISTORY:
        emit(f"There are fewer than {MIN_HISTORY} days to compare with: nothing is unusual yet.")
    else:
        emit("Nothing is unusual.")


LONGEST_DAYS = 366
"""With an end and no beginning."""

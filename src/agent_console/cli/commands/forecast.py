"""`agent-console forecast`: what the month will have cost."""

from typing import Any

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.insight.asking import WHAT, request_of, up_to_date_ledger, usage_options


@usage_options(*WHAT, "billing-day")
@click.command("forecast")
@json_option
def command(as_json: bool, **given: Any) -> None:
    """Show what the month will have cost at its end, with a range.

    The usual day of late with its slow trend, times what is usual for each weekday, for the days
    that are left. A straight line through the days so far stands beside it.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.fields import fields  # noqa: PLC0415 - likewise
    from agent_console.cli.insight import forecast_shown as shown  # noqa: PLC0415 - likewise
    from agent_console.cli.output import columns, emit, emit_json, narrate  # noqa: PLC0415
    from agent_console.usage.insight.month import forecast_of, month_of  # noqa: PLC0415
    from agent_console.usage.reports.table import wrapped  # noqa: PLC0415 - likewise

    request = request_of(given, config.load())
    month = month_of(request.wanted, request.now_ms)
    with up_to_date_ledger(request) as ledger:
        found = forecast_of(ledger, request.wanted, month)
    if as_json:
        emit_json(shown.as_data(found, month))
        return
    emit(fields(shown.rows(found, month)))
    emit("\n" + wrapped(shown.METHOD, columns()))
    if shown.doubt(found):
        narrate(shown.doubt(found))

"""`agent-console budget check`: a guard for scripts and CI."""

import click

from agent_console.cli.budget.ingest_option import no_ingest_option
from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit, emit_json

EXIT_NEAR = 10
EXIT_OVER = 11
_CODES = {"green": 0, "yellow": EXIT_NEAR, "red": EXIT_OVER}


@click.command("check")
@click.option(
    "--project",
    metavar="P",
    help="Only budgets that this project counts for: its own, and those for everything.",
)
@no_ingest_option
@json_option
def check(project: str | None, no_ingest: bool, as_json: bool) -> int:
    """Say by the exit code whether there is budget left.

    Exits 0 when every budget is below 80 %, 10 when one is near its limit (80 % and more), 11 when
    one is spent. Paused budgets do not count. P is a folder (`.` is the present one) or its name.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.budget import matching, reading, shown  # noqa: PLC0415 - likewise
    from agent_console.usage.budgets.periods import configured_calendar  # noqa: PLC0415 - likewise

    found = [
        status
        for status in reading.statuses(reading.now_ms(), ingest=not no_ingest)
        if not status.budget.is_paused and matching.counts_for(status.budget, project)
    ]
    code = max((_CODES[status.colour] for status in found), default=0)
    if as_json:
        calendar = configured_calendar(config.load())
        words = {0: "ok", EXIT_NEAR: "near", EXIT_OVER: "over"}
        budgets = [shown.as_data(status, calendar) for status in found]
        emit_json({"state": words[code], "budgets": budgets})
        return code
    for status in found:
        if _CODES[status.colour]:
            emit(shown.sentence(status))
    return code

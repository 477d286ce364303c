"""`agent-console cache`: how well the prompt cache serves."""

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


@usage_options(*WHEN, *WHAT, "session")
@click.command("cache")
@click.option(
    "--by",
    type=click.Choice(["day", "project", "session"]),
    default="day",
    help="What a row is. Default: day.",
)
@json_option
def command(as_json: bool, **given: Any) -> None:
    """Show how well the prompt cache serves, and how it could serve better.

    The last 30 days, unless something else is said. HIT is what was read of all that was sent. A
    write is lost when the next request of its session reads less than was there, or none comes.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.insight import cache_shown as shown  # noqa: PLC0415 - likewise
    from agent_console.cli.output import columns, emit, emit_json, is_coloured  # noqa: PLC0415
    from agent_console.usage.insight.cache_advice import advice  # noqa: PLC0415 - likewise
    from agent_console.usage.insight.cache_use import cache_report  # noqa: PLC0415 - likewise

    configured = config.load()
    request = request_of(given, configured, last=DEFAULT_LAST)
    by = given["by"]
    with up_to_date_ledger(request) as ledger:
        report = cache_report(
            ledger, request.wanted, by, request.now_ms, configured.cache.advice_percent
        )
    found = advice(report, configured.cache)
    if as_json:
        emit_json(shown.as_data(report, found, by, request.wanted))
        return
    if not report.rows:
        emit("No usage matches.")
        return
    width = columns()
    emit(shown.drawn(report, by, width, coloured=is_coloured()))
    emit("\n" + shown.notes(report, found, width))
    if report.poor:
        emit("\n" + shown.drawn_poor(report, width, coloured=is_coloured()))

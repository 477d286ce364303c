"""`agent-console compare projects`, `models`, `periods` and `tickets`."""

import re
from typing import TYPE_CHECKING, Any

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.insight.asking import (
    WHAT,
    WHEN,
    request_of,
    up_to_date_ledger,
    usage_options,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent_console.usage.insight.comparison import Compared
    from agent_console.usage.reports.request import Request
    from agent_console.usage.reports.table import Cells

_TOP = click.option(
    "--top",
    "most",
    type=click.IntRange(1, 100_000),
    metavar="N",
    help="Only the N first. Default: 20 in a table, all in JSON.",
)
_MOST = 20
_BY = {"day": "daily", "week": "weekly", "month": "monthly"}
_LAST = {"day": "7", "week": "4", "month": "3"}


@usage_options(*WHEN, *WHAT)
@click.command("projects")
@_TOP
@json_option
def projects(**given: Any) -> None:
    """Compare projects, the dearest first.

    The three dearest are marked. $/1K OUT is all that was spent for each thousand tokens of output.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.usage.insight.comparison import by_cost, compared  # noqa: PLC0415

    request = request_of(given, config.load())
    with up_to_date_ledger(request) as ledger:
        rows = sorted(compared(ledger, request.wanted, "project"), key=by_cost)
    _tell("PROJECT", rows, request, given)


@usage_options(*WHEN, *WHAT)
@click.command("models")
@click.option("--as", "other", metavar="MODEL", help="Also what all would have cost on this one.")
@click.option(
    "--by",
    type=click.Choice(["week", "month"]),
    default="month",
    help="How the second table cuts time. Default: month.",
)
@_TOP
@json_option
def models(**given: Any) -> None:
    """Compare models, the dearest output first.

    By all dollars for 1,000 tokens of output. Below stands which part of the cost each had over
    time.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.compare import shown  # noqa: PLC0415 - likewise
    from agent_console.cli.output import columns, emit  # noqa: PLC0415 - likewise
    from agent_console.usage.insight.comparison import by_output_price, compared  # noqa: PLC0415
    from agent_console.usage.insight.hypothetical import hypothetical  # noqa: PLC0415
    from agent_console.usage.insight.migration import migration  # noqa: PLC0415

    configured = config.load()
    request = request_of(given, configured)
    other = None
    with up_to_date_ledger(request) as ledger:
        rows = sorted(compared(ledger, request.wanted, "model"), key=by_output_price)
        over_time = migration(ledger, request.wanted, _BY[given["by"]])
        if given["other"]:
            try:
                other = hypothetical(
                    ledger, request.wanted, given["other"], configured.prices, request.now_ms
                )
            except ValueError as error:
                raise click.BadParameter(f"{error}.", param_hint="--as") from None
    data: dict[str, Any] = {"over_time": shown.migration_data(over_time)}
    if other is not None:
        data["as"] = shown.hypothetical_data(rows, other)
    further = [] if other is None else shown.on_other(rows, other)
    _tell("MODEL", rows, request, given, further=further, data=data)
    if given["as_json"] or not rows:
        return
    if other is not None:
        emit("\n" + shown.hypothetical_words(rows, other, columns()))
    if over_time.models:
        emit("")
        _draw(shown.migration_table(over_time))


@usage_options(*WHEN, *WHAT, "billing-day")
@click.command("periods")
@click.option(
    "--by",
    type=click.Choice(["day", "week", "month"]),
    default="month",
    help="What a period is. Default: month.",
)
@json_option
def periods(**given: Any) -> None:
    """Compare days, weeks or months, the latest last.

    The last 7 days, 4 weeks or 3 months unless something else is said; the current one counts as
    far as it goes. CHANGE is that of the cost against the period above.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.compare import shown  # noqa: PLC0415 - likewise
    from agent_console.usage.insight.comparison import compared  # noqa: PLC0415

    by = given["by"]
    request = request_of(given, config.load(), _BY[by], last=_LAST[by])
    with up_to_date_ledger(request) as ledger:
        rows = compared(ledger, request.wanted, _BY[by])
    _tell("PERIOD", rows, request, given, further=[shown.changes(rows)] if rows else [])


@usage_options(*WHEN, *WHAT)
@click.command("tickets")
@click.option(
    "--pattern",
    metavar="REGEX",
    help="Finds a ticket in the name of a branch: its first group, else all of it. "
    "Default: keys like SHOP-12.",
)
@_TOP
@json_option
def tickets(**given: Any) -> None:
    """Show what each ticket cost, by the names of git branches.

    All branches with the same ticket are one row, in whatever projects they are.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.usage.insight import comparison  # noqa: PLC0415 - likewise

    try:
        pattern = re.compile(given["pattern"] or comparison.TICKET)
    except re.error as error:
        raise click.BadParameter(
            f"`{given['pattern']}` is no regular expression: {error}.", param_hint="--pattern"
        ) from None
    request = request_of(given, config.load())
    with up_to_date_ledger(request) as ledger:
        rows = comparison.tickets(ledger, request.wanted, pattern)
    _tell("TICKET", rows, request, given)


def _tell(
    title: str,
    rows: "Sequence[Compared]",
    request: "Request",
    given: dict[str, Any],
    *,
    further: "Sequence[Cells]" = (),
    data: dict[str, Any] | None = None,
) -> None:
    """Write the rows.

    Args:
        title: The heading of their names.
        rows: All of them.
        request: What was asked for.
        given: The options.
        further: Columns that stand behind the cost.
        data: What JSON has beside the rows.
    """
    from agent_console.cli.compare import shown  # noqa: PLC0415 - help draws nothing
    from agent_console.cli.insight.words import span_data  # noqa: PLC0415 - likewise
    from agent_console.cli.output import emit, emit_json, narrate  # noqa: PLC0415 - likewise

    wanted = request.wanted
    most = given.get("most")
    if given["as_json"]:
        told = [shown.as_data(each, wanted.zone) for each in rows[:most]]
        emit_json({**span_data(wanted), "rows": told, **(data or {})})
        return
    if not rows:
        emit("No usage matches.")
        return
    kept = len(rows) if title == "PERIOD" else most or _MOST
    cells = shown.table(title, rows, wanted.zone, request.now_ms)
    behind_cost = 3
    cells[behind_cost:behind_cost] = further
    for each in cells:
        each.cells = each.cells[:kept]
    _draw(cells)
    if len(rows) > kept:
        narrate(f"{len(rows) - kept} more; --top shows them.")


def _draw(cells: "Sequence[Cells]") -> None:
    from agent_console.cli.output import columns, emit, is_coloured  # noqa: PLC0415 - as above
    from agent_console.usage.reports.table import draw  # noqa: PLC0415 - likewise

    kinds = ["plain"] * len(cells[0].cells)
    emit(draw(cells, kinds, columns(), coloured=is_coloured()))

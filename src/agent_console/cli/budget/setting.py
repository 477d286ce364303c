"""`agent-console budget set`."""

from typing import Any

import click

from agent_console.cli.budget import arguments
from agent_console.cli.budget.ingest_option import no_ingest_option
from agent_console.cli.budget.matching import placed
from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import columns, emit, emit_json
from agent_console.model.budget import Budget
from agent_console.usage.reports.matching import EXACTLY

_PERIODS = ("daily", "weekly", "monthly")


@click.command("set")
@click.argument("amount")
@click.option("--tokens", "in_tokens", is_flag=True, help="AMOUNT is tokens: 500k, 2.5M.")
@click.option("--period", type=click.Choice(_PERIODS), default="monthly", help="Default: monthly.")
@click.option("--project", metavar="P", help="Only this project: a folder, its name, or a glob.")
@click.option("--model", metavar="M", help="Only this model: a name, a part of it, or a glob.")
@click.option(
    "--warn",
    "warn_at",
    type=arguments.Percents(),
    default="80,90,100",
    metavar="PERCENTS",
    help="Alert at these percents, each once a period. Default: 80,90,100.",
)
@click.option(
    "--billing-day",
    type=click.IntRange(1, 31),
    metavar="N",
    help="Months begin on this day, or on the last one of a shorter month. Default: 1.",
)
@click.option("--hard", is_flag=True, help="Where the gate is installed, stop sessions beyond it.")
@no_ingest_option
@json_option
def set_(**given: Any) -> None:
    """Set a budget.

    It takes the place of the one for the same scope and period. AMOUNT is US dollars. Days, weeks
    and months are those of your zone.
    """
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.budget import reading, shown  # noqa: PLC0415 - likewise
    from agent_console.cli.telling_daemons import have_daemons_look  # noqa: PLC0415 - likewise
    from agent_console.paths import database_path  # noqa: PLC0415 - likewise
    from agent_console.usage.budgets.periods import configured_calendar  # noqa: PLC0415 - likewise
    from agent_console.usage.writing.budget_keeping import keep_budget  # noqa: PLC0415 - likewise
    from agent_console.usage.writing.ledger import Ledger  # noqa: PLC0415 - likewise

    wanted = _budget(given)
    configured = config.load()
    at_ms = reading.now_ms()
    ledger = Ledger.configured(database_path(), configured)
    try:
        kept = keep_budget(ledger, wanted, at_ms)
    finally:
        ledger.close()
    have_daemons_look()
    status = reading.with_id(reading.statuses(at_ms, ingest=not given["no_ingest"]), kept.budget_id)
    if given["as_json"]:
        emit_json(shown.as_data(status, configured_calendar(configured)))
    else:
        emit(shown.budget_table([status], columns()))


def _budget(given: dict[str, Any]) -> Budget:
    if given["project"] is not None and given["model"] is not None:
        raise click.UsageError("--project and --model exclude each other.")
    if given["billing_day"] is not None and given["period"] != "monthly":
        raise click.UsageError("--billing-day belongs to a monthly budget.")
    project, model = given["project"], given["model"]
    if not (project or model) and (project is not None or model is not None):
        raise click.UsageError("--project and --model name something.")
    in_tokens = given["in_tokens"]
    return Budget(
        budget_id="",
        scope="project" if project else "model" if model else "all",
        subject=_subject(project) if project else model or "",
        period=given["period"],
        limit_nano_usd=None if in_tokens else arguments.nano_usd(given["amount"]),
        limit_tokens=arguments.tokens(given["amount"]) if in_tokens else None,
        billing_day=given["billing_day"] or 1,
        warn_at=given["warn_at"],
        is_hard=given["hard"],
    )


def _subject(project: str) -> str:
    """What a budget is kept for: globs, and what is to be taken exactly, stay as they are."""
    if project.startswith(EXACTLY) or any(char in project for char in "*?["):
        return project
    return placed(project)

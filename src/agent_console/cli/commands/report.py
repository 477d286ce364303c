"""`agent-console report`: a month's usage as a document to hand over."""

from pathlib import Path

import click

from agent_console.cli.budget.ingest_option import no_ingest_option
from agent_console.cli.empty_value import refuse_empty
from agent_console.cli.report.formats import FORMATS, Format
from agent_console.cli.report.schedule import schedule


@click.group("report", invoke_without_command=True)
@click.option("--month", metavar="MONTH", help="2026-11, `last` or `this`, which is the default.")
@click.option("--since", metavar="DAY", help="Instead of a month: from that day on.")
@click.option("--until", metavar="DAY", help="Up to and including that day.")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="html",
    show_default=True,
    help="What to write.",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Where, instead of stdout; in a folder it gets a name. A pipe or device is written into.",
)
@click.option("--project", metavar="P", multiple=True, help="Only this project.")
@click.option("--model", metavar="M", multiple=True, help="Only this model.")
@click.option("--timezone", metavar="ZONE", help="Where days are cut.")
@no_ingest_option
@click.pass_context
def command(
    context: click.Context,
    *,
    month: str | None,
    since: str | None,
    until: str | None,
    form: Format,
    output: str | None,
    project: tuple[str, ...],
    model: tuple[str, ...],
    timezone: str | None,
    no_ingest: bool,
) -> None:
    """Write what a month came to, as a document to hand over.

    Totals by class, costs, the change against the month before, days, projects, models, the dearest
    sessions, budgets, and what is uncertain. HTML is one file that needs no network; CSV has a line
    for each day, project and model.
    """
    if context.invoked_subcommand is not None:
        if any((month, since, until, output, project, model, timezone, no_ingest)):
            raise click.UsageError(
                f"Options of `{context.invoked_subcommand}` stand behind its name."
            )
        return
    for name, value in (("month", month), ("since", since), ("until", until), ("output", output)):
        refuse_empty(name, [value])
    if output == "-":  # as `usage export` has it
        output = None
    days_named = since is not None or until is not None
    if month is not None and days_named:
        raise click.UsageError("--month and --since or --until exclude each other.")
    if form == "pdf" and output is None:
        raise click.UsageError("PDF is no text: say where to write it with -o FILE.")
    from agent_console.cli.report.writing import Wanted, write_report  # noqa: PLC0415 - no help
    from agent_console.cli.usage.click_options import given_by_name  # noqa: PLC0415 - likewise
    from agent_console.usage.reports.request import OptionError  # noqa: PLC0415 - likewise

    wanted = Wanted(
        month="" if days_named else month or "this",
        since=since,
        until=until,
        filters=given_by_name({"project": project, "model": model, "timezone": timezone}),
        format=form,
        output=None if output is None else Path(output).expanduser(),
        ingest=not no_ingest,
    )
    try:
        write_report(wanted)
    except OptionError as error:
        raise click.BadParameter(f"{error}.", param_hint=f"--{error.option}") from None
    except ValueError as error:
        hint = "--since or --until" if days_named else "--month"
        raise click.BadParameter(f"{error}.", param_hint=hint) from None


command.add_command(schedule)

"""`agent-console usage …`: what was used, by day, week, month, session, project and more.

Rule: options are made from usage/reports/options.py and their values read by
usage/reports/request.py, for plain reports as here: cli/fast_usage.py takes those without click.
"""

from typing import Any

import click

from agent_console.cli.usage.click_options import click_option, given_by_name, wrong_option
from agent_console.usage.reports.groupings import ALIASES, GROUPINGS, without_tool
from agent_console.usage.reports.options import EXPORT, FILTERS, options_of

_HELP = {
    "daily": "Tokens and costs by day.",
    "weekly": "Tokens and costs by week.",
    "monthly": "Tokens and costs by month, or billing period.",
    "hourly": "Tokens and costs by hour.",
    "session": "Tokens and costs by session, or one message by message (--id).",
    "project": "Tokens and costs by project.",
    "model": "Tokens and costs by model.",
    "branch": "Tokens and costs by git branch.",
    "subagent": "Tokens and costs by kind of subagent.",
    "block": "Tokens and costs by 5-hour block.",
}


class Reports(click.Group):
    """The reports; `daily` when none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Like click's, with the report that is meant when none is named."""
        args = without_tool(args)
        if not args or (args[0].startswith("-") and args[0] not in {"-h", "--help"}):
            args = ["daily", *args]
        return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The report of that name; ccusage's words mean the same."""
        return super().get_command(ctx, ALIASES.get(cmd_name, cmd_name))


@click.group("usage", cls=Reports)
def command() -> None:
    """Show tokens and costs by day, week, month, session, project and more.

    Without the name of a report it is `daily`. All reports have the same options, which
    `agent-console usage daily --help` lists; those of ccusage mean what they mean there.
    """


def _report(name: str) -> click.Command:
    def callback(**values: Any) -> int:
        return _run(name, given_by_name(values))

    return click.Command(
        name,
        callback=callback,
        params=[click_option(each) for each in options_of(name)],
        help=_HELP[name],
    )


def _export(**values: Any) -> int:
    from agent_console import config  # noqa: PLC0415 - help needs no configuration
    from agent_console.cli.usage.export import run_export  # noqa: PLC0415 - help needs no ledger
    from agent_console.paths import database_path  # noqa: PLC0415 - likewise
    from agent_console.usage.reports.request import OptionError  # noqa: PLC0415 - likewise

    try:
        return run_export(
            given_by_name(values), config.load().display.timezone, str(database_path())
        )
    except OptionError as error:
        raise wrong_option(error) from None


def _run(name: str, given: dict[str, Any]) -> int:
    from agent_console import config  # noqa: PLC0415 - help needs no configuration
    from agent_console.cli.usage.run import run  # noqa: PLC0415 - help needs no ledger
    from agent_console.paths import database_path  # noqa: PLC0415 - likewise
    from agent_console.usage.reports.request import OptionError, Request, now_ms  # noqa: PLC0415

    display = config.load().display
    if name == "weekly":
        given.setdefault("start-of-week", display.week_start)
    try:
        request = Request(name, given, display.timezone, now_ms())
    except OptionError as error:
        raise wrong_option(error) from None
    return run(request, str(database_path()))


for _name in GROUPINGS:
    command.add_command(_report(_name))
command.add_command(
    click.Command(
        "export",
        callback=_export,
        params=[click_option(each) for each in (*EXPORT, *FILTERS)],
        help="Every message, session or day as CSV, JSON or JSON lines.\n\n"
        "It streams: memory does not grow with the ledger.",
    )
)

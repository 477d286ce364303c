"""`agent-console compare …`: projects, models, periods and tickets side by side."""

import click

from agent_console.cli.compare.comparing import models, periods, projects, tickets


@click.group("compare")
def command() -> None:
    """Compare projects, models, periods or tickets side by side."""


for subcommand in (projects, models, periods, tickets):
    command.add_command(subcommand)

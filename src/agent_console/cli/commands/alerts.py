"""`agent-console alerts …`: what budgets and other rules had to say."""

import click

from agent_console.cli.alerts.changing import ack, snooze
from agent_console.cli.alerts.showing import list_


@click.group("alerts")
def command() -> None:
    """Show, acknowledge and put off alerts.

    Budgets raise them, and what is on in the table `alerts` of the configuration.
    """


for subcommand in (list_, ack, snooze):
    command.add_command(subcommand)

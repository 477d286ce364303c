"""`agent-console budget …`: what may be spent, and how much of it is."""

import click

from agent_console.cli.budget.changing import pause, reset, resume, rm
from agent_console.cli.budget.checking import check
from agent_console.cli.budget.setting import set_
from agent_console.cli.budget.showing import list_, show


@click.group("budget")
def command() -> None:
    """Set budgets and see what is left of them.

    There is one budget for each scope (everything, a project, a model) and period.
    """


for subcommand in (set_, list_, show, check, pause, resume, reset, rm):
    command.add_command(subcommand)

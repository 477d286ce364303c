"""`agent-console db …`: look after the ledger's database."""

import click

from agent_console.cli.db.backup import backup
from agent_console.cli.db.check import check
from agent_console.cli.db.query import query
from agent_console.cli.db.repair import repair
from agent_console.cli.db.restore import restore
from agent_console.cli.db.stats import stats
from agent_console.cli.db.vacuum import vacuum
from agent_console.cli.db.where import path


@click.group("db")
def command() -> None:
    """Check, back up, restore and query the database.

    All of it works beside a running daemon.
    """


for subcommand in (check, repair, backup, restore, vacuum, path, stats, query):
    command.add_command(subcommand)

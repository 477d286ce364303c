"""What follows when a command has taken something into the ledger.

Rule: what the command was asked for is done and told before.
"""

from pathlib import Path

from agent_console.cli.backing_up import back_up
from agent_console.cli.telling_daemons import tell_of_totals


def has_taken_in(database: Path) -> None:
    """Something was taken in, and that is told."""
    tell_of_totals()
    back_up(database)

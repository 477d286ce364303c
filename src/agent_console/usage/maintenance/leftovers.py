"""What killed processes left beside the ledger and its backups.

Rule: whoever makes such files removes those of others first, when their processes are gone.
"""

from pathlib import Path

from agent_console.usage.database.backup_files import backup_folder
from agent_console.usage.database.leftovers import remove_leftovers


def remove_leftovers_of(database: Path) -> None:
    """Remove copies of this ledger that nobody finishes any more."""
    remove_leftovers(database.parent, f"{database.name}.")
    remove_leftovers(backup_folder(database), "metrics-")

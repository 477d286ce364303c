"""The backups of the ledger, and how one is brought back."""

from pathlib import Path

from agent_console.model.format import ago, size
from agent_console.usage.database.backup_files import Backup
from agent_console.web.asking.console import Console
from agent_console.web.elements.boxes import box, text
from agent_console.web.elements.confirm import ask
from agent_console.web.store.upkeep import restoring
from agent_console.web.store.upkeep_panel import begin

SHOWN = 8


def backup_list(console: Console, backups: list[Backup]) -> None:
    """The latest ones.

    Args:
        console: What pages share.
        backups: Newest first.
    """
    now = console.now_ms()
    for backup in backups[:SHOWN]:
        with box("tools"):
            text(backup.path.name, "mono", "span")
            text(f"{ago(now - backup.made_at_ms)}, {size(backup.size_bytes)}", "quiet", "span")
            bring = text("Restore", "button danger", "button").style("margin-left: auto")
            bring.on("click", lambda _, chosen=backup: _ask(console, chosen))


def _ask(console: Console, backup: Backup) -> None:
    def bring() -> None:
        work = restoring(Path(console.database), backup.path, console.now_ms())
        begin(console, "Restoring", work, may_cancel=False)

    ask(
        "Restore this backup?",
        f"The ledger will be as it was {ago(console.now_ms() - backup.made_at_ms)}. What it is now "
        "is kept beside it, and transcripts that still exist are read again.",
        "Restore",
        bring,
    )

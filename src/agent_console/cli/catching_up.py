"""Read what is new in the transcripts before something is shown, with a bar when it takes long."""

from collections.abc import Sequence
from pathlib import Path

from agent_console import config
from agent_console.cli.commands.ingest import tell_unreadable
from agent_console.cli.reading_progress import reading_progress
from agent_console.usage.ingest.catch_up import bring_up_to_date


def catch_up(database: str, config_dirs: Sequence[str]) -> None:
    """Bring the ledger up to date.

    Args:
        database: The ledger.
        config_dirs: Claude Code's folders; empty: the usual ones.

    Raises:
        LedgerError: The ledger cannot be opened or written.
    """
    folders = [Path(folder).expanduser() for folder in config_dirs]
    with reading_progress() as tell:
        caught_up = bring_up_to_date(
            Path(database), config.load().prices, config_dirs=folders or None, tell=tell
        )
    tell_unreadable(caught_up)

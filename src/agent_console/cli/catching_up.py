"""Read what is new in the transcripts before something is shown, with a bar when it takes long."""

from collections.abc import Sequence
from pathlib import Path

from agent_console import config
from agent_console.cli.caught_up import tell_of_alerts, tell_unreadable
from agent_console.cli.output import narrate
from agent_console.cli.reading_progress import reading_progress
from agent_console.usage.ingest.catch_up import bring_up_to_date

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.usage.ingest.disk_changes import DiskChanges


def catch_up(database: str, config_dirs: Sequence[str], changes: "DiskChanges | None") -> bool:
    """Bring the ledger up to date; whether there was something new.

    Args:
        database: The ledger.
        config_dirs: Claude Code's folders.
        changes: What a look at them found just now; null: nobody has looked.

    Raises:
        LedgerError: The ledger cannot be opened or written.
    """
    with reading_progress() as tell:
        configured = config.load()
        caught_up = bring_up_to_date(
            Path(database),
            configured.prices,
            config_dirs=list(map(Path, config_dirs)),
            config=configured,
            tell=tell,
            say=narrate,
            changes=changes,
        )
    tell_unreadable(caught_up)
    tell_of_alerts(caught_up.alerts_raised)
    return caught_up.files_read > 0

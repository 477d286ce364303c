"""Read what is new in the transcripts before something is shown, with a bar when it takes long."""

from pathlib import Path

from agent_console import config
from agent_console.cli.caught_up import tell_of_alerts, tell_unreadable
from agent_console.cli.output import narrate
from agent_console.cli.reading_progress import reading_progress
from agent_console.usage.ingest.catch_up import bring_up_to_date

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.usage.ingest.transcript_walk import TranscriptWalk


def catch_up(database: str, walk: "TranscriptWalk") -> bool:
    """Bring the ledger up to date; whether there was something new.

    Args:
        database: The ledger.
        walk: What is there.

    Raises:
        LedgerError: The ledger cannot be opened or written.
    """
    with reading_progress() as tell:
        configured = config.load()
        caught_up = bring_up_to_date(
            Path(database),
            configured.prices,
            config=configured,
            tell=tell,
            say=narrate,
            walk=walk,
        )
    tell_unreadable(caught_up)
    tell_of_alerts(caught_up)
    return caught_up.files_read > 0

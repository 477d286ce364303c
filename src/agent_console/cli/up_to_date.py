"""Open the ledger with what is new in the transcripts.

Rule: what every report imports stands here; reading anything is imported when there is something.
"""

from agent_console.cli.output import narrate
from agent_console.paths import claude_config_folders
from agent_console.usage.reports.reading import open_for_reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent_console.usage.reports.reading import Reading


def open_up_to_date(
    database: str, config_dirs: "Sequence[str]" = (), *, ingest: bool = True
) -> "tuple[Reading | None, bool]":
    """The ledger, if there is one.

    Args:
        database: Its path.
        config_dirs: Claude Code's folders; empty: the usual ones.
        ingest: Look for new transcript lines first.

    Returns:
        A connection, and whether something was taken in.

    Raises:
        LedgerError: It cannot be opened or written.
    """
    connection = open_for_reading(database, narrate)
    if not ingest:
        return connection, False
    folders = config_dirs or claude_config_folders()
    changes = None
    if connection is not None:
        from agent_console.usage.ingest import freshness  # noqa: PLC0415 - not always

        changes = freshness.look(connection, folders)
        if freshness.is_up_to_date(connection, changes):
            return connection, False
        connection.close()
    from agent_console.cli.catching_up import catch_up  # noqa: PLC0415 - rarely needed

    took_in = catch_up(database, folders, changes)
    return open_for_reading(database, narrate), took_in


def has_taken_in(database: str) -> None:
    """Something was taken in, and that is told."""
    from pathlib import Path  # noqa: PLC0415 - rarely needed

    from agent_console.cli import taken_in  # noqa: PLC0415 - rarely needed

    taken_in.has_taken_in(Path(database))

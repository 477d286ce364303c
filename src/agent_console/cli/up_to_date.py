"""Open the ledger with what is new in the transcripts.

Rule 1: what every report imports stands here; reading anything is imported when there is something.
Rule 2: a ledger that can be read but not written, as on a full disk, is shown as it was. That
        something is missing is said after it, and is the command's exit code.
"""

from agent_console.cli.output import narrate
from agent_console.paths import claude_config_folders
from agent_console.usage.reports.reading import open_for_reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from agent_console.errors import LedgerError
    from agent_console.usage.ingest.disk_changes import DiskChanges
    from agent_console.usage.reports.reading import Reading


class OpenedLedger:
    """The ledger for a command that only reads it.

    Args:
        database: Its path.
        connection: For reading it; null when there is none yet.
        took_in: Something was taken in.
        outage: Why what is new could not be taken in; null when it was, or nobody looked.
    """

    def __init__(
        self,
        database: str,
        connection: "Reading | None",
        *,
        took_in: bool = False,
        outage: "LedgerError | None" = None,
    ) -> None:
        self.connection = connection
        self.outage = outage
        self._database = database
        self._took_in = took_in

    def take_care(self) -> None:
        """What the command is asked for is told: have daemons look, make the day's backup."""
        if not self._took_in:
            return
        from pathlib import Path  # noqa: PLC0415 - rarely needed

        from agent_console.cli import taken_in  # noqa: PLC0415 - rarely needed

        taken_in.has_taken_in(Path(self._database))

    def finish(self) -> None:
        """The same, and say what is missing.

        Raises:
            LedgerError: What is new could not be taken in.
        """
        self.take_care()
        if self.outage is not None:
            raise self.outage


def open_up_to_date(
    database: str, config_dirs: "Sequence[str]" = (), *, ingest: bool = True
) -> OpenedLedger:
    """The ledger, if there is one; who asked for it calls `finish` when all is told.

    Args:
        database: Its path.
        config_dirs: Claude Code's folders; empty: the usual ones.
        ingest: Look for new transcript lines first. Prices are brought up to date in any case.

    Raises:
        ConfigError: The configuration cannot be used, as far as it has to be read.
        LedgerError: It cannot be read, or there is none and it cannot be made.
    """
    connection = open_for_reading(database, narrate)
    if not ingest:
        return _priced_up_to_date(database, connection)
    folders = config_dirs or claude_config_folders()
    changes = None
    if connection is not None:
        from agent_console.usage.ingest import freshness  # noqa: PLC0415 - not always

        changes = freshness.look(connection, folders)
        if freshness.is_up_to_date(connection, changes):
            return OpenedLedger(database, connection)
        connection.close()
    return caught_up(database, folders, changes, there_is_one=connection is not None)


def _priced_up_to_date(database: str, connection: "Reading | None") -> OpenedLedger:
    """The ledger with the transcripts that it knows, at the prices of today."""
    if connection is not None:
        from agent_console.usage.ingest import freshness  # noqa: PLC0415 - not always

        if freshness.knows_prices(connection):
            return OpenedLedger(database, connection)
        connection.close()
    from agent_console.cli.repricing import reprice  # noqa: PLC0415 - rarely needed
    from agent_console.errors import (  # noqa: PLC0415 - likewise
        DamagedLedgerError,
        LedgerError,
    )

    outage = None
    try:
        reprice(database)
    except DamagedLedgerError:
        raise
    except LedgerError as error:
        outage = LedgerError(f"The prices of today are not in these figures. {error}")
    return OpenedLedger(database, open_for_reading(database, narrate), outage=outage)


def importing_catch_up() -> "Callable[[str, Sequence[str], DiskChanges | None], bool]":
    """What takes in what is new, with all that it imports."""
    from agent_console.cli.catching_up import catch_up  # noqa: PLC0415 - rarely needed

    return catch_up


def caught_up(
    database: str,
    folders: "Sequence[str]",
    changes: "DiskChanges | None",
    *,
    there_is_one: bool,
) -> OpenedLedger:
    """The ledger after what a look has found is taken in.

    Args:
        database: Its path.
        folders: Claude Code's folders.
        changes: What was found; null when nobody could say.
        there_is_one: A ledger, which can be shown as it is.
    """
    from agent_console.errors import (  # noqa: PLC0415 - rarely needed
        DamagedLedgerError,
        LedgerError,
    )

    try:
        took_in = importing_catch_up()(database, folders, changes)
    except DamagedLedgerError:
        raise
    except LedgerError as error:
        if not there_is_one:
            raise
        outage = LedgerError(f"What is new in the transcripts is not in these figures. {error}")
        return OpenedLedger(database, open_for_reading(database, narrate), outage=outage)
    return OpenedLedger(database, open_for_reading(database, narrate), took_in=took_in)

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
    from typing import TypeVar

    from agent_console.errors import LedgerError
    from agent_console.usage.ingest.disk_changes import DiskChanges
    from agent_console.usage.ingest.look_beside import LookBeside
    from agent_console.usage.reports.reading import Reading

    Answer = TypeVar("Answer")

_STEPS = 10_000
"""Of SQLite's programs, between two looks whether an answer is still of use: some 0.2 ms."""


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
        ingest: Look for new transcript lines first.

    Raises:
        LedgerError: It cannot be read, or there is none and it cannot be made.
    """
    connection = open_for_reading(database, narrate)
    if not ingest:
        return OpenedLedger(database, connection)
    folders = config_dirs or claude_config_folders()
    changes = None
    if connection is not None:
        from agent_console.usage.ingest import freshness  # noqa: PLC0415 - not always

        changes = freshness.look(connection, folders)
        if freshness.is_up_to_date(connection, changes):
            return OpenedLedger(database, connection)
        connection.close()
    return _caught_up(database, folders, changes, there_is_one=connection is not None)


def answered_up_to_date(
    database: str,
    config_dirs: "Sequence[str]",
    ask: "Callable[[Reading], Answer]",
    *,
    ingest: bool = True,
    load: "Callable[[], object]" = bool,
) -> "tuple[OpenedLedger, Answer | None]":
    """The same, and what `ask` makes of it; null when there is no ledger.

    Where it can be, the ledger is asked while another process looks for new lines. What it says is
    dropped when there are any, and it is asked again: so `ask` shows nothing.

    Args:
        database: Its path.
        config_dirs: Claude Code's folders; empty: the usual ones.
        ask: Makes something of the ledger.
        ingest: Look for new transcript lines first.
        load: Imports what `ask` needs: it is called as soon as the other process has begun.

    Raises:
        LedgerError: It cannot be read, or there is none and it cannot be made.
        Exception: What `ask` raises of a ledger that is up to date.
    """
    look = _look_beside(database, config_dirs) if ingest else None
    if look is None:
        opened = open_up_to_date(database, config_dirs, ingest=ingest)
        return opened, None if opened.connection is None else ask(opened.connection)
    try:
        load()
        return _answered_beside(database, config_dirs or claude_config_folders(), ask, look)
    finally:
        look.stop()


def _look_beside(database: str, config_dirs: "Sequence[str]") -> "LookBeside | None":
    from agent_console.usage.ingest.look_beside import (  # noqa: PLC0415 - not always
        LookBeside,
        can_look_beside,
    )

    if not can_look_beside(database):
        return None
    try:
        return LookBeside(database, config_dirs or claude_config_folders())
    except OSError:
        return None  # no process, or no pipe


def _answered_beside(
    database: str,
    folders: "Sequence[str]",
    ask: "Callable[[Reading], Answer]",
    look: "LookBeside",
) -> "tuple[OpenedLedger, Answer | None]":
    from agent_console.usage.ingest.freshness import (  # noqa: PLC0415 - not always
        has_nothing_new,
        knows_prices,
    )

    look.wait_until_begun()
    connection = open_for_reading(database, narrate)
    answers: list[Answer] = []
    is_priced = connection is not None and knows_prices(connection)
    if connection is not None and is_priced:
        answers += _asked_meanwhile(connection, ask, look)
    if look.differs():
        _importing()  # takes about as long as the rest of the look
    changes = look.changes()
    is_fresh = is_priced and has_nothing_new(changes)
    if is_fresh and answers:
        return OpenedLedger(database, connection), answers[0]
    if connection is not None:
        connection.close()
    if is_fresh:  # what differed tells nothing new, or the ledger could not be asked: so it says it
        opened = OpenedLedger(database, open_for_reading(database, narrate))
    else:
        opened = _caught_up(database, folders, changes, there_is_one=connection is not None)
    return opened, None if opened.connection is None else ask(opened.connection)


def _asked_meanwhile(
    connection: "Reading", ask: "Callable[[Reading], Answer]", look: "LookBeside"
) -> "list[Answer]":
    """The answer; none when it is given up, because something differs, or nothing can answer."""
    connection.set_progress_handler(look.differs, _STEPS)
    try:
        return [ask(connection)]
    except Exception:  # noqa: BLE001 - it is asked again, with what is new
        return []
    finally:
        connection.set_progress_handler(None, _STEPS)


def _importing() -> "Callable[[str, Sequence[str], DiskChanges | None], bool]":
    from agent_console.cli.catching_up import catch_up  # noqa: PLC0415 - rarely needed

    return catch_up


def _caught_up(
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
        took_in = _importing()(database, folders, changes)
    except DamagedLedgerError:
        raise
    except LedgerError as error:
        if not there_is_one:
            raise
        outage = LedgerError(f"What is new in the transcripts is not in these figures. {error}")
        return OpenedLedger(database, open_for_reading(database, narrate), outage=outage)
    return OpenedLedger(database, open_for_reading(database, narrate), took_in=took_in)

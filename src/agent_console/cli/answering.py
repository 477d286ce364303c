"""Ask the ledger while another process looks whether it is up to date.

Rule: `ask` shows nothing and changes nothing, for it may be asked twice: what it said of a ledger
that turns out not to be up to date is dropped.
"""

from agent_console.cli.output import narrate
from agent_console.cli.up_to_date import (
    OpenedLedger,
    caught_up,
    importing_catch_up,
    open_up_to_date,
)
from agent_console.paths import claude_config_folders
from agent_console.usage.reports.reading import open_for_reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from agent_console.usage.ingest.look_beside import LookBeside
    from agent_console.usage.reports.reading import Reading

    Answer = TypeVar("Answer")

_STEPS = 10_000
"""Of SQLite's programs, between two looks whether an answer is still of use: some 0.2 ms."""


def answered_up_to_date(
    database: str,
    config_dirs: "Sequence[str]",
    ask: "Callable[[Reading], Answer]",
    *,
    ingest: bool,
    load: "Callable[[], object]",
) -> "tuple[OpenedLedger, Answer | None]":
    """The ledger with what is new, and what `ask` makes of it; null when there is none.

    Where it can be, the ledger is asked while another process looks for new lines.

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
    folders = config_dirs or claude_config_folders()
    look = _look_beside(database, folders) if ingest else None
    if look is None:
        opened = open_up_to_date(database, folders, ingest=ingest)
        return opened, None if opened.connection is None else ask(opened.connection)
    try:
        load()
        return _answered_beside(database, folders, ask, look)
    finally:
        look.stop()


def _look_beside(database: str, folders: "Sequence[str]") -> "LookBeside | None":
    from agent_console.usage.ingest.look_beside import (  # noqa: PLC0415 - not always
        LookBeside,
        can_look_beside,
    )

    if not can_look_beside(database):
        return None
    try:
        return LookBeside(database, folders)
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
    is_seen = connection is not None and look.sees(database, connection)
    is_priced = connection is not None and is_seen and knows_prices(connection)
    if connection is not None and is_priced:
        answers += asked_meanwhile(connection, ask, look)
    if look.differs():
        importing_catch_up()  # takes about as long as the rest of the look
    changes = look.changes() if is_seen else None
    is_fresh = is_priced and has_nothing_new(changes)
    if is_fresh and answers:
        return OpenedLedger(database, connection), answers[0]
    if connection is not None:
        connection.close()
    if is_fresh:  # what differed tells nothing new, or the ledger could not be asked: so it says it
        opened = OpenedLedger(database, open_for_reading(database, narrate))
    else:
        opened = caught_up(database, folders, changes, there_is_one=connection is not None)
    return opened, None if opened.connection is None else ask(opened.connection)


def asked_meanwhile(
    connection: "Reading", ask: "Callable[[Reading], Answer]", look: "LookBeside"
) -> "list[Answer]":
    """The answer; none when it is given up, because something differs, or nothing can answer."""
    given_up: list[bool] = []

    def gives_up() -> bool:
        if look.differs():
            given_up.append(True)
        return bool(given_up)

    connection.set_progress_handler(gives_up, _STEPS)
    try:
        return [ask(connection)]
    except Exception as error:  # noqa: BLE001 - see below
        # Ctrl-C is raised where the handler begins, of which SQLite says that much.
        if not given_up and getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            raise KeyboardInterrupt from None
        return []  # it is asked again, with what is new
    finally:
        connection.set_progress_handler(None, _STEPS)

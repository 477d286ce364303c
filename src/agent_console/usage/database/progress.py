"""Words for whoever waits for long work on the database.

Rule: nothing is told of work that is done before anybody could read it. Whoever is told or asked
may end the work by raising: what was begun is undone or left for the next time, as after Ctrl-C.
"""

import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeAlias

Tell: TypeAlias = Callable[[str], None]
"""Takes a sentence: the command line writes it on stderr, the daemon into its log."""

Look: TypeAlias = Callable[[str], None]
"""Called with the step's words some times a second, from its beginning on: for who draws it."""

TELL_EVERY_SECONDS = 5.0
LOOK_EVERY_SECONDS = 0.05
_INSTRUCTIONS = 100_000
"""Of SQLite's machine between two looks at the clock: some milliseconds."""


@contextmanager
def told_while_long(
    connection: sqlite3.Connection, tell: Tell | None, words: str, look: Look | None = None
) -> Generator[None]:
    """Tell `words` and the seconds so far, every few seconds, while statements run inside.

    A Ctrl-C inside ends the statement: SQLite's error is turned into KeyboardInterrupt. What `tell`
    or `look` raises ends it, too, and is raised.
    """
    started = told = looked = time.monotonic()
    raised: Exception | None = None

    def heed() -> int:
        nonlocal told, looked, raised
        now = time.monotonic()
        try:
            if look is not None and now - looked >= LOOK_EVERY_SECONDS:
                looked = now
                look(words)
            if tell is not None and now - told >= TELL_EVERY_SECONDS:
                told = now
                tell(f"{words} … {now - started:.0f} s")
        except Exception as error:  # noqa: BLE001 - raised below: SQLite would lose it on the way
            raised = error
            return 1
        return 0

    if look is not None:
        look(words)
    connection.set_progress_handler(heed, _INSTRUCTIONS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            raise raised or KeyboardInterrupt from error
        raise
    finally:
        connection.set_progress_handler(None, 0)

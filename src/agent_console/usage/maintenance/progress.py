"""Words for whoever waits for long work on the database.

Rule: nothing is told of work that is done before anybody could read it.
"""

import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TypeAlias

Tell: TypeAlias = Callable[[str], None]
"""Takes a sentence: the command line writes it on stderr, the daemon into its log."""

TELL_EVERY_SECONDS = 5.0
_INSTRUCTIONS = 100_000
"""Of SQLite's machine between two looks at the clock: some milliseconds."""


@contextmanager
def told_while_long(
    connection: sqlite3.Connection, tell: Tell | None, words: str
) -> Generator[None]:
    """Tell `words` and the seconds so far, every few seconds, while statements run inside.

    A Ctrl-C inside ends the statement: SQLite's error is turned into KeyboardInterrupt.
    """
    started = told = time.monotonic()

    def look() -> int:
        nonlocal told
        now = time.monotonic()
        if tell is not None and now - told >= TELL_EVERY_SECONDS:
            told = now
            tell(f"{words} … {now - started:.0f} s")
        return 0

    connection.set_progress_handler(look, _INSTRUCTIONS)
    try:
        yield
    except sqlite3.OperationalError as error:
        # An exception inside the handler (Ctrl-C) stops the statement and is lost on the way.
        if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
            raise KeyboardInterrupt from error
        raise
    finally:
        connection.set_progress_handler(None, 0)

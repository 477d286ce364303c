"""The end of an app whose terminal is gone, where no signal tells it so.

Rule: Textual writes from a thread of its own through a short queue. When the terminal is gone that
thread ends with an error, and whoever puts something more into the queue waits for ever: the app
would neither draw nor hear a signal. (Seen with Textual 8.2: `WriterThread.run`.)
"""

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

EXIT_HUNG_UP = 129
"""As a shell tells of a program that SIGHUP has ended."""
_WRITING = "textual-output"


@contextmanager
def ending_with_the_terminal() -> "Generator[None]":
    """Within, an app that can write no more ends at once; nothing is left to be put right."""
    before = threading.excepthook

    def end(failed: threading.ExceptHookArgs) -> None:
        writing = failed.thread is not None and failed.thread.name == _WRITING
        if writing and isinstance(failed.exc_value, OSError):
            os._exit(EXIT_HUNG_UP)
        before(failed)

    threading.excepthook = end
    try:
        yield
    finally:
        threading.excepthook = before

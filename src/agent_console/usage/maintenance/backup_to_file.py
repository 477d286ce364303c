"""A backup that a person asks for.

Rule: a file that is there is replaced only on demand, and the ledger itself never.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from agent_console.errors import AgentConsoleError, LedgerError
from agent_console.usage.database.copying import copy_database
from agent_console.usage.database.opening import ledger_error
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.maintenance.leftovers import remove_leftovers_of


def backup_to_file(
    database: Path,
    file: Path,
    *,
    replace: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write a checked copy of the ledger to `file`, for its owner only; its size in bytes.

    Args:
        database: The ledger.
        file: Where to.
        replace: Also in the place of a file that is there.
        progress: Told the pages that remain and all pages, after each MiB; it may end the work by
            raising.

    Raises:
        AgentConsoleError: The file is there, and not `replace`; it is no regular file; or it cannot
            be written.
        LedgerError: There is no ledger, or it cannot be read.
    """
    if file.exists() and database.exists() and file.samefile(database):
        raise LedgerError(f"{file} is the ledger itself.")
    if os.path.lexists(file) and not file.is_file():
        raise AgentConsoleError(f"{file} is no regular file and stays as it is: name another.")
    remove_leftovers_of(database)
    try:
        with closing(open_read_only(database)) as source:
            copy_database(source, file, replace=replace, progress=progress)
    except FileExistsError as error:
        raise AgentConsoleError(f"{file} exists already: --force replaces it.") from error
    except OSError as error:
        raise AgentConsoleError(f"{file} cannot be written: {error.strerror or error}.") from error
    except sqlite3.Error as error:
        raise ledger_error(database, error) from error
    return os.stat(file).st_size

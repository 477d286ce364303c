"""A person's own SELECT on the ledger.

Rule: nothing but reading gets past three walls: the file is opened read-only, the connection
queries only, and an authorizer refuses every other action (ATTACH too, which would make files).
"""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from agent_console.errors import AgentConsoleError
from agent_console.usage.database.damage import is_damage
from agent_console.usage.database.opening import ledger_error
from agent_console.usage.database.progress import told_while_long
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.maintenance.texts import lenient

Value: TypeAlias = int | float | str | bytes | None

_READING = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE)
)
_PRAGMAS = frozenset(("table_info", "table_xinfo", "table_list", "index_list", "index_xinfo"))
_REFUSED_FUNCTIONS = frozenset(("load_extension", "fts3_tokenizer"))


class Answer(Struct, frozen=True):
    """What a statement gives.

    Attributes:
        columns: The names of its columns.
        rows: Read as they are taken, inside the `select` that gave them.
    """

    columns: tuple[str, ...]
    rows: Iterator[tuple[Value, ...]]


@contextmanager
def select(database: Path, statement: str) -> Generator[Answer]:
    """Carry out one statement that only reads. Ctrl-C ends it.

    Raises:
        AgentConsoleError: It is no such statement; the message is SQLite's.
        LedgerError: The ledger cannot be read.
    """
    with (
        closing(_open(database)) as connection,
        _errors(database),
        told_while_long(connection, None, ""),
    ):
        cursor = connection.execute(statement)
        columns = tuple(str(column[0]) for column in cursor.description or ())
        if not columns:
            raise AgentConsoleError("That asks for nothing: begin with SELECT.")
        yield Answer(columns, iter(cursor))


def _open(database: Path) -> sqlite3.Connection:
    try:
        connection = open_read_only(database)
        connection.text_factory = lenient  # what is damaged may be looked at, too
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error as error:
        raise ledger_error(database, error) from error
    connection.set_authorizer(_authorize)
    return connection


def _authorize(
    action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
) -> int:
    if action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS:
        return sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_FUNCTION and second in _REFUSED_FUNCTIONS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":
        # So SQLite asks for a table-valued function (json_each); nobody else can change that table.
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


@contextmanager
def _errors(database: Path) -> Generator[None]:
    try:
        yield
    except (sqlite3.Warning, sqlite3.ProgrammingError) as error:
        if "binding" in str(error):
            raise AgentConsoleError(
                "No value can be given for a placeholder (?, :name): write the value itself."
            ) from error
        raise AgentConsoleError(f"That is not one statement: {error}") from error
    except UnicodeEncodeError as error:
        raise AgentConsoleError("The statement is no valid text.") from error
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "")
        if is_damage(error) or name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_BUSY")):
            raise ledger_error(database, error) from error
        if name.startswith(("SQLITE_AUTH", "SQLITE_READONLY")):
            raise AgentConsoleError(f"Only reading is allowed here: {error}.") from error
        raise AgentConsoleError(f"The statement cannot be carried out: {error}.") from error

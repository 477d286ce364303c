"""How far each transcript has been read: rows of `sources`."""

from collections.abc import Sequence
from enum import IntEnum
from sqlite3 import Connection

import msgspec
from msgspec import Struct

from agent_console.usage.tables.file_reading import SourceState


class SourceStatus(IntEnum):
    """What is known of the file. The numbers are stored."""

    READ = 1
    UNREADABLE = 2
    GONE = 3


_IS_READ = int(SourceStatus.READ)  # SQLite takes an integer as it is


class SourceRow(Struct, frozen=True):
    """A row of `sources`. Columns: see schema/step_2.py."""

    source_no: int
    state: SourceState
    status: SourceStatus


_STATE = (
    "path, session_id, device, inode, offset_bytes, mtime_ns, size_bytes, head_hash, tail_hash, "
    "first_line_ms, last_line_ms, lines, user_messages, api_errors, cost_states, bad_reasons"
)
_READ = (
    f"SELECT source_no, status, {_STATE} FROM sources "  # noqa: S608
    "LEFT JOIN sessions USING (session_no) WHERE path IN (SELECT value FROM json_each(?))"
)
_WRITTEN = (
    "session_no, device, inode, offset_bytes, mtime_ns, size_bytes, head_hash, tail_hash, "
    "first_line_ms, last_line_ms, lines, user_messages, api_errors, cost_states, bad_reasons, "
    "bad_lines, status"
)
_INSERT = f"INSERT INTO sources ({_WRITTEN}, path) VALUES (?{', ?' * 17})"  # noqa: S608
_UPDATE = (
    f"UPDATE sources SET error = NULL, ({_WRITTEN}) = (?{', ?' * 16}) "  # noqa: S608
    "WHERE source_no = ?"
)
_UNREAD = "offset_bytes = 0, size_bytes = 0, mtime_ns = 0, head_hash = 0, tail_hash = 0"
_UNTOLD = (
    "first_line_ms = NULL, last_line_ms = NULL, lines = 0, bad_lines = 0, bad_reasons = '{}', "
    "user_messages = 0, api_errors = 0, cost_states = 0"
)


def read_source(connection: Connection, path: str) -> SourceRow | None:
    """The row of the file at `path`; null when it has never been read."""
    return read_sources(connection, [path]).get(path)


def read_sources(connection: Connection, paths: Sequence[str]) -> dict[str, SourceRow]:
    """The rows of those of these files that have been read before, by path."""
    rows = connection.execute(_READ, (msgspec.json.encode(paths).decode(),))
    return {row.state.path: row for row in map(_row, rows)}


def write_source(
    connection: Connection, state: SourceState, session_no: int | None, source_no: int | None
) -> int:
    """Store how far a file has been read; its number.

    Args:
        connection: The ledger, in a transaction.
        state: How far.
        session_no: Whose it is; null: nobody has told it yet.
        source_no: The number that it has; null: it has never been read.
    """
    values = (
        session_no,
        state.device,
        state.inode,
        state.offset_bytes,
        state.mtime_ns,
        state.size_bytes,
        state.head_hash,
        state.tail_hash,
        state.first_line_ms,
        state.last_line_ms,
        state.lines,
        state.user_messages,
        state.api_errors,
        state.cost_states,
        msgspec.json.encode(state.bad_reasons).decode() if state.bad_reasons else "{}",
        sum(state.bad_reasons.values()),
        _IS_READ,
    )
    if source_no is None:
        return connection.execute(_INSERT, (*values, state.path)).lastrowid or 0
    connection.execute(_UPDATE, (*values, source_no))
    return source_no


def mark_source(
    connection: Connection, path: str, status: SourceStatus, error: str | None = None
) -> None:
    """Say that a file that has been read before is gone or cannot be read."""
    connection.execute(
        "UPDATE sources SET status = ?, error = ? WHERE path = ?", (status, error, path)
    )


def mark_sources_gone(connection: Connection, paths: Sequence[str]) -> int:
    """Say of many files that they are gone, in one statement; of how many nobody had said so."""
    return connection.execute(
        "UPDATE sources SET status = :gone, error = NULL "
        "WHERE status != :gone AND path IN (SELECT value FROM json_each(:paths))",
        {"gone": SourceStatus.GONE, "paths": msgspec.json.encode(paths).decode()},
    ).rowcount


def reset_sources(connection: Connection, numbers: Sequence[int]) -> None:
    """Have these files read from their beginnings the next time."""
    connection.execute(
        f"UPDATE sources SET {_UNREAD} WHERE source_no IN (SELECT value FROM json_each(?))",  # noqa: S608
        (msgspec.json.encode(numbers).decode(),),
    )


def forget_sources(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget that these files have been read: the next time they are new.

    A row that a row of `messages` refers to stays, and says nothing any more.
    """
    chosen = (msgspec.json.encode(numbers).decode(),)
    among = "source_no IN (SELECT value FROM json_each(?))"
    connection.execute(
        f"DELETE FROM sources WHERE {among} AND NOT EXISTS "  # noqa: S608
        "(SELECT 1 FROM messages WHERE messages.source_no = sources.source_no)",
        chosen,
    )
    connection.execute(f"UPDATE sources SET {_UNREAD}, {_UNTOLD} WHERE {among}", chosen)  # noqa: S608


def mark_sources_read(connection: Connection, paths: Sequence[str]) -> None:
    """Say of files that were gone or unreadable that they are there as far as they were read."""
    connection.execute(
        "UPDATE sources SET status = :read, error = NULL "
        "WHERE status != :read AND path IN (SELECT value FROM json_each(:paths))",
        {"read": _IS_READ, "paths": msgspec.json.encode(paths).decode()},
    )


def paths_gone(connection: Connection) -> list[str]:
    """Where files lay that are marked as gone."""
    found = connection.execute("SELECT path FROM sources WHERE status = ?", (SourceStatus.GONE,))
    return [path for (path,) in found]


def paths_of(connection: Connection, inodes: Sequence[int]) -> dict[tuple[int, int], str]:
    """Where files with these inodes lay that were read last, by device and inode."""
    found = connection.execute(
        "SELECT device, inode, path FROM sources "
        "WHERE inode IN (SELECT value FROM json_each(?)) ORDER BY source_no",
        (msgspec.json.encode(inodes).decode(),),
    )
    return {(device, inode): path for device, inode, path in found}


def move_source(connection: Connection, old_path: str, new_path: str) -> None:
    """The file has another name now, unless somebody else has read it under that name already."""
    connection.execute("UPDATE OR IGNORE sources SET path = ? WHERE path = ?", (new_path, old_path))


def _row(values: tuple[object, ...]) -> SourceRow:
    number, status, *state = values
    fields = [*state[:1], state[1] or "", *state[2:-1], msgspec.json.decode(str(state[-1]))]
    return SourceRow(
        msgspec.convert(number, int),
        msgspec.convert(fields, SourceState),
        SourceStatus(msgspec.convert(status, int)),
    )

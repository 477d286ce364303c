"""The ledger's rows to and from SQLite: many in one statement.

Rule: a batch costs a handful of statements, whatever its size. Each step of an SQLite statement
lets go of the interpreter's lock, and beside a busy event loop it takes up to the switch interval
(5 ms) to get it back: 100 rows through `executemany` took 300 ms where one statement took 12. So
rows are read as one JSON document and written as one list of VALUES.

S608 is silenced where a text is put together from constants and question marks only.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from sqlite3 import Connection
from typing import Any

from msgspec.json import Decoder

from agent_console.usage.key_hash import key_hash
from agent_console.usage.rows import Figures, MessageRow, SessionAccount

_MAX_ROWS = 256
"""The most rows in one statement. Shorter lists are filled up to a power of two, so that nine
statements of each kind are prepared once and kept."""

_SUMS = (
    "input_tokens",
    "output_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "reported_nano_usd",
)
_FIGURES = (*_SUMS, "duration_ms", "turns")
"""As in `Figures`, in its order."""

_MESSAGE = (
    *("session_no", "message_no", "key_hash", "key", "at_ms", "source", "kind", "project_no"),
    *("model_no", "set_aside", "extra", *_FIGURES),
)
_SESSION = (
    *("session_no", "session_id", "first_seen_ms", "last_seen_ms", "has_transcript"),
    *("last_model_no", "updated_at_ms", *_FIGURES),
)
_QUARTER = ("quarter", "messages", *_SUMS)


def _replacing(columns: Iterable[str]) -> str:
    return ", ".join(f"{column} = excluded.{column}" for column in columns)


def _adding(columns: Iterable[str]) -> str:
    return ", ".join(f"{column} = {column} + excluded.{column}" for column in columns)


_READ_MESSAGES = (
    f"SELECT json_group_array(json_array({', '.join(_MESSAGE)})) "  # noqa: S608
    "FROM messages WHERE key_hash IN"
)
_READ_SESSIONS = (
    f"SELECT json_group_array(json_array({', '.join(_SESSION)}, name)) "  # noqa: S608
    "FROM sessions LEFT JOIN names ON name_no = last_model_no WHERE"
)
_INSERT_MESSAGES = f"INSERT INTO messages ({', '.join(_MESSAGE)})"
# What an UPSERT says of a row, it says of the whole of it: its output is no lower bound.
_CHANGE_MESSAGES = (
    "ON CONFLICT (message_no) DO UPDATE SET output_is_lower_bound = 0, "
    f"{_replacing(('source', 'model_no', *_FIGURES))}"
)
_INSERT_SESSIONS = f"INSERT INTO sessions ({', '.join(_SESSION)})"
_CHANGE_SESSIONS = "ON CONFLICT (session_no) DO UPDATE SET " + _replacing(
    ("first_seen_ms", "last_seen_ms", "last_model_no", "updated_at_ms", *_FIGURES)
)
_INSERT_QUARTERS = f"INSERT INTO quarters ({', '.join(_QUARTER)})"
_CHANGE_QUARTERS = f"ON CONFLICT (quarter) DO UPDATE SET {_adding(_QUARTER[1:])}"

_document = Decoder(list[list[Any]])


def read_messages(connection: Connection, keys: Iterable[str]) -> list[MessageRow]:
    """The rows whose keys have the hashes of these: a stranger may be among them."""
    hashes = list(map(key_hash, keys))
    return [_message(values) for values in _select(connection, _READ_MESSAGES, hashes)]


def read_sessions(connection: Connection, session_ids: Sequence[str]) -> list[SessionAccount]:
    """The sessions that are there."""
    select = f"{_READ_SESSIONS} session_id IN"
    return [_session(values) for values in _select(connection, select, session_ids)]


def read_session(connection: Connection, session_no: int) -> SessionAccount:
    """The session with this number, which some row has."""
    (values,) = _select(connection, f"{_READ_SESSIONS} session_no IN", [session_no])
    return _session(values)


def insert_messages(connection: Connection, rows: Iterable[MessageRow]) -> None:
    """Add new rows."""
    _insert(connection, _INSERT_MESSAGES, "", list(map(_message_values, rows)))


def change_messages(connection: Connection, rows: Iterable[MessageRow]) -> None:
    """Give rows that are there other figures."""
    _insert(connection, _INSERT_MESSAGES, _CHANGE_MESSAGES, list(map(_message_values, rows)))


def change_sessions(connection: Connection, sessions: Iterable[SessionAccount]) -> None:
    """Write what a batch has changed in sessions that are there."""
    _insert(connection, _INSERT_SESSIONS, _CHANGE_SESSIONS, list(map(_session_values, sessions)))


def add_to_quarters(connection: Connection, gains: dict[int, tuple[int, Figures]]) -> None:
    """Add numbers of messages and their figures to quarters of an hour."""
    rows = [
        (number, messages, *_figure_values(sums)[: len(_SUMS)])
        for number, (messages, sums) in gains.items()
    ]
    _insert(connection, _INSERT_QUARTERS, _CHANGE_QUARTERS, rows)


def insert_one(connection: Connection, statement: str, value: str) -> int:
    """The number of the row that `statement` makes."""
    return connection.execute(statement, (value,)).lastrowid or 0


def _select(
    connection: Connection, select: str, wanted: Sequence[str] | Sequence[int]
) -> list[list[Any]]:
    found: list[list[Any]] = []
    for chunk in _chunks(wanted):
        size = _power_of_two(len(chunk))
        document = connection.execute(
            f"{select} ({', '.join('?' * size)})", [*chunk, *[chunk[0]] * (size - len(chunk))]
        ).fetchone()[0]
        found += _document.decode(document)
    return found


def _insert(
    connection: Connection, insert: str, on_conflict: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    for chunk in _chunks(rows):
        width = len(chunk[0])
        size = _power_of_two(len(chunk))
        parameters = [value for row in chunk for value in row]
        parameters.extend([None] * (width * (size - len(chunk))))
        connection.execute(_values(insert, on_conflict, width, size), parameters)


@cache
def _values(insert: str, on_conflict: str, width: int, size: int) -> str:
    """Rows that only fill the statement up begin with NULL, which no column in front may be."""
    columns = ", ".join(f"column{n}" for n in range(1, width + 1))
    marks = ", ".join([f"({', '.join('?' * width)})"] * size)
    rows = f"SELECT {columns} FROM (VALUES {marks})"  # noqa: S608
    return f"{insert} {rows} WHERE column1 IS NOT NULL {on_conflict}"


def _chunks(items: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (items[start : start + _MAX_ROWS] for start in range(0, len(items), _MAX_ROWS))


def _power_of_two(count: int) -> int:
    return 1 << (count - 1).bit_length()


def _figure_values(figures: Figures) -> tuple[int, ...]:
    return (
        figures.input_tokens,
        figures.output_tokens,
        figures.cache_write_5m_tokens,
        figures.cache_write_1h_tokens,
        figures.cache_read_tokens,
        figures.reported_nano_usd,
        figures.duration_ms,
        figures.turns,
    )


def _message(values: list[Any]) -> MessageRow:
    session_no, message_no, _, key, at_ms, source, kind, project_no, model_no = values[:9]
    set_aside, extra = values[9:11]
    figures = [number or 0 for number in values[11:]]
    return MessageRow(
        message_no,
        key,
        session_no,
        at_ms,
        source,
        kind,
        project_no,
        model_no,
        Figures(*figures),
        bool(set_aside),
        bool(extra),
    )


def _message_values(row: MessageRow) -> tuple[Any, ...]:
    figures = row.figures
    return (
        row.session_no,
        row.message_no,
        None if row.key is None else key_hash(row.key),
        row.key,
        row.at_ms,
        row.source,
        row.kind,
        row.project_no,
        row.model_no,
        row.set_aside,
        row.extra,
        figures.input_tokens,
        figures.output_tokens,
        figures.cache_write_5m_tokens,
        figures.cache_write_1h_tokens,
        figures.cache_read_tokens,
        figures.reported_nano_usd or None,
        figures.duration_ms,
        figures.turns,
    )


def _session(values: list[Any]) -> SessionAccount:
    number, session_id, first, last, has_transcript, model_no, updated, *sums, model = values
    return SessionAccount(
        number,
        session_id,
        first,
        last,
        bool(has_transcript),
        model_no,
        model,
        updated,
        Figures(*sums),
    )


def _session_values(session: SessionAccount) -> tuple[Any, ...]:
    return (
        session.session_no,
        session.session_id,
        session.first_seen_ms,
        session.last_seen_ms,
        session.has_transcript,
        session.last_model_no,
        session.updated_at_ms,
        *_figure_values(session.sums),
    )

"""Rows of messages to and from SQLite.

Rule: _MESSAGE is the order of the columns, in which everything here reads and writes.

S608 is silenced where a text is put together from constants only.
"""

from collections.abc import Callable, Iterable, Sequence
from sqlite3 import Connection
from typing import Any

from agent_console.usage.cost_sql import SUMS
from agent_console.usage.database.many_rows import insert_many, replacing, rows_of, select_many
from agent_console.usage.rows import Figures, MessageRow
from agent_console.usage.tables.key_hash import key_hash

_LASTING = (
    *("session_no", "message_no", "key_hash", "key"),
    *("extra", "turns", "duration_ms"),
)
_MESSAGE = (
    *_LASTING,
    *("facet_no", "source_no", "agent_no", "at_ms", "source", "claim", "web_fetches"),
    *("set_aside", *SUMS),
)

_READ_MESSAGES = f"SELECT json_group_array(json_array({', '.join(_MESSAGE)})) FROM messages WHERE"  # noqa: S608
_INSERT_MESSAGES = f"INSERT INTO messages ({', '.join(_MESSAGE)})"
_IN_NO_TRANSCRIPT = ("message_no", "source_no", "agent_no", "claim", "web_fetches")
"""What a new row that no transcript told has not: the table's own defaults stand."""
_INSERT_UNTOLD = (
    "INSERT INTO messages "
    f"({', '.join(column for column in _MESSAGE if column not in _IN_NO_TRANSCRIPT)})"
)
_CHANGE_MESSAGES = "ON CONFLICT (message_no) DO UPDATE SET " + replacing(
    column for column in _MESSAGE if column not in ("message_no", "key_hash", "key")
)


def is_empty(connection: Connection) -> bool:
    """Whether there is no row yet."""
    return connection.execute("SELECT 1 FROM messages LIMIT 1").fetchone() is None


def read_messages(connection: Connection, hashes: Sequence[int]) -> list[MessageRow]:
    """The rows whose keys have these hashes: a stranger may be among them."""
    select = f"{_READ_MESSAGES} key_hash IN"
    return [_message(values) for values in select_many(connection, select, hashes)]


def read_keyless_messages(connection: Connection, session_no: int) -> list[MessageRow]:
    """The session's rows that nobody gave a key, which a transcript may tell again."""
    select = f"{_READ_MESSAGES} key IS NULL AND NOT set_aside AND NOT extra AND session_no IN"
    return [_message(values) for values in select_many(connection, select, [session_no])]


def read_numbered_messages(connection: Connection, numbers: Sequence[int]) -> list[MessageRow]:
    """The rows with these numbers."""
    select = f"{_READ_MESSAGES} message_no IN"
    return [_message(values) for values in select_many(connection, select, numbers)]


def read_rows_of_sources(connection: Connection, source_nos: Sequence[int]) -> list[MessageRow]:
    """The rows that these transcripts told best."""
    select = f"{_READ_MESSAGES} source_no IN"
    return [_message(values) for values in select_many(connection, select, source_nos)]


def read_unlisted(
    connection: Connection, session_nos: Sequence[int], kind: int
) -> list[MessageRow]:
    """The rows of one kind in these sessions."""
    select = (
        f"{_READ_MESSAGES} facet_no IN (SELECT facet_no FROM facets WHERE kind = {int(kind)}) "  # noqa: S608
        "AND session_no IN"
    )
    return [_message(values) for values in select_many(connection, select, session_nos)]


def read_large_prompts(
    connection: Connection, prompt_tokens: int, after: int, most: int
) -> list[MessageRow]:
    """The rows with larger prompts than this, `most` of them from the number `after` on."""
    select = (
        f"{_READ_MESSAGES} message_no IN (SELECT message_no FROM messages WHERE message_no > ? "  # noqa: S608
        "AND input_tokens + cache_write_5m_tokens + cache_write_1h_tokens + cache_read_tokens > ? "
        "ORDER BY message_no LIMIT ?)"
    )
    document = connection.execute(select, (after, prompt_tokens, most)).fetchone()[0]
    rows = [_message(values) for values in rows_of(document)]
    return sorted(rows, key=lambda row: row.message_no or 0)


def insert_messages(
    connection: Connection, rows: Iterable[MessageRow], hash_of: Callable[[str], int] = key_hash
) -> int:
    """Add new rows, with the hashes of their keys from who may have them already.

    Returns:
        The largest number of a row that was there before: theirs are larger.
    """
    before: int = connection.execute(
        "SELECT coalesce(max(message_no), 0) FROM messages"
    ).fetchone()[0]
    untold: list[tuple[Any, ...]] = []
    others: list[tuple[Any, ...]] = []
    for row in rows:
        if row.source_no is None and not (row.agent_no or row.claim or row.web_fetches):
            untold.append(_untold_values(row, hash_of))
        else:
            others.append(_message_values(row, hash_of))
    insert_many(connection, _INSERT_UNTOLD, "", untold)
    insert_many(connection, _INSERT_MESSAGES, "", others)
    return before


def change_messages(connection: Connection, rows: Iterable[MessageRow]) -> None:
    """Write rows that are there and have been changed."""
    values = list(map(_message_values, rows))
    insert_many(connection, _INSERT_MESSAGES, _CHANGE_MESSAGES, values)


def delete_messages(connection: Connection, numbers: Iterable[int]) -> None:
    """Take rows out."""
    connection.executemany(
        "DELETE FROM messages WHERE message_no = ?", [(number,) for number in numbers]
    )


def _message(values: Sequence[Any]) -> MessageRow:
    session_no, message_no, _, key, extra, turns, duration_ms, facet_no, source_no = values[:9]
    agent_no, at_ms, source, claim, web_fetches, set_aside = values[9:15]
    sums = [number or 0 for number in values[15:]]
    return MessageRow(
        message_no,
        key,
        session_no,
        facet_no,
        at_ms,
        source,
        Figures(*[*sums, duration_ms, turns]),
        claim,
        source_no,
        agent_no,
        web_fetches,
        bool(set_aside),
        bool(extra),
    )


def _message_values(row: MessageRow, hash_of: Callable[[str], int] = key_hash) -> tuple[Any, ...]:
    figures = row.figures
    *used, reported_nano_usd = figures.sums
    return (
        row.session_no,
        row.message_no,
        None if row.key is None else hash_of(row.key),
        row.key,
        1 if row.extra else 0,
        figures.turns,
        figures.duration_ms,
        row.facet_no,
        row.source_no,
        row.agent_no,
        row.at_ms,
        int(row.source),
        row.claim,
        row.web_fetches,
        1 if row.set_aside else 0,
        *used,
        reported_nano_usd or None,
    )


def _untold_values(row: MessageRow, hash_of: Callable[[str], int]) -> tuple[Any, ...]:
    """A new row that no transcript told: integers and texts, as in told_rows.py."""
    figures, key = row.figures, row.key
    return (
        row.session_no,
        None if key is None else hash_of(key),
        key,
        1 if row.extra else 0,
        figures.turns,
        figures.duration_ms,
        row.facet_no,
        row.at_ms,
        int(row.source),
        1 if row.set_aside else 0,
        figures.input_tokens,
        figures.output_tokens,
        figures.cache_write_5m_tokens,
        figures.cache_write_1h_tokens,
        figures.cache_read_tokens,
        figures.web_searches,
        figures.reported_nano_usd or None,
    )

"""The ledger's rows to and from SQLite.

S608 is silenced where a text is put together from constants only.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from sqlite3 import Connection
from typing import Any

from agent_console.usage.cost_sql import SUMS, cost_sum, priced
from agent_console.usage.key_hash import key_hash
from agent_console.usage.many_rows import adding, insert_many, replacing, rows_of, select_many
from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.rows import Figures, Kind, MessageRow, SessionAccount, Source

_DAY_QUARTERS = 96
_DAY_MS = _DAY_QUARTERS * QUARTER_MS

_LASTING = (
    *("session_no", "message_no", "key_hash", "key"),
    *("extra", "turns", "duration_ms"),
)
_MESSAGE = (
    *_LASTING,
    *("facet_no", "source_no", "agent_no", "at_ms", "source", "claim", "web_fetches"),
    *("set_aside", *SUMS),
)
_TOLD = (
    *("session_no", "key_hash", "key", "facet_no", "source_no", "agent_no", "at_ms", "claim"),
    "web_fetches",
)
_INSERT_TOLD = (
    f"INSERT INTO messages ({', '.join((*_TOLD, *SUMS))}, source) "  # noqa: S608
    f"VALUES ({'?, ' * (len(_TOLD) + len(SUMS) - 1)}nullif(?, 0), {int(Source.TRANSCRIPT)})"
)
_SESSION_SUMS = tuple(column for column in SUMS if column != "web_searches")
_SESSION = (
    *("session_no", "session_id", "first_seen_ms", "last_seen_ms", "has_transcript"),
    *("last_model_no", "updated_at_ms", *_SESSION_SUMS, "duration_ms", "turns"),
)

_READ_MESSAGES = f"SELECT json_group_array(json_array({', '.join(_MESSAGE)})) FROM messages WHERE"  # noqa: S608
_COST = (
    f"(SELECT coalesce({cost_sum()}, 0) FROM {priced('usage_by_session')} "  # noqa: S608
    "WHERE usage.session_no = sessions.session_no)"
)
_READ_SESSIONS = (
    f"SELECT json_group_array(json_array({', '.join(_SESSION)}, name, {_COST})) "  # noqa: S608
    "FROM sessions LEFT JOIN names ON name_no = last_model_no WHERE"
)
_INSERT_MESSAGES = f"INSERT INTO messages ({', '.join(_MESSAGE)})"
_CHANGE_MESSAGES = "ON CONFLICT (message_no) DO UPDATE SET " + replacing(
    column for column in _MESSAGE if column not in ("message_no", "key_hash", "key")
)
_INSERT_SESSIONS = f"INSERT INTO sessions ({', '.join(_SESSION)})"
_CHANGE_SESSIONS = "ON CONFLICT (session_no) DO UPDATE SET " + replacing(_SESSION[2:])
_ADD_BY_TIME = f"INSERT INTO usage_by_time (quarter, facet_no, messages, {', '.join(SUMS)})"
_TO_TIME = f"ON CONFLICT (quarter, facet_no) DO UPDATE SET {adding(('messages', *SUMS))}"
_ADD_BY_SESSION = (
    f"INSERT INTO usage_by_session (session_no, quarter, facet_no, messages, {', '.join(SUMS)})"
)
_TO_SESSION = (
    f"ON CONFLICT (session_no, quarter, facet_no) DO UPDATE SET {adding(('messages', *SUMS))}"
)
_ADD_BY_HOUR = f"INSERT INTO usage_by_hour (hour, facet_no, messages, {', '.join(SUMS)})"
_TO_HOUR = f"ON CONFLICT (hour, facet_no) DO UPDATE SET {adding(('messages', *SUMS))}"
_ADD_BY_DAY = f"INSERT INTO usage_by_day (day, facet_no, messages, {', '.join(SUMS)}, last_quarter)"
_TO_DAY = (
    f"ON CONFLICT (day, facet_no) DO UPDATE SET {adding(('messages', *SUMS))}, "
    "last_quarter = max(last_quarter, excluded.last_quarter)"
)
_MEND_LAST_QUARTER = f"""
UPDATE usage_by_day SET last_quarter = coalesce((
    SELECT at_ms / {QUARTER_MS} FROM messages
    WHERE at_ms >= day * {_DAY_MS} AND at_ms < (day + 1) * {_DAY_MS}
        AND messages.facet_no = usage_by_day.facet_no AND NOT set_aside
    ORDER BY at_ms DESC LIMIT 1
), last_quarter) WHERE day = ? AND facet_no = ?"""  # noqa: S608


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


def read_sessions(connection: Connection, session_ids: Sequence[str]) -> list[SessionAccount]:
    """The sessions that are there."""
    select = f"{_READ_SESSIONS} session_id IN"
    return [_session(values) for values in select_many(connection, select, session_ids)]


def read_numbered_sessions(
    connection: Connection, session_nos: Sequence[int]
) -> list[SessionAccount]:
    """The sessions with these numbers."""
    select = f"{_READ_SESSIONS} session_no IN"
    return [_session(values) for values in select_many(connection, select, session_nos)]


def read_session(connection: Connection, session_no: int) -> SessionAccount:
    """The session with this number, which some row has."""
    (session,) = read_numbered_sessions(connection, [session_no])
    return session


def read_span(connection: Connection, session_no: int) -> tuple[int | None, int | None]:
    """The first and the last time of the session's rows; null when it has none."""
    first_ms, last_ms = connection.execute(
        "SELECT min(at_ms), max(at_ms) FROM messages WHERE session_no = ?", (session_no,)
    ).fetchone()
    return first_ms, last_ms


def read_last_model(connection: Connection, session_no: int) -> str | None:
    """The model that the session itself, no subagent of it, used last."""
    found = connection.execute(
        "SELECT name FROM messages CROSS JOIN facets USING (facet_no) JOIN names "  # noqa: S608
        "ON name_no = model_no WHERE session_no = ? AND NOT is_subagent AND model_no > 0 "
        f"AND kind = {int(Kind.RESPONSE)} ORDER BY at_ms DESC, message_no DESC LIMIT 1",
        (session_no,),
    ).fetchone()
    return None if found is None else str(found[0])


Values = tuple[Any, ...]
"""A new row of `messages` that a transcript told, as it is written: _TOLD and SUMS.

All of them are integers and texts, which SQLite takes as they are; anything else is first looked up
among adapters, which costs as much as the writing of a column.
"""
SESSION_NO, KEY_HASH, FACET_NO, AT_MS, SUMS_FROM = 0, 1, 3, 6, 9
"""Where some of its columns stand; behind SUMS_FROM, the sums."""


def row_of_values(values: Values) -> MessageRow:
    """The same row as a struct."""
    session_no, _, key, facet_no, source_no, agent_no, at_ms, claim, web_fetches, *sums = values
    return MessageRow(
        None,
        key,
        session_no,
        facet_no,
        at_ms,
        Source.TRANSCRIPT,
        Figures(*sums),
        claim,
        source_no,
        agent_no,
        web_fetches,
    )


def insert_told(connection: Connection, rows: Sequence[Values]) -> None:
    """Add many new rows that transcripts told."""
    connection.executemany(_INSERT_TOLD, rows)


def insert_messages(connection: Connection, rows: Iterable[MessageRow]) -> None:
    """Add new rows."""
    insert_many(connection, _INSERT_MESSAGES, "", list(map(_message_values, rows)))


def change_messages(connection: Connection, rows: Iterable[MessageRow]) -> None:
    """Write rows that are there and have been changed."""
    values = list(map(_message_values, rows))
    insert_many(connection, _INSERT_MESSAGES, _CHANGE_MESSAGES, values)


def delete_messages(connection: Connection, numbers: Iterable[int]) -> None:
    """Take rows out."""
    connection.executemany(
        "DELETE FROM messages WHERE message_no = ?", [(number,) for number in numbers]
    )


def change_sessions(connection: Connection, sessions: Iterable[SessionAccount]) -> None:
    """Write what a batch has changed in sessions that are there."""
    values = list(map(_session_values, sessions))
    insert_many(connection, _INSERT_SESSIONS, _CHANGE_SESSIONS, values)


Cell = tuple[int, int, int]
"""Session, quarter, facet."""

_Gains = dict[tuple[int, int], list[int]]
"""By quarter, hour or day, and facet."""


def add_to_rollups(
    connection: Connection, gains: Mapping[Cell, Sequence[int]], brief_no: Callable[[int], int]
) -> None:
    """Add numbers of rows and their SUMS to cells of all rollups; empty ones disappear.

    Args:
        connection: The ledger, in a transaction in which the rows have been written.
        gains: What to add.
        brief_no: The brief facet of a facet.
    """
    by_session = [(*cell, *gain) for cell, gain in gains.items() if any(gain)]
    by_time: _Gains = {}
    by_day: _Gains = {}
    last_quarters: dict[tuple[int, int], int] = {}
    for (_, quarter, facet_no), gain in gains.items():
        _add(by_time, (quarter, brief_no(facet_no)), gain)
        in_day = (quarter // _DAY_QUARTERS, facet_no)
        _add(by_day, in_day, gain)
        if gain[0] > 0:
            last_quarters[in_day] = max(quarter, last_quarters.get(in_day, quarter))
    by_hour: _Gains = {}
    for (quarter, facet_no), gain in by_time.items():
        _add(by_hour, (quarter // 4, facet_no), gain)
    insert_many(connection, _ADD_BY_SESSION, _TO_SESSION, by_session)
    insert_many(connection, _ADD_BY_TIME, _TO_TIME, _rows(by_time))
    insert_many(connection, _ADD_BY_HOUR, _TO_HOUR, _rows(by_hour))
    days = [
        (*cell, *gain, last_quarters.get(cell, 0)) for cell, gain in by_day.items() if any(gain)
    ]
    insert_many(connection, _ADD_BY_DAY, _TO_DAY, days)
    emptied = [cell for cell, gain in gains.items() if gain[0] < 0]
    if emptied:
        _take_out(connection, emptied, brief_no)


def _take_out(
    connection: Connection, emptied: Sequence[Cell], brief_no: Callable[[int], int]
) -> None:
    """Cells have lost rows: delete what is empty, and say anew when days were last used."""
    connection.executemany(
        "DELETE FROM usage_by_session WHERE session_no = ? AND quarter = ? AND facet_no = ? "
        "AND messages = 0",
        emptied,
    )
    briefs = {(quarter, brief_no(facet_no)) for _, quarter, facet_no in emptied}
    days = {(quarter // _DAY_QUARTERS, facet_no) for _, quarter, facet_no in emptied}
    connection.executemany(
        "DELETE FROM usage_by_time WHERE quarter = ? AND facet_no = ? AND messages = 0", briefs
    )
    connection.executemany(
        "DELETE FROM usage_by_hour WHERE hour = ? AND facet_no = ? AND messages = 0",
        {(quarter // 4, facet_no) for quarter, facet_no in briefs},
    )
    connection.executemany(
        "DELETE FROM usage_by_day WHERE day = ? AND facet_no = ? AND messages = 0", days
    )
    connection.executemany(_MEND_LAST_QUARTER, days)


def _add(sums: _Gains, cell: tuple[int, int], gain: Sequence[int]) -> None:
    known = sums.get(cell)
    if known is None:
        sums[cell] = list(gain)
        return
    for number, value in enumerate(gain):
        known[number] += value


def _rows(sums: _Gains) -> list[tuple[int, ...]]:
    return [(*cell, *gain) for cell, gain in sums.items() if any(gain)]


def sum_values(figures: Figures) -> tuple[int, int, int, int, int, int, int]:
    """The figures that are in rollups, in the order of SUMS."""
    return (
        figures.input_tokens,
        figures.output_tokens,
        figures.cache_write_5m_tokens,
        figures.cache_write_1h_tokens,
        figures.cache_read_tokens,
        figures.web_searches,
        figures.reported_nano_usd,
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


def _message_values(row: MessageRow) -> tuple[Any, ...]:
    figures = row.figures
    return (
        row.session_no,
        row.message_no,
        None if row.key is None else key_hash(row.key),
        row.key,
        row.extra,
        figures.turns,
        figures.duration_ms,
        row.facet_no,
        row.source_no,
        row.agent_no,
        row.at_ms,
        row.source,
        row.claim,
        row.web_fetches,
        row.set_aside,
        figures.input_tokens,
        figures.output_tokens,
        figures.cache_write_5m_tokens,
        figures.cache_write_1h_tokens,
        figures.cache_read_tokens,
        figures.web_searches,
        figures.reported_nano_usd or None,
    )


def _session(values: list[Any]) -> SessionAccount:
    number, session_id, first_seen_ms, last_seen_ms, has_transcript, last_model_no = values[:6]
    updated_at_ms, *sums, reported_nano_usd, duration_ms, turns, last_model, cost = values[6:]
    return SessionAccount(
        number,
        session_id,
        first_seen_ms,
        last_seen_ms,
        bool(has_transcript),
        last_model_no,
        last_model,
        updated_at_ms,
        Figures(*[*sums, 0, reported_nano_usd, duration_ms, turns]),
        cost,
    )


def _session_values(session: SessionAccount) -> tuple[Any, ...]:
    sums = session.sums
    return (
        session.session_no,
        session.session_id,
        session.first_seen_ms,
        session.last_seen_ms,
        session.has_transcript,
        session.last_model_no,
        session.updated_at_ms,
        sums.input_tokens,
        sums.output_tokens,
        sums.cache_write_5m_tokens,
        sums.cache_write_1h_tokens,
        sums.cache_read_tokens,
        sums.reported_nano_usd,
        sums.duration_ms,
        sums.turns,
    )

"""Rows of sessions to and from SQLite, and what their messages say of them.

Rule: a session's cost is not written, it is read with the row, priced as usage/cost_sql.py prices
all that is told.

S608 is silenced where a text is put together from constants only.
"""

from collections.abc import Iterable, Sequence
from sqlite3 import Connection
from typing import Any

from agent_console.usage.cost_sql import SUMS, cost_sum, priced
from agent_console.usage.database.damage import MissingRowError
from agent_console.usage.database.many_rows import insert_many, replacing, select_many
from agent_console.usage.rows import Figures, Kind, SessionAccount

_SESSION_SUMS = tuple(column for column in SUMS if column != "web_searches")
_GROWING = (
    *("session_no", "session_id", "first_seen_ms", "last_seen_ms", "updated_at_ms"),
    *(*_SESSION_SUMS, "duration_ms", "turns"),
)
_SESSION = (*_GROWING, "has_transcript", "last_model_no")

_COST = (
    f"(SELECT coalesce({cost_sum()}, 0) FROM {priced('usage_by_session')} "  # noqa: S608
    "WHERE usage.session_no = sessions.session_no)"
)
_READ_SESSIONS = (
    f"SELECT json_group_array(json_array({', '.join(_SESSION)}, name, {_COST})) "  # noqa: S608
    "FROM sessions LEFT JOIN names ON name_no = last_model_no WHERE"
)
_INSERT_SESSIONS = f"INSERT INTO sessions ({', '.join(_SESSION)})"
_CHANGE_SESSIONS = "ON CONFLICT (session_no) DO UPDATE SET " + replacing(_SESSION[2:])
_GROW_SESSIONS = f"INSERT INTO sessions ({', '.join(_GROWING)})"
_TO_SESSIONS = "ON CONFLICT (session_no) DO UPDATE SET " + replacing(_GROWING[2:])


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
    for session in read_numbered_sessions(connection, [session_no]):
        return session
    raise MissingRowError(f"session {session_no} is not there")


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


def change_sessions(connection: Connection, sessions: Iterable[SessionAccount]) -> None:
    """Write what a batch has changed in sessions that are there."""
    values = list(map(_session_values, sessions))
    insert_many(connection, _INSERT_SESSIONS, _CHANGE_SESSIONS, values)


def grow_sessions(connection: Connection, sessions: Iterable[SessionAccount]) -> None:
    """Write the sums and times of sessions of which nothing else has changed."""
    values = list(map(_growing_values, sessions))
    insert_many(connection, _GROW_SESSIONS, _TO_SESSIONS, values)


def _session(values: list[Any]) -> SessionAccount:
    number, session_id, first_seen_ms, last_seen_ms, updated_at_ms, *rest = values
    *sums, reported_nano_usd, duration_ms, turns, has_transcript, last_model_no = rest[:-2]
    last_model, cost = rest[-2:]
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
    return (
        *_growing_values(session),
        1 if session.has_transcript else 0,
        session.last_model_no,
    )


def _growing_values(session: SessionAccount) -> tuple[Any, ...]:
    sums = session.sums
    return (
        session.session_no,
        session.session_id,
        session.first_seen_ms,
        session.last_seen_ms,
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

"""A session's totals as a client of the Agent SDK tells them while the session runs.

Rule: they are kept beside those of cost-state lines and count like them: what they have beyond the
session's rows is an unlisted row (unlisted.py). Totals only grow, so that it does not matter
in which order, or how often, they are told.

One is kept for each quarter of an hour, the grain of all reports: so what a long session was billed
without a line stays with the days it was billed on. Its number is that quarter's, negative, for the
lines of a transcript are counted from 1.
"""

from sqlite3 import Connection

from agent_console.model.usage import UsageEntry
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.periods import quarter
from agent_console.usage.rows import Figures, SessionAccount
from agent_console.usage.tables.batch import Batch
from agent_console.usage.writing.unlisted import remake_unlisted

_READ = (
    "SELECT at_ms, input_tokens, output_tokens, cache_write_5m_tokens, cache_write_1h_tokens, "
    "cache_read_tokens, web_searches, coalesce(told_nano_usd, 0) FROM cost_states "
    "WHERE session_no = ? AND number = ? AND model_no = ?"
)
_REMOVE = "DELETE FROM cost_states WHERE session_no = ? AND number = ? AND model_no = ?"
_KEEP = "INSERT INTO cost_states VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0))"
_FORKED = (
    "UPDATE sessions SET forked_from_no = ?, inherits_cost = 1 "
    "WHERE session_no = ? AND (forked_from_no IS NULL OR forked_from_no = ?)"
)


def take_totals(
    connection: Connection,
    batch: Batch,
    session: SessionAccount,
    told: tuple[str, Figures, int],
    at_ms: int,
) -> UsageEntry | None:
    """Keep what a session has used by now, and make the unlisted rows again that follow from it.

    Args:
        connection: The ledger, in a transaction.
        batch: The transaction's changes.
        session: Whose totals they are.
        told: A model, what it was used for since the session began, and when that was told.
        at_ms: When this happens.

    Returns:
        What the session has gained; null when that is nothing.
    """
    model, figures, told_at_ms = told
    place = (session.session_no, -quarter(told_at_ms), batch.names.number(model))
    counts = (told_at_ms, *figures.sums)
    known = connection.execute(_READ, place).fetchone() or (0,) * len(counts)
    at, *largest = map(max, counts, known)
    connection.execute(_REMOVE, place)
    connection.execute(_KEEP, (*place[:2], at, place[2], *largest))
    before, cost_before = session.sums, session.cost_pico_usd
    batch.write()
    remake_unlisted(connection, batch, {session.session_no: told_at_ms}, at_ms)
    gain = session.sums.minus(before)
    if gain.tokens <= 0:
        return None
    return UsageEntry(
        session.session_id,
        None,
        model,
        max(0, gain.input_tokens),
        max(0, gain.output_tokens),
        max(0, gain.cache_write_5m_tokens + gain.cache_write_1h_tokens),
        max(0, gain.cache_read_tokens),
        max(0, session.cost_pico_usd - cost_before) / PICO_PER_USD,
        told_at_ms,
    )


def mark_fork(
    connection: Connection, batch: Batch, session: SessionAccount, origin_id: str
) -> None:
    """The session's totals begin with those of another, which it was forked from."""
    if origin_id != session.session_id:
        origin = batch.open_session(origin_id)
        connection.execute(_FORKED, (origin.session_no, session.session_no, origin.session_no))

"""What the ledger knows that its totals may lack, or leave out.

Rule: nothing is written, and nothing but the ledger is read.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from agent_console.usage.database.migrations import MIGRATIONS, schema_version
from agent_console.usage.database.opening import ledger_error
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.tables.source_rows import SourceStatus


class Unreadable(Struct, frozen=True):
    """A transcript that was read once and cannot be read any more."""

    path: str
    reason: str


class Gaps(Struct, frozen=True):
    """What totals may lack.

    Attributes:
        without_bill: Ids of sessions with a transcript in which Claude Code never wrote what it was
            billed in all, newest first: it does so when it leaves a session.
        rows_set_aside: Rows of UPSERT or the SDK that are in no sum, since a transcript tells them.
        sessions_set_aside: The sessions that they belong to.
        unreadable: Transcripts that cannot be read now.
    """

    without_bill: tuple[str, ...]
    rows_set_aside: int
    sessions_set_aside: int
    unreadable: tuple[Unreadable, ...]


_WITHOUT_BILL = (
    "SELECT session_id FROM sessions WHERE has_transcript AND first_seen_ms IS NOT NULL AND NOT "
    "EXISTS (SELECT 1 FROM cost_states WHERE cost_states.session_no = sessions.session_no) "
    "ORDER BY last_seen_ms DESC"
)
_SET_ASIDE = "SELECT count(*), count(DISTINCT session_no) FROM messages WHERE set_aside"
_UNREADABLE = "SELECT path, coalesce(error, '') FROM sources WHERE status = ? ORDER BY path"


def gaps(database: Path) -> Gaps | None:
    """The gaps of a ledger; null while it is of an older schema.

    Raises:
        LedgerError: There is none, or it cannot be read.
    """
    try:
        with closing(open_read_only(database)) as connection:
            if schema_version(connection) != len(MIGRATIONS):
                return None
            rows, sessions = connection.execute(_SET_ASIDE).fetchone()
            unreadable = connection.execute(_UNREADABLE, (SourceStatus.UNREADABLE,))
            return Gaps(
                tuple(session_id for (session_id,) in connection.execute(_WITHOUT_BILL)),
                rows,
                sessions,
                tuple(Unreadable(*row) for row in unreadable),
            )
    except sqlite3.Error as error:
        raise ledger_error(database, error) from error

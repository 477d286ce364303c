"""What one transaction knows of the ledger: what it has read, as it stands after what was posted.

Rule: what is going to be asked for is read ahead, in a few statements. Nothing here changes a row;
who does (batch.py) puts the new one in the place of the one that was read.
"""

from collections.abc import Iterable, Sequence
from sqlite3 import Connection

from agent_console.usage.rows import MessageRow, SessionAccount
from agent_console.usage.tables.accounts import Account, standing
from agent_console.usage.tables.facets import Facets
from agent_console.usage.tables.key_hash import key_hash
from agent_console.usage.tables.known_sessions import KnownSessions
from agent_console.usage.tables.message_rows import read_messages
from agent_console.usage.tables.names import Names
from agent_console.usage.tables.seen_keys import SeenKeys
from agent_console.usage.tables.session_rows import (
    read_numbered_sessions,
    read_session,
    read_sessions,
)


class KnownRows:
    """Rows by their keys, and sessions.

    Args:
        connection: The ledger, in a transaction.
        names: Strings that rows share.
        facets: What else rows share.
        known: Sessions as they are after all that was posted.
        seen: Which keys may have rows; null: any.
    """

    def __init__(
        self,
        connection: Connection,
        names: Names,
        facets: Facets,
        known: KnownSessions,
        seen: SeenKeys | None,
    ) -> None:
        self.names = names
        self.facets = facets
        self.known = known
        self._connection = connection
        self._seen = seen
        self._rows: dict[str, MessageRow | None] = {}
        self._hashes: dict[str, int] = {}

    def read_ahead(self, session_ids: Iterable[str], keys: Sequence[str]) -> None:
        """Read everything that is going to be asked for."""
        self._read_sessions(sorted(set(session_ids) - self.known.by_id.keys()))
        self._hashes = hashes = dict(zip(keys, map(key_hash, keys), strict=True))
        self._read_rows(list(hashes), list(hashes.values()))

    def known_among(self, keys: Sequence[str], hashes: Sequence[int]) -> set[str]:
        """Those of these keys, which come with their hashes, that have rows."""
        wanted = self._sifted(keys, hashes)
        if not wanted:
            return set()
        self._read_rows(list(wanted), list(wanted.values()))
        rows = self._rows
        known = {key for key in wanted if rows[key] is not None}
        for key in wanted.keys() - known:
            del rows[key]  # it is going to have one
        return known

    def _sifted(self, keys: Sequence[str], hashes: Sequence[int]) -> dict[str, int]:
        """Those of these keys that may have rows."""
        if self._seen is None:
            return dict(zip(keys, hashes, strict=True))
        return self._seen.sifted(keys, hashes)

    def _read_rows(self, keys: Sequence[str], hashes: Sequence[int]) -> None:
        """Read the rows of those of these keys that have not been read."""
        rows = self._rows
        unread = self._sifted(keys, hashes)
        if not rows.keys().isdisjoint(unread):
            unread = {key: number for key, number in unread.items() if key not in rows}
        if rows:
            for key in keys:
                rows.setdefault(key, None)
        else:
            rows.update(dict.fromkeys(keys))
        for row in read_messages(self._connection, sorted(unread.values())):
            if row.key is not None and row.key in unread:  # else only the hash is the same
                rows[row.key] = row

    def hash_of(self, key: str) -> int:
        """The key's hash, which those of a batch that was read ahead have already."""
        known = self._hashes.get(key)
        return key_hash(key) if known is None else known

    def session(self, session_id: str) -> SessionAccount | None:
        """The session, or null when the ledger does not know it."""
        if session_id not in self.known.by_id:
            self._read_sessions([session_id])
        return self.known.by_id[session_id]

    def numbered_session(self, session_no: int) -> SessionAccount:
        """The session that a row belongs to."""
        session = self.known.by_no.get(session_no)
        if session is None:
            session = read_session(self._connection, session_no)
            self.known.keep(session)
        return session

    def read_again(self, session_nos: Sequence[int]) -> list[SessionAccount]:
        """These sessions with their costs, as they are written now."""
        return read_numbered_sessions(self._connection, session_nos)

    def row(self, key: str) -> MessageRow | None:
        """The row with this key, or null when there is none yet."""
        if key not in self._rows:
            self._read_rows([key], [key_hash(key)])
        return self._rows[key]

    def account(self, row: MessageRow) -> Account:
        """What the ledger says of the response of `row`."""
        return standing(row, self.facets.facet(row.facet_no), self.names.name(row.agent_no) or "")

    def _read_sessions(self, session_ids: Sequence[str]) -> None:
        self.known.by_id.update(dict.fromkeys(session_ids))
        for session in read_sessions(self._connection, session_ids):
            self.known.keep(session)

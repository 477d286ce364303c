"""One transaction on the ledger: what it touches is read once, changed in memory, written once.

Rule: a row and the sums that it is in (its session's, its quarter's) change together, by
difference, through `post`. Nothing else changes figures in these tables.
"""

from collections.abc import Iterable, Sequence
from sqlite3 import Connection

from agent_console.usage.names import Names
from agent_console.usage.periods import quarter
from agent_console.usage.rows import Figures, MessageRow, SessionAccount
from agent_console.usage.statements import (
    add_to_quarters,
    change_messages,
    change_sessions,
    insert_messages,
    insert_one,
    read_messages,
    read_session,
    read_sessions,
)

_NOTHING = Figures()


class Batch:
    """What one transaction has read and is going to write. The caller begins and commits it.

    Attributes:
        names: Strings that rows share.
        new_rows_in: The quarters that got a row.
    """

    def __init__(self, connection: Connection, names: Names) -> None:
        self.names = names
        self.new_rows_in: set[int] = set()
        self._connection = connection
        self._sessions: dict[str, SessionAccount | None] = {}
        self._sessions_by_no: dict[int, SessionAccount] = {}
        self._rows: dict[str, MessageRow | None] = {}
        self._new_rows: dict[str, MessageRow] = {}
        self._new_rows_without_key: list[MessageRow] = []
        self._changed_rows: dict[str, MessageRow] = {}
        self._changed_sessions: dict[int, SessionAccount] = {}
        self._quarters: dict[int, tuple[int, Figures]] = {}

    # ---- reading ---------------------------------------------------------------------------

    def read_ahead(self, session_ids: Iterable[str], keys: Iterable[str]) -> None:
        """Read everything that is going to be asked for."""
        self._read_sessions(sorted(set(session_ids) - self._sessions.keys()))
        self._read_rows(sorted(set(keys) - self._rows.keys()))

    def session(self, session_id: str) -> SessionAccount | None:
        """The session, or null when the ledger does not know it."""
        if session_id not in self._sessions:
            self._read_sessions([session_id])
        return self._sessions[session_id]

    def numbered_session(self, session_no: int) -> SessionAccount:
        """The session that a row belongs to."""
        session = self._sessions_by_no.get(session_no)
        if session is None:
            session = read_session(self._connection, session_no)
            self._keep(session)
        return session

    def row(self, key: str) -> MessageRow | None:
        """The row with this key, or null when there is none yet."""
        if key not in self._rows:
            self._read_rows([key])
        return self._rows[key]

    def _read_sessions(self, session_ids: Sequence[str]) -> None:
        self._sessions.update(dict.fromkeys(session_ids))
        for session in read_sessions(self._connection, session_ids):
            self._keep(session)

    def _keep(self, session: SessionAccount) -> None:
        self._sessions[session.session_id] = session
        self._sessions_by_no[session.session_no] = session

    def _read_rows(self, keys: Sequence[str]) -> None:
        wanted: dict[str, MessageRow | None] = dict.fromkeys(keys)
        for row in read_messages(self._connection, keys):
            if row.key is not None and row.key in wanted:  # else only the hash is the same
                wanted[row.key] = row
        self._rows.update(wanted)

    # ---- changing --------------------------------------------------------------------------

    def open_session(self, session_id: str) -> SessionAccount:
        """The session, made when it is new."""
        session = self.session(session_id)
        if session is None:
            number = insert_one(
                self._connection, "INSERT INTO sessions (session_id) VALUES (?)", session_id
            )
            session = SessionAccount(
                number, session_id, None, None, False, None, None, None, _NOTHING
            )
            self._keep(session)
        return session

    def forget_session(self, session_id: str) -> None:
        """Read the session again when it is next asked for: its row was written directly."""
        session = self._sessions.pop(session_id, None)
        if session is not None:
            del self._sessions_by_no[session.session_no]

    def post(self, row: MessageRow, earlier: MessageRow | None, at_ms: int) -> Figures:
        """Put `row` in the place of `earlier`, and move the sums it is in by the difference.

        Args:
            row: A new row, or the earlier one with other figures; same session and time.
            earlier: What the ledger has under this key.
            at_ms: When this happens, for the session's `updated_at_ms`.

        Returns:
            What the sums gained.
        """
        if row.key is None:
            self._new_rows_without_key.append(row)
        else:
            self._rows[row.key] = row
            rows = self._new_rows if row.message_no is None else self._changed_rows
            rows[row.key] = row
        session = self.numbered_session(row.session_no)
        self._changed_sessions[session.session_no] = session
        if earlier is None:
            first, last = session.first_seen_ms, session.last_seen_ms
            session.first_seen_ms = row.at_ms if first is None else min(first, row.at_ms)
            session.last_seen_ms = row.at_ms if last is None else max(last, row.at_ms)
        if row.set_aside:
            return _NOTHING
        gain = row.figures if earlier is None else row.figures.minus(earlier.figures)
        session.sums = session.sums.plus(gain)
        session.updated_at_ms = at_ms
        in_quarter = quarter(row.at_ms)
        messages, sums = self._quarters.get(in_quarter, (0, _NOTHING))
        if earlier is None:
            messages += 1
            self.new_rows_in.add(in_quarter)
        self._quarters[in_quarter] = (messages, sums.plus(gain))
        return gain

    def used_model(self, session: SessionAccount, name: str) -> None:
        """The session's last model is `name`."""
        session.last_model = name
        session.last_model_no = self.names.number(name)
        self._changed_sessions[session.session_no] = session

    # ---- writing ---------------------------------------------------------------------------

    def write(self) -> None:
        """Write what has changed since the last time."""
        new = [*self._new_rows.values(), *self._new_rows_without_key]
        insert_messages(self._connection, new)
        change_messages(self._connection, self._changed_rows.values())
        change_sessions(self._connection, self._changed_sessions.values())
        add_to_quarters(self._connection, self._quarters)
        for key in self._new_rows:
            del self._rows[key]  # it has a number now: read it when it is asked for again
        self._new_rows.clear()
        self._new_rows_without_key.clear()
        self._changed_rows.clear()
        self._changed_sessions.clear()
        self._quarters.clear()

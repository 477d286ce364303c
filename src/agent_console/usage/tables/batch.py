"""One transaction on the ledger: what it touches is read once, changed in memory, written once.

Rule: a row and the sums that it is in (its session's, those of all rollups) change together, by
difference, through `post` and `remove`. Nothing else changes figures in these tables.

A row that is not written yet is in its session's sums, and in no rollup: it is added to these when
it is written, as it is then.
"""

from collections.abc import Callable
from sqlite3 import Connection

from msgspec.structs import replace

from agent_console.usage.database.many_rows import insert_one
from agent_console.usage.periods import QUARTER_MS, quarter
from agent_console.usage.rows import Facet, Figures, MessageRow, SessionAccount
from agent_console.usage.tables.accounts import Account
from agent_console.usage.tables.facets import Facets
from agent_console.usage.tables.known_rows import KnownRows
from agent_console.usage.tables.known_sessions import KnownSessions
from agent_console.usage.tables.message_rows import (
    change_messages,
    delete_messages,
    insert_messages,
    read_keyless_messages,
)
from agent_console.usage.tables.names import Names
from agent_console.usage.tables.rollups import Cell, Gains, add_new_rows, add_to_rollups
from agent_console.usage.tables.seen_keys import SeenKeys
from agent_console.usage.tables.session_rows import change_sessions, grow_sessions, read_span
from agent_console.usage.tables.told_rows import ToldRows, insert_told, told_cells, told_sessions

_NOTHING = Figures()


class Batch(KnownRows):
    """What one transaction has read and is going to write. The caller begins and commits it.

    Args:
        knows_costs: Sessions in memory are to cost what they do by now: not if it is read again
            at the end, for prices are looked up with each new facet.

    Attributes:
        new_rows_in: The quarters that got a row.
        gained: Told of what is added to the rollups, which it may ask for.
        told_from: By session, the earliest time of the rows that were added by `post_told`.
    """

    def __init__(
        self,
        connection: Connection,
        names: Names,
        facets: Facets,
        known: KnownSessions,
        *,
        gained: Callable[[Callable[[], Gains]], object] = callable,
        seen: SeenKeys | None = None,
        knows_costs: bool = True,
    ) -> None:
        super().__init__(connection, names, facets, known, seen)
        self.new_rows_in: set[int] = set()
        self.gained = gained
        self._knows_costs = knows_costs
        self._new_sessions: set[int] = set()
        self._moved_in: set[int] = set()
        self._new_rows: dict[str, MessageRow] = {}
        self._new_rows_without_key: list[MessageRow] = []
        self._changed_rows: dict[int, MessageRow] = {}
        self._removed_rows: list[int] = []
        self._grown_sessions: dict[int, SessionAccount] = {}
        self._changed_sessions: dict[int, SessionAccount] = {}
        self._gains: dict[Cell, list[int]] = {}
        self.told_from: dict[int, int] = {}
        self._told_in: set[int] = set()

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
            self._new_sessions.add(number)
            self.known.keep(session)
        return session

    def is_new(self, session: SessionAccount) -> bool:
        """This transaction has made the session."""
        return session.session_no in self._new_sessions

    def forget_session(self, session_id: str) -> None:
        """Read the session again when it is next asked for: its row was written directly."""
        self.known.forget(session_id)

    def facet_no(self, facet: Facet, figures: Figures) -> int:
        """The number of `facet`, with what follows from the figures of its row."""
        prompt_over = self.facets.prompt_over(figures.prompt_tokens)
        return self.placed_facet_no(facet, prompt_over, reported=figures.reported_nano_usd > 0)

    def placed_facet_no(self, facet: Facet, prompt_over: int, *, reported: bool) -> int:
        """The number of `facet`, with what follows from figures of which this is known."""
        if facet.prompt_over != prompt_over or facet.cost_is_reported != reported:
            facet = Facet(
                facet.project,
                facet.branch,
                facet.version,
                facet.entrypoint,
                facet.model,
                facet.speed,
                facet.service_tier,
                facet.inference_geo,
                facet.agent_type,
                facet.skill,
                facet.is_subagent,
                facet.kind,
                prompt_over,
                reported,
                facet.output_is_lower_bound,
            )
        return self.facets.number(facet)

    def row_of(self, account: Account, key: str | None, earlier: MessageRow | None) -> MessageRow:
        """The row that says what `account` says, in the place of `earlier`."""
        no_claim = account.source_no is None
        return MessageRow(
            None if earlier is None else earlier.message_no,
            key,
            account.session_no,
            self.facet_no(account.facet, account.figures),
            account.at_ms,
            account.source,
            account.figures,
            0 if no_claim else account.claim,
            account.source_no,
            self.names.number(account.agent),
            account.web_fetches,
            earlier is not None and earlier.set_aside,
            # A transcript tells it after all: then it is one of those that a total explains.
            earlier is not None and earlier.extra and no_claim,
        )

    def post(self, row: MessageRow, earlier: MessageRow | None, at_ms: int) -> Figures:
        """Put `row` in the place of `earlier`, and move the sums that they are in.

        Args:
            row: A new row, or the earlier one changed.
            earlier: What the ledger has under this key.
            at_ms: When this happens, for the session's `updated_at_ms`.

        Returns:
            What the row gained, or lost.
        """
        session = self.numbered_session(row.session_no)
        if earlier is None:
            self.add(row, session, at_ms)
            return _NOTHING if row.set_aside else row.figures
        self._keep(row, session)
        if earlier.at_ms != row.at_ms or earlier.session_no != row.session_no:
            self._moved_in.add(earlier.session_no)
        before, after = _NOTHING, _NOTHING
        if not earlier.set_aside:
            before = earlier.figures
            if not row.set_aside and _same_place(earlier, row):
                self._gain(session, row, row.figures.minus(before), 0, at_ms)
                return row.figures.minus(before)
            self._gain(
                self.numbered_session(earlier.session_no),
                earlier,
                _NOTHING.minus(before),
                -1,
                at_ms,
            )
        if not row.set_aside:
            after = row.figures
            self._gain(session, row, after, 1, at_ms)
        return after.minus(before)

    def add(self, row: MessageRow, session: SessionAccount, at_ms: int) -> int:
        """Add a row of `session` that was not there; what the session costs by it in picodollars.

        Args:
            row: In no sum when it is set aside.
            session: The one that it belongs to.
            at_ms: When this happens, for the session's `updated_at_ms`.
        """
        self._keep(row, session)
        return 0 if row.set_aside else self._gain(session, row, row.figures, 1, at_ms)

    def _keep(self, row: MessageRow, session: SessionAccount) -> None:
        """Write this row, and let its session have been seen by then."""
        key, at_ms = row.key, row.at_ms
        if row.message_no is not None:
            self._changed_rows[row.message_no] = row
        elif key is None:
            self._new_rows_without_key.append(row)
        else:
            self._new_rows[key] = row
            if self._seen is not None:
                self._seen.add([self.hash_of(key)])
        if key is not None:
            self._rows[key] = row
        first, last = session.first_seen_ms, session.last_seen_ms
        if first is None or at_ms < first:
            session.first_seen_ms = at_ms
        if last is None or at_ms > last:
            session.last_seen_ms = at_ms
        self._grown_sessions[session.session_no] = session

    def post_told(self, rows: ToldRows) -> None:
        """Add what is in no row yet: the short way of `post`, for many rows.

        They are written at once. The sums of their sessions in memory are right after `write`, but
        for their cost.
        """
        insert_told(self._connection, rows)
        if self._seen is not None:
            self._seen.add(rows.told.key_hashes)
        for session_no, first_ms, last_ms, sums in told_sessions(rows):
            session = self.numbered_session(session_no)
            first, last = session.first_seen_ms, session.last_seen_ms
            session.first_seen_ms = first_ms if first is None else min(first, first_ms)
            session.last_seen_ms = last_ms if last is None else max(last, last_ms)
            session.sums = session.sums.plus(Figures(*sums))
            self._grown_sessions[session_no] = session
            self._told_in.add(session_no)
            self.told_from[session_no] = min(first_ms, self.told_from.get(session_no, first_ms))
        for cell, gain in told_cells(rows):
            self.new_rows_in.add(cell[1])
            _add_to_cell(self._gains, cell, gain)

    def remove(self, row: MessageRow, at_ms: int) -> None:
        """Take a row that is written out of the ledger and of all sums."""
        if row.message_no is None:
            raise ValueError(row)
        self._moved_in.add(row.session_no)
        if not row.set_aside:
            session = self.numbered_session(row.session_no)
            self._gain(session, row, _NOTHING.minus(row.figures), -1, at_ms)
        self._removed_rows.append(row.message_no)
        self._changed_rows.pop(row.message_no, None)
        if row.key is not None:
            self._rows[row.key] = None

    def set_aside_told_again(self, session: SessionAccount, at_ms: int) -> None:
        """A transcript tells the same tokens: what was added without a key counts no longer."""
        self.write()
        for row in read_keyless_messages(self._connection, session.session_no):
            self.post(replace(row, set_aside=True), row, at_ms)

    def used_model(self, session: SessionAccount, name: str | None) -> None:
        """The session's last model is `name`; null: it has used none."""
        session.last_model = name
        session.last_model_no = None if name is None else self.names.number(name)
        self._changed_sessions[session.session_no] = session

    def changed_session(self, session: SessionAccount) -> None:
        """Something else of this session has changed."""
        self._changed_sessions[session.session_no] = session

    def _gain(
        self, session: SessionAccount, row: MessageRow, gain: Figures, messages: int, at_ms: int
    ) -> int:
        """Add a gain to all sums; what it costs in picodollars."""
        session_no, facet_no, in_quarter = session.session_no, row.facet_no, row.at_ms // QUARTER_MS
        if messages > 0:
            self.new_rows_in.add(in_quarter)
        session.sums = session.sums.plus(gain)
        cost = self.facets.cost_pico_usd(facet_no, in_quarter, gain) if self._knows_costs else 0
        session.cost_pico_usd += cost
        session.updated_at_ms = at_ms
        self._grown_sessions[session_no] = session
        if row.message_no is not None:
            _add_to_cell(self._gains, (session_no, in_quarter, facet_no), [messages, *gain.sums])
        return cost

    def _tell_spans(self) -> None:
        """Say anew when sessions were first and last seen that rows have left, or moved in."""
        for session_no in self._moved_in:
            session = self.numbered_session(session_no)
            session.first_seen_ms, session.last_seen_ms = read_span(self._connection, session_no)
            self._grown_sessions[session_no] = session
        self._moved_in.clear()

    # ---- writing ---------------------------------------------------------------------------

    def _write_sessions(self) -> None:
        changed, grown = self._changed_sessions, self._grown_sessions
        if changed:
            change_sessions(self._connection, changed.values())
            grown = {number: grown[number] for number in grown.keys() - changed.keys()}
        grow_sessions(self._connection, grown.values())

    @property
    def _unwritten(self) -> list[MessageRow]:
        return [*self._new_rows.values(), *self._new_rows_without_key]

    def _write_rows(self) -> None:
        connection = self._connection
        new = self._unwritten
        if new:
            add_new_rows(connection, insert_messages(connection, new, self.hash_of))
        if self._changed_rows:
            change_messages(connection, self._changed_rows.values())
        if self._removed_rows:
            delete_messages(connection, self._removed_rows)

    def _all_gains(self) -> Gains:
        """What `write` adds to the rollups."""
        gains = {cell: list(gain) for cell, gain in self._gains.items()}
        for row in self._unwritten:
            if not row.set_aside:
                cell = (row.session_no, row.at_ms // QUARTER_MS, row.facet_no)
                _add_to_cell(gains, cell, [1, *row.figures.sums])
        return gains

    def write(self, at_ms: int = 0) -> None:
        """Write what has changed since the last time.

        Args:
            at_ms: When rows were added by `post_told`.
        """
        self.facets.price_new_ones()
        for session_no in self._told_in:
            self.numbered_session(session_no).updated_at_ms = at_ms
        self._told_in.clear()
        self._write_rows()
        self._tell_spans()
        self._write_sessions()
        add_to_rollups(self._connection, self._gains, self.facets.brief_no)
        self.gained(self._all_gains)
        for key in self._new_rows:
            del self._rows[key]  # it has a number now: read it when it is asked for again
        self._new_rows.clear()
        self._new_rows_without_key.clear()
        self._changed_rows.clear()
        self._removed_rows.clear()
        self._grown_sessions.clear()
        self._changed_sessions.clear()
        self._gains.clear()


def _add_to_cell(gains: dict[Cell, list[int]], cell: Cell, gain: list[int]) -> None:
    """Add a list that nobody else keeps."""
    known = gains.get(cell)
    if known is None:
        gains[cell] = gain
        return
    for number, value in enumerate(gain):
        if value:
            known[number] += value


def _same_place(one: MessageRow, other: MessageRow) -> bool:
    """Both are in the same sums."""
    return (
        one.session_no == other.session_no
        and one.facet_no == other.facet_no
        and quarter(one.at_ms) == quarter(other.at_ms)
    )

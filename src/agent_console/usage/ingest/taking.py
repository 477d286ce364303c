"""Take what transcripts told into the ledger, inside one transaction.

Rule: a file's rows and its offset change together, and only from the state that the reader began
with: when somebody else has read on meanwhile, the reading is passed over, not added twice.
"""

from collections.abc import Collection, Sequence
from sqlite3 import Connection

from msgspec import Struct

from agent_console.model.metadata import SessionMetadata
from agent_console.model.usage import UsageEntry
from agent_console.usage.accounts import Account, merged
from agent_console.usage.batch import Batch
from agent_console.usage.ingest.file_reading import CLAIM_COPY, FileReading, ToldResponse
from agent_console.usage.ingest.origins import forget_tellers, settle_origins
from agent_console.usage.ingest.source_rows import read_source, write_source
from agent_console.usage.ingest.unlisted import remake_unlisted
from agent_console.usage.rows import SessionAccount, Source
from agent_console.usage.session_rows import read_last_model
from agent_console.usage.told_rows import AT_MS, SESSION_NO, Values, row_of_values
from agent_console.usage.told_usage import usage_entry


class Taken(Struct, frozen=True):
    """What a transaction has done.

    Attributes:
        sessions: The totals of all sessions that changed.
        usage: What rows gained, of those that are not older than was asked for.
        passed_over: Files that somebody else has read on meanwhile: read them again.
    """

    sessions: list[SessionMetadata]
    usage: list[UsageEntry]
    passed_over: list[str]


class Taker:
    """Takes readings into one batch. The caller begins and commits the transaction.

    Args:
        connection: The ledger, in a transaction.
        batch: The transaction's changes.
        at_ms: When this happens, Unix milliseconds.
        tell_since_ms: Rows from this time on are told one by one.
    """

    def __init__(
        self, connection: Connection, batch: Batch, at_ms: int, tell_since_ms: int
    ) -> None:
        self._connection = connection
        self._batch = batch
        self._at_ms = at_ms
        self._tell_since_ms = tell_since_ms
        self._usage: list[UsageEntry] = []
        self._passed_over: list[str] = []
        self._changed_from: dict[int, int] = {}
        self._shared: list[tuple[str, int, int]] = []
        self._told_by_transcript: set[int] = set()
        self._left: set[int] = set()

    def take(self, readings: Sequence[FileReading]) -> Taken:
        """Take all of them, in order."""
        batch = self._batch
        session_ids = {reading.after.session_id for reading in readings}
        session_ids |= {told.session_id for each in readings for told in each.responses}
        batch.read_ahead(session_ids - {""}, ())
        batch.read_rows({told.key: told.key_hash for r in readings for told in r.responses})
        for reading in readings:
            self._take(reading)
        return self._finish()

    # ---- one file --------------------------------------------------------------------------

    def _take(self, reading: FileReading) -> None:
        path = reading.after.path
        known = read_source(self._connection, path)
        if (None if known is None else known.state) != reading.before:
            self._passed_over.append(path)
            return
        session_id = reading.after.session_id  # empty: its lines have not told it yet
        session = self._batch.open_session(session_id) if session_id else None
        session_no = None if session is None else session.session_no
        source_no = write_source(self._connection, reading.after, session_no)
        if session is not None:
            self._take_title(reading, session)
            self._take_fork(reading, session)
            self._take_cost_states(reading, session)
        if session_no is not None and reading.responses:
            self._told_by_transcript.add(session_no)
        self._take_responses(reading, source_no)

    def _take_responses(self, reading: FileReading, source_no: int) -> None:
        batch = self._batch
        known = batch.known_among(told.key for told in reading.responses)
        owners: dict[str, int] = {}
        agents: dict[str, int] = {}
        facet_nos: dict[tuple[int, int, bool], int] = {}
        least = batch.facets.least_threshold
        new: dict[str, Values] = {}
        for told in reading.responses:  # most are new: no call here that can be spared
            key, facet_at, session_id, agent_id = (
                told.key,
                told.facet_at,
                told.session_id,
                told.agent_id,
            )
            if key in known:
                self._take_again(told, reading, source_no)
                continue
            session_no = owners.get(session_id)
            if session_no is None:
                session_no = batch.open_session(reading.session_of(told)).session_no
                owners[session_id] = session_no
            agent_no = agents.get(agent_id)
            if agent_no is None:
                agent_no = agents[agent_id] = batch.names.number(agent_id)
            new_tokens, _, written_5m, written_1h, read, _, reported = sums = told.sums
            prompt_tokens = new_tokens + written_5m + written_1h + read
            over = batch.facets.prompt_over(prompt_tokens) if prompt_tokens > least else 0
            placed = facet_at, over, reported > 0
            facet_no = facet_nos.get(placed)
            if facet_no is None:
                facet_no = batch.facet_no(reading.facets[facet_at], told.figures)
                facet_nos[placed] = facet_no
            new[key] = (
                session_no,
                told.key_hash,
                key,
                facet_no,
                source_no,
                agent_no,
                told.at_ms,
                told.claim,
                told.web_fetches,
                *sums,
            )
        batch.post_new(new)
        self._told_by_transcript.update(owners.values())
        self._note(new.values())

    def _note(self, new: Collection[Values]) -> None:
        """Remember which sessions have changed from when on, and what is to be told."""
        changed_from = self._changed_from
        for values in new:
            session_no, at_ms = values[SESSION_NO], values[AT_MS]
            earliest_ms = changed_from.get(session_no)
            if earliest_ms is None or at_ms < earliest_ms:
                changed_from[session_no] = at_ms
            if at_ms >= self._tell_since_ms:
                row = row_of_values(values)
                if row.figures.tokens > 0:
                    self._usage.append(usage_entry(self._batch, row, row.figures))

    def _take_again(self, told: ToldResponse, reading: FileReading, source_no: int) -> None:
        """Take what was told before, by another transcript or another part of this one."""
        batch = self._batch
        earlier = batch.row(told.key)
        if earlier is None:
            raise ValueError(told)
        session_no = batch.open_session(reading.session_of(told)).session_no
        account = Account(
            session_no,
            told.at_ms,
            Source.TRANSCRIPT,
            told.figures,
            reading.facets[told.facet_at],
            told.claim,
            source_no,
            told.agent_id,
            told.web_fetches,
        )
        standing = batch.account(earlier)
        if standing.session_no != session_no and _equally_claimed(standing, account):
            self._shared.append((told.key, session_no, told.claim))
            self._changed(session_no, told.at_ms)
        stands = merged(standing, account)
        if stands is standing:
            return
        row = batch.row_of(stands, told.key, earlier)
        gain = batch.post(row, earlier, self._at_ms)
        if earlier.session_no != row.session_no:
            self._left.add(earlier.session_no)
            self._changed(earlier.session_no, earlier.at_ms)
        if told.claim < standing.claim and earlier.message_no is not None:
            forget_tellers(self._connection, earlier.message_no)
        self._told_by_transcript.add(row.session_no)
        self._changed(row.session_no, row.at_ms)
        if row.at_ms >= self._tell_since_ms and gain.tokens > 0:
            self._usage.append(usage_entry(batch, row, gain))

    # ---- what else a file tells ------------------------------------------------------------

    def _take_title(self, reading: FileReading, session: SessionAccount) -> None:
        if reading.title is not None:
            title, rank = reading.title
            self._connection.execute(
                "UPDATE sessions SET title = ?, title_rank = ? "
                "WHERE session_no = ? AND title_rank <= ?",
                (title, rank, session.session_no, rank),
            )

    def _take_fork(self, reading: FileReading, session: SessionAccount) -> None:
        origin_id = reading.forked_from
        if origin_id is None or origin_id == session.session_id:
            return
        origin = self._batch.open_session(origin_id)
        self._mark_fork(session, origin, reading.forked_at_ms, inherits=reading.inherits_cost)

    def _mark_fork(
        self,
        session: SessionAccount,
        origin: SessionAccount,
        at_ms: int | None,
        *,
        inherits: bool,
    ) -> None:
        # What was taken for the copy until now, because less of both had been read.
        self._connection.execute(
            "UPDATE sessions SET forked_from_no = NULL, forked_at_ms = NULL "
            "WHERE session_no = ? AND forked_from_no = ? AND NOT inherits_cost",
            (origin.session_no, session.session_no),
        )
        self._connection.execute(
            "UPDATE sessions SET forked_from_no = ?, inherits_cost = max(inherits_cost, ?), "
            "forked_at_ms = max(coalesce(forked_at_ms, 0), ?) WHERE session_no = ?",
            (origin.session_no, inherits, at_ms or 0, session.session_no),
        )
        self._changed(session.session_no, 0)

    def _take_cost_states(self, reading: FileReading, session: SessionAccount) -> None:
        for state in reading.cost_states:
            self._connection.execute(
                "INSERT OR REPLACE INTO cost_states VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    session.session_no,
                    state.number,
                    state.at_ms,
                    self._batch.names.number(state.model),
                    state.input_tokens,
                    state.output_tokens,
                    state.cache_write_5m_tokens,
                    state.cache_write_1h_tokens,
                    state.cache_read_tokens,
                    state.web_searches,
                    state.told_nano_usd,
                ),
            )
            self._changed(session.session_no, state.at_ms)

    # ---- the end ---------------------------------------------------------------------------

    def _settle_origins(self) -> None:
        """Give what two sessions tell to the one that told it first."""
        batch = self._batch
        batch.read_ahead((), [key for key, *_ in self._shared])
        rows = [(batch.row(key), session_no, claim) for key, session_no, claim in self._shared]
        self._connection.executemany(
            "INSERT OR IGNORE INTO shared_messages VALUES (?, ?)",
            [
                (row.message_no, session_no)
                for row, session_no, claim in rows
                if row is not None and row.session_no != session_no and row.claim == claim
            ],
        )
        moved = settle_origins(self._connection, batch, self._changed_from, self._at_ms)
        for session_no, at_ms in moved.changed_from.items():
            self._left.add(session_no)
            self._changed(session_no, at_ms)
        for copy_no, (origin_no, copied_ms) in moved.forks.items():
            copy, origin = batch.numbered_session(copy_no), batch.numbered_session(origin_no)
            self._mark_fork(copy, origin, copied_ms, inherits=False)

    def _changed(self, session_no: int, at_ms: int) -> None:
        earlier = self._changed_from.get(session_no, at_ms)
        self._changed_from[session_no] = min(earlier, at_ms)

    def _finish(self) -> Taken:
        batch = self._batch
        batch.write(self._at_ms)
        self._settle_origins()
        for session_no in self._changed_from:
            session = batch.numbered_session(session_no)
            model = read_last_model(self._connection, session_no)
            if model is not None and model != session.last_model:
                batch.used_model(session, model)
        for session_no in self._told_by_transcript:
            session = batch.numbered_session(session_no)
            if not session.has_transcript:
                session.has_transcript = True
                batch.changed_session(session)
                if not batch.is_new(session):
                    batch.set_aside_told_again(session, self._at_ms)
                    self._changed(session_no, self._at_ms)
        batch.write()
        looked_at = remake_unlisted(self._connection, batch, self._changed_from, self._at_ms)
        changed = sorted(self._changed_from.keys() | looked_at)
        totals = [
            session.metadata()
            for session in batch.read_again(changed)
            if session.first_seen_ms is not None or session.session_no in self._left
        ]
        return Taken(totals, self._usage, self._passed_over)


def _equally_claimed(standing: Account, told: Account) -> bool:
    """Two transcripts tell it with the same right, and neither says that it was copied."""
    return standing.claim == told.claim and not told.claim & CLAIM_COPY

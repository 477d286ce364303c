"""Take what transcripts told into the ledger, inside one transaction.

Rule: a file's rows and its offset change together, and only from the state that the reader began
with: when somebody else has read on meanwhile, the reading is passed over, not added twice.
"""

from bisect import bisect_left
from collections.abc import Sequence
from sqlite3 import Connection

from msgspec import Struct

from agent_console.model.metadata import SessionMetadata
from agent_console.model.usage import UsageEntry
from agent_console.usage.rows import Facet, MessageRow, SessionAccount, Source
from agent_console.usage.tables.accounts import Account, merged
from agent_console.usage.tables.batch import Batch
from agent_console.usage.tables.file_reading import CLAIM_COPY, FileReading
from agent_console.usage.tables.session_rows import read_last_model
from agent_console.usage.tables.source_rows import (
    SourceRow,
    SourceStatus,
    read_sources,
    write_source,
)
from agent_console.usage.tables.told_columns import ToldColumns, ToldResponse
from agent_console.usage.tables.told_rows import ToldRows
from agent_console.usage.writing.origins import forget_tellers, mark_copies, settle_origins
from agent_console.usage.writing.told_usage import usage_entry
from agent_console.usage.writing.unlisted import remake_unlisted


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
        self._sources: dict[str, SourceRow] = {}
        self._changed_from: dict[int, int] = {}
        self._shared: list[tuple[str, int, int]] = []
        self._told_by_transcript: set[int] = set()
        self._left: set[int] = set()

    def take(self, readings: Sequence[FileReading]) -> Taken:
        """Take all of them, in order."""
        batch = self._batch
        session_ids = {reading.after.session_id for reading in readings}
        session_ids.update(*(reading.responses.session_ids for reading in readings))
        batch.read_ahead(session_ids - {""}, ())
        self._sources = read_sources(self._connection, [reading.after.path for reading in readings])
        for reading in readings:
            self._take(reading)
        return self._finish()

    # ---- one file --------------------------------------------------------------------------

    def _take(self, reading: FileReading) -> None:
        path = reading.after.path
        known = self._sources.get(path)
        if (None if known is None else known.state) != reading.before:
            self._passed_over.append(path)
            return
        session_id = reading.after.session_id  # empty: its lines have not told it yet
        session = self._batch.open_session(session_id) if session_id else None
        session_no = None if session is None else session.session_no
        source_no = write_source(
            self._connection,
            reading.after,
            session_no,
            None if known is None else known.source_no,
        )
        self._sources[path] = SourceRow(source_no, reading.after, SourceStatus.READ)
        if session is not None:
            self._take_title(reading, session)
            self._take_fork(reading, session)
            self._take_cost_states(reading, session)
        if session_no is not None and reading.responses:
            self._told_by_transcript.add(session_no)
        self._take_responses(reading, source_no)

    def _take_responses(self, reading: FileReading, source_no: int) -> None:
        told = reading.responses
        known = self._batch.known_among(told.keys, told.key_hashes)
        if known:
            for each in told:
                if each.key in known:
                    self._take_again(each, reading, source_no)
            told = told.only([at for at, key in enumerate(told.keys) if key not in known])
        if told:
            self._take_new(told, reading, source_no)

    def _take_new(self, told: ToldColumns, reading: FileReading, source_no: int) -> None:
        """Take what nobody has told before: most of it, so nothing is done for each by itself."""
        batch = self._batch
        own_id = reading.after.session_id
        owners = {
            session_id: batch.open_session(session_id or own_id).session_no
            for session_id in dict.fromkeys(told.session_ids)
        }
        agents = {agent: batch.names.number(agent) for agent in dict.fromkeys(told.agent_ids)}
        rows = ToldRows(
            told,
            [owners[session_id] for session_id in told.session_ids],
            self._facet_nos(told, reading.facets),
            [agents[agent] for agent in told.agent_ids],
            source_no,
        )
        batch.post_told(rows)
        self._told_by_transcript.update(owners.values())
        if max(told.times_ms) >= self._tell_since_ms:
            self._tell(rows)

    def _tell(self, rows: ToldRows) -> None:
        """Tell the new rows one by one, of those that are not older than was asked for."""
        for each, session_no, facet_no in zip(
            rows.told, rows.session_nos, rows.facet_nos, strict=True
        ):
            figures = each.figures
            if each.at_ms >= self._tell_since_ms and figures.tokens > 0:
                source = Source.TRANSCRIPT
                row = MessageRow(None, each.key, session_no, facet_no, each.at_ms, source, figures)
                self._usage.append(usage_entry(self._batch, row, figures))

    def _facet_nos(self, told: ToldColumns, facets: Sequence[Facet]) -> list[int]:
        """The number of each one's facet: with what follows from its figures."""
        place = self._batch.placed_facet_no
        thresholds = self._batch.facets.thresholds
        largest = sum(map(max, told.prompts))  # of any prompt, at the most
        if bisect_left(thresholds, largest, 1) == 1 and not any(told.reported_nano_usd):
            alike = {
                at: place(facets[at], 0, reported=False) for at in dict.fromkeys(told.facet_ats)
            }
            return [alike[at] for at in told.facet_ats]
        prompts = map(sum, zip(*told.prompts, strict=True))
        exceeded = [bisect_left(thresholds, tokens, 1) - 1 for tokens in prompts]
        reported = map(bool, told.reported_nano_usd)
        placed = list(zip(told.facet_ats, exceeded, reported, strict=True))
        numbers = {
            each: place(facets[each[0]], thresholds[each[1]], reported=each[2])
            for each in dict.fromkeys(placed)
        }
        return [numbers[each] for each in placed]

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
        # What was taken for the copy until now, because less of both had been read.
        self._connection.execute(
            "UPDATE sessions SET forked_from_no = NULL, forked_at_ms = NULL "
            "WHERE session_no = ? AND forked_from_no = ? AND NOT inherits_cost",
            (origin.session_no, session.session_no),
        )
        self._connection.execute(
            "UPDATE sessions SET forked_from_no = ?, inherits_cost = max(inherits_cost, ?), "
            "forked_at_ms = max(coalesce(forked_at_ms, 0), ?) WHERE session_no = ?",
            (
                origin.session_no,
                reading.inherits_cost,
                reading.forked_at_ms or 0,
                session.session_no,
            ),
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
        for session_no in mark_copies(self._connection, moved.forks):
            self._changed(session_no, 0)

    def _changed(self, session_no: int, at_ms: int) -> None:
        earlier = self._changed_from.get(session_no, at_ms)
        self._changed_from[session_no] = min(earlier, at_ms)

    def _finish(self) -> Taken:
        batch = self._batch
        batch.write(self._at_ms)
        for session_no, at_ms in batch.told_from.items():
            self._changed(session_no, at_ms)
        self._settle_origins()
        for session_no in self._changed_from:
            session = batch.numbered_session(session_no)
            model = read_last_model(self._connection, session_no)
            # Where no row was lost, an UPSERT may have told the model of a subagent's response.
            is_told = model is not None or session_no in self._left
            if is_told and model != session.last_model:
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

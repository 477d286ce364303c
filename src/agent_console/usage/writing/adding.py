"""How an UPSERT becomes a row of the ledger, or changes one.

Rule: which of two accounts of one response stands is decided in accounts.py; the transaction is the
caller's.
"""

from sqlite3 import Connection

from agent_console.model.metadata import MetadataUpsert, Reporter, SessionMetadata
from agent_console.model.usage import UsageEntry
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.entries import AddUsage, LedgerRefusal, UsageAdded
from agent_console.usage.money import nano_usd
from agent_console.usage.rows import Facet, Figures, MessageRow, SessionAccount, Source
from agent_console.usage.tables.accounts import Account, merged
from agent_console.usage.tables.batch import Batch
from agent_console.usage.writing.told_totals import mark_fork, take_totals
from agent_console.usage.writing.told_usage import usage_entry
from agent_console.usage.writing.unlisted import remake_unlisted

_SOURCES: dict[Reporter, int] = {"upsert": int(Source.UPSERT), "sdk": int(Source.SDK)}
_ENTRYPOINTS: dict[Reporter, str] = {"upsert": "", "sdk": "sdk-py"}
"""As transcripts of the same sessions have it."""


def add_usage(connection: Connection, batch: Batch, entry: AddUsage) -> UsageAdded | LedgerRefusal:
    """Carry out one UPSERT in the batch's transaction; what its sender is answered.

    Args:
        connection: The ledger.
        batch: The transaction.
        entry: What was told, by whom and when.
    """
    upsert = entry.upsert
    asking = batch.session(upsert.session_id)
    if asking is None and not entry.on_board:
        return LedgerRefusal("not_found", f"Session not found: {upsert.session_id}")
    if upsert.is_total:
        return _take_total(connection, batch, entry)
    key = upsert.message_id
    earlier = None if key is None else batch.row(key)
    if earlier is None:
        return _add_new(connection, batch, entry, asking or batch.open_session(upsert.session_id))
    standing = batch.account(earlier)
    outcome = merged(standing, _account(entry, earlier.session_no))
    if outcome is standing:
        return UsageAdded(_metadata(asking, upsert), set_aside=earlier.set_aside)
    owner = batch.numbered_session(earlier.session_no)
    row = batch.row_of(outcome, key, earlier)
    gain = batch.post(row, earlier, entry.at_ms)
    if row.set_aside:
        return UsageAdded(_metadata(asking, upsert), set_aside=True)
    if owner.has_transcript or Source.SDK in {row.source, earlier.source}:
        _explain_totals(connection, batch, owner, row, entry.at_ms)
    if upsert.model is not None:
        batch.used_model(owner, upsert.model)
    return UsageAdded(
        _metadata(asking, upsert),
        usage_entry(batch, row, gain),
        moved=None if owner is asking else owner.metadata(),
    )


def _add_new(
    connection: Connection, batch: Batch, entry: AddUsage, owner: SessionAccount
) -> UsageAdded:
    """A response that nobody has told before: the path of nearly every UPSERT, so it calls little.

    Totals of the session that were told before may have known of it where a client of the Agent
    SDK tells both; any other UPSERT is later than all of them.
    """
    upsert, facets = entry.upsert, batch.facets
    at_ms = entry.at_ms if upsert.at_ms is None else upsert.at_ms
    figures = _figures(upsert)
    model = upsert.model or ""
    facet_no = facets.short_number(
        entry.working_dir or "",
        model,
        facets.prompt_over(figures.prompt_tokens),
        figures.reported_nano_usd > 0,
        _ENTRYPOINTS[upsert.source],
    )
    row = MessageRow(
        None,
        upsert.message_id,
        owner.session_no,
        facet_no,
        at_ms,
        _SOURCES[upsert.source],
        figures,
        set_aside=owner.has_transcript and upsert.message_id is None and not upsert.extra,
        extra=upsert.extra,
    )
    cost = batch.add(row, owner, entry.at_ms) / PICO_PER_USD
    if row.set_aside:
        return UsageAdded(owner.metadata(), set_aside=True)
    if row.source == Source.SDK:
        _explain_totals(connection, batch, owner, row, entry.at_ms)
    if upsert.model is not None and upsert.model != owner.last_model:
        batch.used_model(owner, upsert.model)
    usage = UsageEntry(
        owner.session_id,
        row.key,
        model or None,
        figures.input_tokens,
        figures.output_tokens,
        upsert.cache_creation_tokens,
        figures.cache_read_tokens,
        cost,
        at_ms,
    )
    return UsageAdded(owner.metadata(), usage)


def _explain_totals(
    connection: Connection, batch: Batch, owner: SessionAccount, row: MessageRow, at_ms: int
) -> None:
    """What the session's totals have beyond its rows may be less now."""
    batch.write()
    remake_unlisted(connection, batch, {owner.session_no: row.at_ms}, at_ms)


def _take_total(connection: Connection, batch: Batch, entry: AddUsage) -> UsageAdded:
    upsert = entry.upsert
    session = batch.open_session(upsert.session_id)
    if upsert.forked_from is not None:
        mark_fork(connection, batch, session, upsert.forked_from)
    told = (upsert.model or "", _figures(upsert), _at_ms(entry))
    usage = take_totals(connection, batch, session, told, entry.at_ms)
    return UsageAdded(session.metadata(), usage)


def _account(entry: AddUsage, session_no: int) -> Account:
    upsert = entry.upsert
    facet = Facet(
        project=entry.working_dir or "",
        entrypoint=_ENTRYPOINTS[upsert.source],
        model=upsert.model or "",
    )
    return Account(session_no, _at_ms(entry), _SOURCES[upsert.source], _figures(upsert), facet)


def _at_ms(entry: AddUsage) -> int:
    """When it was used."""
    at_ms = entry.upsert.at_ms
    return entry.at_ms if at_ms is None else at_ms


def _figures(upsert: MetadataUpsert) -> Figures:
    # Of cache writes that are not said to live longer the shorter time counts.
    written, hour = upsert.cache_creation_tokens, upsert.cache_creation_1h_tokens
    hour = hour and min(hour, written)
    return Figures(
        upsert.input_tokens,
        upsert.output_tokens,
        written - hour,
        hour,
        upsert.cache_read_tokens,
        upsert.web_searches,
        nano_usd(upsert.cost_usd),
        upsert.duration_ms,
        upsert.turns,
    )


def _metadata(asking: SessionAccount | None, upsert: MetadataUpsert) -> SessionMetadata:
    return SessionMetadata(upsert.session_id) if asking is None else asking.metadata()

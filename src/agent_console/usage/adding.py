"""How an UPSERT becomes a row of the ledger, or changes one.

Rule: which of two accounts of one response stands is decided in accounts.py; the transaction is the
caller's.
"""

from sqlite3 import Connection

from agent_console.model.metadata import MetadataUpsert, Reporter, SessionMetadata
from agent_console.usage.accounts import Account, merged
from agent_console.usage.batch import Batch
from agent_console.usage.entries import AddUsage, LedgerRefusal, UsageAdded
from agent_console.usage.ingest.unlisted import remake_unlisted
from agent_console.usage.money import nano_usd
from agent_console.usage.rows import Facet, Figures, MessageRow, SessionAccount, Source
from agent_console.usage.told_totals import mark_fork, take_totals
from agent_console.usage.told_usage import usage_entry

_SOURCES: dict[Reporter, Source] = {"upsert": Source.UPSERT, "sdk": Source.SDK}


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
        owner = asking = asking or batch.open_session(upsert.session_id)
        row = _new_row(batch, entry, owner)
    else:
        standing = batch.account(earlier)
        outcome = merged(standing, _account(entry, earlier.session_no))
        if outcome is standing:
            return UsageAdded(_metadata(asking, upsert), set_aside=earlier.set_aside)
        owner = batch.numbered_session(earlier.session_no)
        row = batch.row_of(outcome, key, earlier)
    gain = batch.post(row, earlier, entry.at_ms)
    if row.set_aside:
        return UsageAdded(_metadata(asking, upsert), set_aside=True)
    if _may_explain_totals(row, earlier, owner):
        # What its totals have beyond its rows is less now.
        batch.write()
        remake_unlisted(connection, batch, {owner.session_no: row.at_ms}, entry.at_ms)
    if upsert.model is not None:
        batch.used_model(owner, upsert.model)
    return UsageAdded(
        _metadata(asking, upsert),
        usage_entry(batch, row, gain),
        moved=None if owner is asking else owner.metadata(),
    )


def _take_total(connection: Connection, batch: Batch, entry: AddUsage) -> UsageAdded:
    upsert = entry.upsert
    session = batch.open_session(upsert.session_id)
    if upsert.forked_from is not None:
        mark_fork(connection, batch, session, upsert.forked_from)
    told = (upsert.model or "", _figures(upsert), _at_ms(entry))
    usage = take_totals(connection, batch, session, told, entry.at_ms)
    return UsageAdded(session.metadata(), usage)


def _new_row(batch: Batch, entry: AddUsage, owner: SessionAccount) -> MessageRow:
    """What `_account` says, of a response that nobody has told: the short way."""
    upsert = entry.upsert
    figures = _figures(upsert)
    facet_no = batch.facets.short_number(
        entry.working_dir or "",
        upsert.model or "",
        batch.facets.prompt_over(figures.prompt_tokens),
        figures.reported_nano_usd > 0,
        _entrypoint(upsert),
    )
    return MessageRow(
        None,
        upsert.message_id,
        owner.session_no,
        facet_no,
        _at_ms(entry),
        _SOURCES[upsert.source],
        figures,
        set_aside=owner.has_transcript and upsert.message_id is None and not upsert.extra,
        extra=upsert.extra,
    )


def _account(entry: AddUsage, session_no: int) -> Account:
    upsert = entry.upsert
    facet = Facet(
        project=entry.working_dir or "",
        entrypoint=_entrypoint(upsert),
        model=upsert.model or "",
    )
    return Account(session_no, _at_ms(entry), _SOURCES[upsert.source], _figures(upsert), facet)


def _entrypoint(upsert: MetadataUpsert) -> str:
    """As transcripts of the same sessions have it."""
    return "sdk-py" if upsert.source == "sdk" else ""


def _at_ms(entry: AddUsage) -> int:
    """When it was used."""
    at_ms = entry.upsert.at_ms
    return entry.at_ms if at_ms is None else at_ms


def _figures(upsert: MetadataUpsert) -> Figures:
    # Of cache writes that are not said to live longer the shorter time counts.
    hour = min(upsert.cache_creation_1h_tokens, upsert.cache_creation_tokens)
    return Figures(
        upsert.input_tokens,
        upsert.output_tokens,
        upsert.cache_creation_tokens - hour,
        hour,
        upsert.cache_read_tokens,
        upsert.web_searches,
        nano_usd(upsert.cost_usd),
        upsert.duration_ms,
        upsert.turns,
    )


def _may_explain_totals(row: MessageRow, earlier: MessageRow | None, owner: SessionAccount) -> bool:
    """Totals of the session may have been told; a new UPSERT is later than all of them."""
    if earlier is None:
        return row.source == Source.SDK
    return owner.has_transcript or Source.SDK in {row.source, earlier.source}


def _metadata(asking: SessionAccount | None, upsert: MetadataUpsert) -> SessionMetadata:
    return SessionMetadata(upsert.session_id) if asking is None else asking.metadata()

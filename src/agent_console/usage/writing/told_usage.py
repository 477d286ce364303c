"""A change of the ledger as subscribers hear of it."""

from agent_console.model.usage import UsageEntry
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.periods import quarter
from agent_console.usage.rows import Figures, MessageRow
from agent_console.usage.tables.batch import Batch


def usage_entry(batch: Batch, row: MessageRow, gain: Figures) -> UsageEntry:
    """What `row` has gained, as a difference to what was known before."""
    facets = batch.facets
    cost_pico_usd = facets.cost_pico_usd(row.facet_no, quarter(row.at_ms), gain)
    return UsageEntry(
        batch.numbered_session(row.session_no).session_id,
        row.key,
        facets.facet(row.facet_no).model or None,
        gain.input_tokens,
        gain.output_tokens,
        gain.cache_write_5m_tokens + gain.cache_write_1h_tokens,
        gain.cache_read_tokens,
        cost_pico_usd / PICO_PER_USD,
        row.at_ms,
    )

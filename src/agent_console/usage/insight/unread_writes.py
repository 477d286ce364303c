"""What was written to the prompt cache and never read again.

The rule: a cache holds beginnings of prompts, so the next request with the same model of the same
session and agent reads what its prompt has in common with the last one. A response's write counts
as read when that request reads at least what the response read and wrote; what it reads less, up to
all that was written, was lost. A write without a next request is lost once its lifetime (5 minutes
or an hour) is over. Lost money is what writing cost beyond sending the same as input.

Rule: one look at the messages of the filter, in the order of time, and an hour more for the next
request of the last ones. Subagents that Claude Code gave no name (before 2.0) ran side by side and
cannot be told apart: they are left out, and so is what no response wrote.
"""

from sqlite3 import Connection
from typing import Any, Literal, TypeAlias

from msgspec import Struct, field

from agent_console.usage.cost_sql import CACHE_WRITE_PREMIUM, exact_sum, priced
from agent_console.usage.insight.cache_keys import Keys
from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.reports import selection
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.matching import session_numbers

Reason: TypeAlias = Literal["ended", "expired", "changed"]
REASONS: tuple[Reason, ...] = ("ended", "expired", "changed")
"""No request came any more; it came too late; its prompt began otherwise."""

SHORT_MS = 300_000
LONG_MS = 3_600_000
_UPSERT = 2
_RESPONSE = 1


class Unread(Struct):
    """Writes, and what was lost of them.

    Attributes:
        written_tokens: All that was looked at.
        lost_tokens: Of it, what was never read again, by reason.
        lost_pico: What writing that cost beyond sending it, in picodollars, by reason.
    """

    written_tokens: int = 0
    lost_tokens: dict[Reason, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))
    lost_pico: dict[Reason, int] = field(default_factory=lambda: dict.fromkeys(REASONS, 0))

    @property
    def tokens(self) -> int:
        """Lost for whatever reason."""
        return sum(self.lost_tokens.values())

    @property
    def pico(self) -> int:
        """Lost for whatever reason."""
        return sum(self.lost_pico.values())

    def add(self, other: "Unread") -> None:
        """Take the other's writes into these."""
        self.written_tokens += other.written_tokens
        for reason in REASONS:
            self.lost_tokens[reason] += other.lost_tokens[reason]
            self.lost_pico[reason] += other.lost_pico[reason]


_WRITTEN = "(cache_write_5m_tokens + cache_write_1h_tokens)"
_LIFETIME = f"iif(cache_write_1h_tokens > 0, {LONG_MS}, {SHORT_MS})"

# What lives longer stands earlier in a prompt, so that what is lost first is what lives 5 minutes.
_SCAN = f"""
SELECT {{bucket}} AS bucket, brief_no AS facet_no, quarter, {{facets}}
    CASE WHEN next_ms IS NULL THEN 0 WHEN next_ms - at_ms > {_LIFETIME} THEN 1 ELSE 2 END AS reason,
    {_WRITTEN} AS written, lost, min(lost, cache_write_5m_tokens) AS cache_write_5m_tokens,
    max(0, lost - cache_write_5m_tokens) AS cache_write_1h_tokens
FROM (
    SELECT *, max(0, min({_WRITTEN}, cache_read_tokens + {_WRITTEN} - coalesce(next_read, 0)))
        AS lost
    FROM (
        SELECT at_ms / {QUARTER_MS} AS quarter, at_ms, session_no, brief_no, project_no, model_no,
            kind, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
            lead(at_ms) OVER following AS next_ms,
            lead(cache_read_tokens) OVER following AS next_read
        FROM messages JOIN facets USING (facet_no)
        WHERE at_ms >= :since_ms AND at_ms < :until_ms + {LONG_MS}
            AND NOT set_aside AND kind = {_RESPONSE} AND source <> {_UPSERT}
            AND (agent_no <> 0 OR NOT is_subagent) AND {{of_sessions}}
        WINDOW following AS (
            PARTITION BY session_no, agent_no, is_subagent, model_no ORDER BY at_ms, message_no
        )
    )
)
WHERE written > 0 AND (next_ms IS NOT NULL OR at_ms + {_LIFETIME} < :now_ms)
    AND {{where}} AND {{of_facets}}"""  # noqa: S608 - constants, and what selection.py made


def unread_writes(
    connection: Connection, wanted: Filter, keys: Keys, now_ms: int
) -> dict[tuple[Any, ...], Unread]:
    """By key, as the rows of the report have it.

    Args:
        connection: The ledger.
        wanted: What counts.
        keys: What to tell apart.
        now_ms: Unix milliseconds.
    """
    rows = selection.select_rows(connection, wanted, by_session=True)
    facets = "".join(f"{column}, " for column in keys.facets)
    of_sessions = "1"
    if wanted.sessions:
        numbers = session_numbers(connection, wanted.sessions)
        of_sessions = f"session_no IN ({', '.join(map(str, numbers))})"
    scan = _SCAN.format(
        bucket=keys.bucket,
        facets=facets,
        where=rows.where,
        of_facets=rows.facets,
        of_sessions=of_sessions,
    )
    columns = (
        f"usage.reason, sum(usage.written), sum(usage.lost), "
        f"coalesce({exact_sum(CACHE_WRITE_PREMIUM)}, 0), usage.bucket"
    )
    of_key = "".join(f", usage.{column}" for column in keys.facets)
    found: dict[tuple[Any, ...], Unread] = {}
    for number, written, lost, pico, bucket, *others in connection.execute(
        f"SELECT {columns}{of_key} FROM {priced(f'({scan})')} "  # noqa: S608 - as above
        f"GROUP BY usage.reason, usage.bucket{of_key}",
        {
            "since_ms": (wanted.since or 0) * QUARTER_MS,
            "until_ms": now_ms if wanted.until is None else wanted.until * QUARTER_MS,
            "now_ms": now_ms,
        },
    ):
        unread = found.setdefault((keys.fold(bucket), *others), Unread())
        reason = REASONS[int(number)]
        unread.written_tokens += written
        unread.lost_tokens[reason] += lost
        unread.lost_pico[reason] += int(pico)
    return found

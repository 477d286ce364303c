"""How fast tokens and dollars are used now, and what today comes to.

Rule: rows and costs are those of the reports; nothing is added up elsewhere.
"""

from sqlite3 import Connection

from msgspec import Struct

from agent_console.model.budget import SHORTEST_OF_A_DAY_MS, still_to_come
from agent_console.model.usage import UsageEntry
from agent_console.usage.cost_sql import PICO_PER_USD, TOKENS, cost, cost_sum, priced
from agent_console.usage.money import dollars
from agent_console.usage.periods import QUARTER_MS, quarter
from agent_console.usage.reports.filter import Filter
from agent_console.usage.reports.query import grouped
from agent_console.usage.reports.selection import select_rows
from agent_console.usage.reports.sums import Sums
from agent_console.usage.reports.zone import Zone

LAST_MESSAGES = 5
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS


class Pace(Struct, frozen=True):
    """Usage over a stretch of time that ends now.

    Attributes:
        responses: How many.
        over_ms: How long it is; at least a minute.
        tokens: All classes together.
        cost_usd: Dollars; what has no price costs nothing here.
    """

    responses: int
    over_ms: int
    tokens: int
    cost_usd: float

    @property
    def tokens_per_minute(self) -> float:
        """Tokens a minute."""
        return self.tokens * MINUTE_MS / self.over_ms

    @property
    def usd_per_minute(self) -> float:
        """Dollars a minute."""
        return self.cost_usd * MINUTE_MS / self.over_ms


class Now(Struct, frozen=True):
    """How things go.

    Attributes:
        last_messages: The last five responses, until now; null when none of them is of the last
            hour.
        last_hour: The last 60 minutes.
        today_tokens, today_usd: Since midnight in the person's zone.
        projected_usd: What today comes to if the rest of it goes on like it has so far, as a
            daily budget reckons.
        unpriced_tokens: Of today, in no dollars, because their model has no price.
    """

    last_messages: Pace | None
    last_hour: Pace
    today_tokens: int
    today_usd: float
    projected_usd: float
    unpriced_tokens: int


NOTHING_YET = Now(None, Pace(0, HOUR_MS, 0, 0.0), 0, 0.0, 0.0, 0)

_RECENT = (
    f"(SELECT *, at_ms / {QUARTER_MS} AS quarter FROM messages "  # noqa: S608
    "WHERE NOT set_aside AND {where})"
)
_RESPONSES = (
    "at_ms <= ? AND facet_no IN (SELECT facet_no FROM facets WHERE kind = 1) "
    "ORDER BY at_ms DESC LIMIT ?"
)


def now(connection: Connection, zone: Zone, at_ms: int) -> Now:
    """How things go.

    Args:
        connection: The ledger.
        zone: Where days are cut.
        at_ms: Now, Unix milliseconds.
    """
    today = zone.day(quarter(at_ms))
    midnight, next_midnight = zone.day_start(today), zone.day_start(today + 1)
    so_far = Sums()
    wanted = Filter(since=midnight, until=next_midnight, zone=zone)
    for _, part in grouped(connection, select_rows(connection, wanted)):
        so_far.add(part)
    pico = so_far.cost_pico or 0
    to_come = still_to_come(
        pico, at_ms, midnight * QUARTER_MS, next_midnight * QUARTER_MS, SHORTEST_OF_A_DAY_MS
    )
    return Now(
        last_messages=_last_messages(connection, at_ms),
        last_hour=_last_hour(connection, at_ms),
        today_tokens=so_far.tokens,
        today_usd=dollars(pico),
        projected_usd=dollars(pico + to_come),
        unpriced_tokens=so_far.unpriced,
    )


def recent_usage(connection: Connection, at_ms: int, most: int) -> list[UsageEntry]:
    """The last responses as subscribers are told of them, the oldest first."""
    rows = connection.execute(
        "SELECT session.session_id, usage.key, nullif(name.name, ''), usage.input_tokens, "  # noqa: S608
        "usage.output_tokens, usage.cache_write_5m_tokens + usage.cache_write_1h_tokens, "
        f"usage.cache_read_tokens, {cost()}, usage.at_ms "
        f"FROM {priced(_RECENT.format(where=_RESPONSES))} "
        "JOIN sessions AS session ON session.session_no = usage.session_no "
        "LEFT JOIN names AS name ON name.name_no = facet.model_no "
        "ORDER BY usage.at_ms, usage.message_no",
        (at_ms, most),
    )
    return [
        UsageEntry(session, key, model, fresh, output, write, read, dollars(pico), told_ms)
        for session, key, model, fresh, output, write, read, pico, told_ms in rows
    ]


def _last_messages(connection: Connection, at_ms: int) -> Pace | None:
    source = _RECENT.format(where=_RESPONSES)
    count, tokens, pico, first, last = connection.execute(
        f"SELECT count(*), coalesce(sum({TOKENS}), 0), {cost_sum()}, "  # noqa: S608
        f"min(usage.at_ms), max(usage.at_ms) FROM {priced(source)}",
        (at_ms, LAST_MESSAGES),
    ).fetchone()
    if last is None or last <= at_ms - HOUR_MS:
        return None
    return Pace(count, max(at_ms - first, MINUTE_MS), tokens, (pico or 0) / PICO_PER_USD)


def _last_hour(connection: Connection, at_ms: int) -> Pace:
    source = _RECENT.format(where="at_ms > ? AND at_ms <= ?")
    count, tokens, pico = connection.execute(
        f"SELECT coalesce(sum(facet.kind = 1), 0), coalesce(sum({TOKENS}), 0), {cost_sum()} "  # noqa: S608
        f"FROM {priced(source)}",
        (at_ms - HOUR_MS, at_ms),
    ).fetchone()
    return Pace(count, HOUR_MS, tokens, (pico or 0) / PICO_PER_USD)

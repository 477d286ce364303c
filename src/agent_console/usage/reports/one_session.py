"""One session: its billed responses one by one, and where it comes from.

Rule: costs are made as in every other report, so the entries add up to the session's row there.
"""

from agent_console.usage.cost_sql import cost, priced, unpriced_tokens
from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.reports import selection
from agent_console.usage.reports.building import build
from agent_console.usage.reports.report import Report
from agent_console.usage.reports.row import UNKNOWN, Row
from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from sqlite3 import Connection

    from agent_console.usage.reports.filter import Filter
    from agent_console.usage.reports.groupings import Grouping

KINDS = {1: "response", 2: "unlisted", 3: "advisor", 4: "compaction"}


class Entry:
    """One billed response.

    Attributes:
        key: Its identity; null when nobody gave it one.
        at_ms: Unix milliseconds.
        agent: Kind of subagent; null in the main conversation.
        agent_id: The subagent's id.
        kind: One of KINDS.
        rank: 1 for the most expensive of the session; by tokens where nothing has a cost.
    """

    __slots__ = ("agent", "agent_id", "at_ms", "key", "kind", "model", "rank", "sums")

    def __init__(  # noqa: PLR0917 - a row of the query
        self,
        key: str | None,
        at_ms: int,
        model: str,
        agent: str | None,
        agent_id: str | None,
        kind: str,
        sums: Sums,
    ) -> None:
        self.key = key
        self.at_ms = at_ms
        self.model = model
        self.agent = agent
        self.agent_id = agent_id
        self.kind = kind
        self.sums = sums
        self.rank = 0


class OneSession:
    """A session.

    Attributes:
        report: The report by session with its row alone.
        entries: In the order of time.
        origins: The sessions it was resumed or forked from, the nearest first.
        forks: The sessions that were resumed or forked from it.
        transcripts: Files that told it, as far as known.
        is_left_out: It has usage, of which the filter takes nothing.
    """

    __slots__ = ("entries", "forks", "is_left_out", "origins", "report", "row", "transcripts")

    def __init__(self, report: Report, row: Row) -> None:
        self.report = report
        self.row = row
        self.entries: list[Entry] = []
        self.origins: list[str] = []
        self.forks: list[str] = []
        self.transcripts: list[str] = []
        self.is_left_out = False


def ids_beginning_with(connection: "Connection", beginning: str) -> list[str]:
    """The sessions whose id begins like that; only itself when there is one that is just that."""
    found = [
        session_id
        for (session_id,) in connection.execute(
            "SELECT session_id FROM sessions WHERE session_id >= ? AND session_id < ? LIMIT 100",
            (beginning, f"{beginning}\U0010ffff"),
        )
    ]
    return [beginning] if beginning in found else found


def one_session(
    connection: "Connection", wanted: "Filter", grouping: "Grouping", session_id: str
) -> OneSession:
    """The session; its id must be known.

    Args:
        connection: The ledger.
        wanted: The filter; its sessions are replaced by this one.
        grouping: The report by session.
        session_id: The whole id.
    """
    wanted.sessions = (session_id,)
    report = build(connection, wanted, grouping)
    number: int = connection.execute(
        "SELECT session_no FROM sessions WHERE session_id = ?", (session_id,)
    ).fetchone()[0]
    row = _row_of(report, session_id) or Row((number,), session_id)
    report.rows = [row]
    report.totals = row.sums or Sums()
    session = OneSession(report, row)
    if row.sums is None:
        everything = wanted.without_borders()
        everything.sessions = wanted.sessions
        whole = _row_of(build(connection, everything, grouping), session_id)
        if whole is not None:
            row.detail = whole.detail
            session.is_left_out = whole.sums is not None
    session.entries = _entries(connection, wanted, number)
    session.origins = _origins(connection, number)
    session.forks = [
        each
        for (each,) in connection.execute(
            "SELECT session_id FROM sessions WHERE forked_from_no = ? ORDER BY first_seen_ms",
            (number,),
        )
    ]
    session.transcripts = [
        path
        for (path,) in connection.execute(
            "SELECT path FROM sources WHERE session_no = ? ORDER BY first_line_ms, path", (number,)
        )
    ]
    return session


def _row_of(report: Report, session_id: str) -> Row | None:
    """The row of the session; the report may have others, whose ids begin with this one."""
    return next((row for row in report.rows if row.label == session_id), None)


def _entries(connection: "Connection", wanted: "Filter", number: int) -> list[Entry]:
    rows = selection.select_rows(connection, wanted, by_session=True)
    money = cost(wanted.mode)
    source = (
        f"(SELECT *, at_ms / {QUARTER_MS} AS quarter, 1 AS messages FROM messages "  # noqa: S608
        f"WHERE session_no = {number} AND NOT set_aside)"
    )
    found = connection.execute(
        "SELECT usage.key, usage.at_ms, model.name, facet.is_subagent, agent_type.name, "  # noqa: S608
        "agent.name, facet.kind, facet.output_is_lower_bound, usage.input_tokens, "
        "usage.output_tokens, usage.cache_write_5m_tokens, usage.cache_write_1h_tokens, "
        f"usage.cache_read_tokens, usage.web_searches, {money}, {unpriced_tokens(wanted.mode)} "
        f"FROM {priced(source)} JOIN names AS model ON model.name_no = facet.model_no "
        "JOIN names AS agent_type ON agent_type.name_no = facet.agent_type_no "
        "JOIN names AS agent ON agent.name_no = usage.agent_no "
        f"WHERE {rows.where} AND {rows.facets} ORDER BY usage.at_ms, usage.message_no"
    )
    entries: list[Entry] = []
    for key, at_ms, model, is_subagent, agent_type, agent, kind, lower_bound, *counts in found:
        sums = Sums(1, int(kind == 1), *counts)
        sums.lower_bound = lower_bound
        who = (agent_type or UNKNOWN) if is_subagent else None
        entries.append(
            Entry(key, at_ms, model or UNKNOWN, who, agent or None, KINDS.get(kind, "?"), sums)
        )
    by_cost = sorted(
        entries, key=lambda each: (-(each.sums.cost_pico or 0), -each.sums.tokens, each.at_ms)
    )
    for rank, entry in enumerate(by_cost, 1):
        entry.rank = rank
    return entries


def _origins(connection: "Connection", number: int) -> list[str]:
    found: list[str] = []
    for (session_id,) in connection.execute(
        "WITH RECURSIVE origin(session_no, depth) AS ("
        "SELECT forked_from_no, 1 FROM sessions WHERE session_no = ? "
        "UNION SELECT forked_from_no, depth + 1 FROM sessions JOIN origin USING (session_no) "
        "WHERE depth < 100 AND forked_from_no IS NOT NULL) "
        "SELECT session_id FROM origin JOIN sessions USING (session_no) ORDER BY depth",
        (number,),
    ):
        if session_id not in found:
            found.append(session_id)
    return found

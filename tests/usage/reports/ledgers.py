"""Ledgers for reports: rows as the writer leaves them, made by plain SQL."""

import sqlite3
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from agent_console.usage.database.opening import open_database
from agent_console.usage.ingest.freshness import UNPRICED_CONFIG
from agent_console.usage.prices.installed import price_makers

QUARTER_MS = 900_000
NOON_MS = 1_795_176_000_000
"""2026-11-20 12:00 UTC, a Friday."""
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

OPUS = "claude-opus-5"
HAIKU = "claude-haiku-4-5-20251001"
NOBODYS = "nobody-knows"
"""A model without a price."""

PRICES = {OPUS: (5_000_000, 25_000_000), HAIKU: (1_000_000, 5_000_000)}
"""Picodollars for input and output; the others follow from the input."""


class Message(Struct, frozen=True):
    """A row of `messages`."""

    at_ms: int = NOON_MS
    session: str = "s-1"
    project: str = "/home/user/shop"
    model: str = OPUS
    branch: str = "main"
    agent_type: str = ""
    kind: int = 1
    lower_bound: bool = False
    input_tokens: int = 10
    output_tokens: int = 100
    cache_write_5m_tokens: int = 0
    cache_write_1h_tokens: int = 0
    cache_read_tokens: int = 0
    web_searches: int = 0
    reported_nano_usd: int | None = None
    set_aside: bool = False
    key: str | None = None

    @property
    def tokens(self) -> int:
        return (
            self.input_tokens
            + self.output_tokens
            + self.cache_write_5m_tokens
            + self.cache_write_1h_tokens
            + self.cache_read_tokens
        )


_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "cache_read_tokens",
    "web_searches",
)
_KEPT = (*_COUNTS[:-1], "reported_nano_usd")
"""What a session's own row adds up."""


class Ledger:
    """A ledger that a test fills."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = open_database(path)

    def fill(self, messages: Sequence[Message], price_change: int | None = None) -> None:
        """Write messages, sum them up, and price their facets.

        Args:
            messages: The rows.
            price_change: The quarter from which everything costs twice as much.
        """
        connection = self.connection
        connection.execute("BEGIN")
        for message in messages:
            session_no = self.session(message.session)
            columns = ("session_no", "facet_no", "at_ms", "source", *_COUNTS)
            connection.execute(
                f"INSERT INTO messages (key, set_aside, reported_nano_usd, {', '.join(columns)}) "
                f"VALUES (?, ?, ?, {', '.join('?' * len(columns))})",
                (
                    message.key,
                    message.set_aside,
                    message.reported_nano_usd,
                    session_no,
                    self._facet(message),
                    message.at_ms,
                    1,
                    *(getattr(message, name) for name in _COUNTS),
                ),
            )
            connection.execute(
                "UPDATE sessions SET first_seen_ms = min(coalesce(first_seen_ms, ?1), ?1), "
                "last_seen_ms = max(coalesce(last_seen_ms, ?1), ?1) WHERE session_no = ?2",
                (message.at_ms, session_no),
            )
        self._sum_up()
        self._price(price_change)
        connection.execute("COMMIT")

    def session(self, session_id: str, **columns: Any) -> int:
        """The number of a session, made when it is not there."""
        self.connection.execute(
            "INSERT OR IGNORE INTO sessions (session_id) VALUES (?)", (session_id,)
        )
        for name, value in columns.items():
            self.connection.execute(
                f"UPDATE sessions SET {name} = ? WHERE session_id = ?", (value, session_id)
            )
        return int(
            self.connection.execute(
                "SELECT session_no FROM sessions WHERE session_id = ?", (session_id,)
            ).fetchone()[0]
        )

    def source(self, path: str, session_id: str, **columns: Any) -> None:
        """A transcript that has been read."""
        values: dict[str, Any] = {
            "path": path,
            "session_no": self.session(session_id),
            **dict.fromkeys(
                ("device", "inode", "offset_bytes", "mtime_ns", "size_bytes", "head_hash",
                 "tail_hash", "lines", "bad_lines", "user_messages", "api_errors", "cost_states"),
                0,
            ),
            "status": 1,
            **columns,
        }  # fmt: skip
        self.connection.execute(
            f"INSERT INTO sources ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})",
            tuple(values.values()),
        )

    def name(self, name: str) -> int:
        self.connection.execute("INSERT OR IGNORE INTO names (name) VALUES (?)", (name,))
        return int(
            self.connection.execute("SELECT name_no FROM names WHERE name = ?", (name,)).fetchone()[
                0
            ]
        )

    def _facet(self, message: Message) -> int:
        facet = {
            "project_no": self.name(message.project),
            "branch_no": self.name(message.branch),
            "version_no": 0,
            "entrypoint_no": 0,
            "model_no": self.name(message.model),
            "speed_no": 0,
            "service_tier_no": 0,
            "inference_geo_no": 0,
            "agent_type_no": self.name(message.agent_type),
            "skill_no": 0,
            "is_subagent": message.agent_type != "",
            "kind": message.kind,
            "prompt_over": 0,
            "cost_is_reported": message.reported_nano_usd is not None,
            "output_is_lower_bound": message.lower_bound,
        }
        values = tuple(facet.values())
        self.connection.execute(
            f"INSERT OR IGNORE INTO facets ({', '.join(facet)}) "
            f"VALUES ({', '.join('?' * len(facet))})",
            values,
        )
        conditions = " AND ".join(f"{name} = ?" for name in facet)
        return int(
            self.connection.execute(
                f"SELECT facet_no FROM facets WHERE {conditions}", values
            ).fetchone()[0]
        )

    def _sum_up(self) -> None:
        cell = "quarter, facet_no, "
        columns = (
            "count(*), sum(input_tokens), sum(output_tokens), "
            "sum(cache_write_5m_tokens), sum(cache_write_1h_tokens), sum(cache_read_tokens), "
            "sum(web_searches), coalesce(sum(reported_nano_usd), 0)"
        )
        rows = (
            f"FROM (SELECT *, at_ms / {QUARTER_MS} AS quarter, at_ms / {HOUR_MS} AS hour "
            "FROM messages WHERE NOT set_aside)"
        )
        sums = f"{cell}{columns} {rows}"
        for statement in (
            "DELETE FROM usage_by_time",
            "DELETE FROM usage_by_session",
            "DELETE FROM usage_by_hour",
            "DELETE FROM usage_by_day",
            "DELETE FROM usage_by_session_day",
            (
                f"INSERT INTO usage_by_time SELECT quarter, brief_no, {sums.removeprefix(cell)} "
                "JOIN facets USING (facet_no) GROUP BY quarter, brief_no"
            ),
            f"INSERT INTO usage_by_session SELECT session_no, {sums} GROUP BY 1, 2, 3",
            (
                f"UPDATE sessions SET ({', '.join(_KEPT)}) = "
                f"(SELECT {', '.join(f'coalesce(sum({each}), 0)' for each in _KEPT)} "
                "FROM usage_by_session WHERE usage_by_session.session_no = sessions.session_no)"
            ),
            (
                f"INSERT INTO usage_by_hour SELECT hour, brief_no, {sums.removeprefix(cell)} "
                "JOIN facets USING (facet_no) GROUP BY hour, brief_no"
            ),
            (
                f"INSERT INTO usage_by_day SELECT quarter / 96, facet_no, {columns}, max(quarter) "
                f"{rows} GROUP BY 1, 2"
            ),
            (
                "INSERT INTO usage_by_session_day SELECT session_no, quarter / 96, brief_no, "
                f"{columns}, max(quarter) {rows} JOIN facets USING (facet_no) GROUP BY 1, 2, 3"
            ),
        ):
            self.connection.execute(statement)

    def _price(self, change: int | None) -> None:
        """Prices of our own, which count as looked up just now."""
        self.connection.execute("DELETE FROM facet_prices")
        self.connection.execute(
            "INSERT OR REPLACE INTO priced_models "
            "SELECT DISTINCT model_no, 'a test', NULL, 0 FROM facets WHERE model_no > 0"
        )
        self.connection.execute(
            "INSERT OR REPLACE INTO price_basis VALUES (1, ?, ?, 0)",
            (price_makers(), UNPRICED_CONFIG),
        )
        spans = [(0, 1 << 40, 1)] if change is None else [(0, change, 1), (change, 1 << 40, 2)]
        for model, (given, written) in PRICES.items():
            for begins, ends, times in spans:
                prices = (given, written, given * 5 // 4, given * 2, given // 10, 10**10)
                self.connection.execute(
                    "INSERT INTO facet_prices SELECT facet_no, ?, ?, ?, ?, ?, ?, ?, ? FROM facets "
                    "JOIN names ON name_no = model_no WHERE name = ?",
                    (begins, ends, *(price * times for price in prices), model),
                )


def cost_pico(message: Message, mode: str, price_change: int | None = None) -> int | None:
    """What a message costs, as ACCOUNTING says, one message at a time."""
    reported = None if message.reported_nano_usd is None else message.reported_nano_usd * 1000
    computed = None
    if message.model in PRICES:
        given, written = PRICES[message.model]
        after = price_change is not None and message.at_ms // QUARTER_MS >= price_change
        computed = (2 if after else 1) * (
            message.input_tokens * given
            + message.output_tokens * written
            + message.cache_write_5m_tokens * (given * 5 // 4)
            + message.cache_write_1h_tokens * given * 2
            + message.cache_read_tokens * (given // 10)
            + message.web_searches * 10**10
        )
    match mode:
        case "auto":
            return computed if reported is None else reported
        case "calculate":
            return reported if computed is None else computed
        case _:
            return reported


@contextmanager
def new_ledger(folder: Path) -> Generator[Ledger]:
    """A ledger in a folder of its own."""
    ledger = Ledger(folder / "metrics.db")
    try:
        yield ledger
    finally:
        ledger.connection.close()


def read_only(path: Path) -> sqlite3.Connection:
    """A connection as reports have it."""
    from agent_console.usage.reports.reading import open_for_reading

    connection = open_for_reading(str(path))
    assert connection is not None
    return connection

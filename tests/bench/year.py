"""A year of usage as rows of a ledger, written with plain SQL: for reports, not for ingest.

Rule: only columns of the schema are used, and the rollups are made from the rows by SQL, so that
the database is one that the program itself could have made.
"""

import random
import sqlite3
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from agent_console.usage.database.opening import open_database
from agent_console.usage.tables.key_hash import key_hash

_YEAR_MS = 365 * 86_400_000
_QUARTER_MS = 900_000
_MODELS = ("claude-opus-5", "claude-sonnet-5", "claude-opus-4-8", "claude-haiku-4-5-20251001")
_SUMS = (
    "count(*), sum(input_tokens), sum(output_tokens), sum(cache_write_5m_tokens), "
    "sum(cache_write_1h_tokens), sum(cache_read_tokens), sum(web_searches), "
    "coalesce(sum(reported_nano_usd), 0)"
)
_SUMMED = (
    "sum(messages), sum(input_tokens), sum(output_tokens), sum(cache_write_5m_tokens), "
    "sum(cache_write_1h_tokens), sum(cache_read_tokens), sum(web_searches), sum(reported_nano_usd)"
)
_FACET = (
    "project_no, branch_no, version_no, entrypoint_no, model_no, speed_no, service_tier_no, "
    "inference_geo_no, agent_type_no, skill_no, is_subagent, kind, prompt_over, cost_is_reported, "
    "output_is_lower_bound"
)
_MESSAGE = (
    "key_hash, key, session_no, facet_no, source_no, agent_no, at_ms, source, input_tokens, "
    "output_tokens, cache_write_1h_tokens, cache_read_tokens"
)

_ROLL_UP = f"""
INSERT INTO usage_by_session
SELECT session_no, at_ms / {_QUARTER_MS}, facet_no, {_SUMS} FROM messages GROUP BY 1, 2, 3;

INSERT INTO usage_by_time
SELECT quarter, brief_no, {_SUMMED}
FROM usage_by_session JOIN facets USING (facet_no) GROUP BY quarter, brief_no;

INSERT INTO usage_by_hour
SELECT quarter / 4 AS hour, facet_no, {_SUMMED} FROM usage_by_time GROUP BY hour, facet_no;

INSERT INTO usage_by_day
SELECT quarter / 96 AS day, facet_no, {_SUMMED}, max(quarter)
FROM usage_by_session GROUP BY day, facet_no;

INSERT INTO usage_by_session_day
SELECT session_no, quarter / 96 AS day, brief_no, {_SUMMED}, max(quarter)
FROM usage_by_session JOIN facets USING (facet_no) GROUP BY session_no, day, brief_no;

UPDATE sessions SET
    (first_seen_ms, last_seen_ms, input_tokens, output_tokens, cache_write_1h_tokens,
     cache_read_tokens) =
    (SELECT min(at_ms), max(at_ms), sum(input_tokens), sum(output_tokens),
        sum(cache_write_1h_tokens), sum(cache_read_tokens)
     FROM messages WHERE messages.session_no = sessions.session_no);

UPDATE sessions SET last_model_no =
    (SELECT model_no FROM messages JOIN facets USING (facet_no)
     WHERE messages.session_no = sessions.session_no ORDER BY at_ms DESC LIMIT 1);

INSERT INTO priced_models SELECT DISTINCT model_no, 'genai-prices', NULL, 0 FROM facets;

INSERT INTO prices
SELECT model_no, 0, 0, 5000000, 25000000, 6250000, 10000000, 500000, 10000000000
FROM priced_models;

INSERT INTO facet_prices
SELECT facet_no, 0, 9223372036854775807, input_pico_usd, output_pico_usd,
    cache_write_5m_pico_usd, cache_write_1h_pico_usd, cache_read_pico_usd, web_search_pico_usd
FROM facets JOIN prices USING (model_no)"""


class Year(Struct, frozen=True):
    """How much somebody did in a year."""

    name: str
    sessions: int
    messages: int
    projects: int


HEAVY = Year("a heavy user's year", 100_000, 5_000_000, 60)
TYPICAL = Year("a typical year", 2_000, 50_000, 12)


def rollup_rows(path: Path) -> dict[str, int]:
    """How many rows the rollups have, by what they are by."""
    connection = open_database(path)
    try:
        return {
            rollup: int(connection.execute(f"SELECT count(*) FROM usage_by_{rollup}").fetchone()[0])
            for rollup in ("time", "session", "hour", "day", "session_day")
        }
    finally:
        connection.close()


def write_year(path: Path, year: Year, seed: int = 1) -> None:
    """Make the ledger at `path` and fill it; the year ends now."""
    connection = open_database(path)
    try:
        indexes = [
            (str(name), str(statement))
            for name, statement in connection.execute(
                "SELECT name, sql FROM sqlite_schema "
                "WHERE type = 'index' AND tbl_name = 'messages' AND sql IS NOT NULL"
            )
        ]
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN")
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        _Filler(connection, year, random.Random(seed)).fill()
        for _, statement in indexes:
            connection.execute(statement)
        _roll_up(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA optimize")
    finally:
        connection.close()


class _Filler:
    """Writes sessions, sources, facets and messages."""

    def __init__(self, connection: sqlite3.Connection, year: Year, rng: random.Random) -> None:
        self._connection, self._year, self._rng = connection, year, rng
        self._names: dict[str, int] = {"": 0}
        self._facets: dict[tuple[int, ...], int] = {}
        self._agent = self._number("a433c37ecfa7f6107")

    def fill(self) -> None:
        """Write everything but the rollups."""
        begin_ms = time.time_ns() // 1_000_000 - _YEAR_MS
        count = self._year.sessions
        starts = sorted(begin_ms + self._working_time() for _ in range(count))
        each = self._year.messages / count
        for session_no, start_ms in enumerate(starts, 1):
            messages = max(1, int(self._rng.expovariate(1 / each)))
            self._session(session_no, start_ms)
            self._connection.executemany(
                f"INSERT INTO messages ({_MESSAGE}) VALUES ({', '.join('?' * 12)})",
                self._messages(session_no, start_ms, begin_ms, messages),
            )

    def _working_time(self) -> int:
        """A moment of the year in the busy half of a day, in milliseconds since its begin."""
        day = self._rng.randrange(365)
        return int((day + min(max(self._rng.gauss(0.5, 0.15), 0), 1)) * 86_400_000)

    def _session(self, session_no: int, start_ms: int) -> None:
        session_id = str(uuid.UUID(int=self._rng.getrandbits(128), version=4))
        self._connection.execute(
            "INSERT INTO sessions (session_no, session_id, has_transcript, title, title_rank, "
            "updated_at_ms) VALUES (?, ?, 1, ?, 2, ?)",
            (session_no, session_id, f"Look into number {session_no}", start_ms),
        )
        self._connection.execute(
            "INSERT INTO sources (source_no, path, session_no, device, inode, offset_bytes, "
            "mtime_ns, size_bytes, head_hash, tail_hash, first_line_ms, last_line_ms, lines, "
            "bad_lines, user_messages, api_errors, cost_states, status) "
            "VALUES (?1, ?2, ?1, 1, ?1, 400000, ?3, 400000, 7, 7, ?4, ?4, 120, 0, 6, 0, 0, 3)",
            (
                session_no,
                f"/home/user/.claude/projects/-home-user-work/{session_id}.jsonl",
                start_ms * 1_000_000,
                start_ms,
            ),
        )

    def _messages(
        self, session_no: int, start_ms: int, begin_ms: int, count: int
    ) -> Iterator[tuple[object, ...]]:
        rng = self._rng
        project = min(int(rng.paretovariate(1.1)), self._year.projects)
        branch = rng.choice(("main", "main", f"fix-{project}-{session_no // 400}"))
        version = f"2.1.{(start_ms - begin_ms) // (5 * 86_400_000)}"
        model = rng.choices(_MODELS, (60, 25, 10, 5))[0]
        most_read = 400_000 if rng.random() < 0.05 else 190_000  # few use a long context
        facets: dict[tuple[str, bool, bool], int] = {}
        at_ms = start_ms
        for number in range(count):
            is_subagent = rng.random() < 0.25
            if rng.random() < 0.05:
                model = rng.choice(_MODELS)
            read = 10_000 + int(rng.random() * most_read)
            shared = (model, is_subagent, read > 200_000)
            if shared not in facets:
                facets[shared] = self._facet(
                    *(f"/home/user/work/project-{project}", branch, version, model),
                    is_subagent=is_subagent,
                    prompt_over=200_000 if read > 200_000 else 0,
                )
            key = f"msg_01{rng.getrandbits(88):022x}"
            yield (
                *(key_hash(key), key, session_no, facets[shared], session_no),
                *(self._agent if is_subagent else 0, at_ms, 1, 3 + number % 9),
                *(20 + int(rng.random() * 2_000), 100 + int(rng.random() * 9_000), read),
            )
            at_ms += int(rng.expovariate(1 / 40_000))

    def _facet(
        self,
        project: str,
        branch: str,
        version: str,
        model: str,
        *,
        is_subagent: bool,
        prompt_over: int,
    ) -> int:
        values = (
            *(self._number(name) for name in (project, branch, version, "cli", model)),
            *(self._number("standard"), self._number("standard"), 0),
            self._number("Explore") if is_subagent else 0,
            *(0, int(is_subagent), 1, prompt_over, 0, 0),
        )
        if values not in self._facets:
            self._facets[values] = len(self._facets) + 1
            self._connection.execute(
                f"INSERT INTO facets (facet_no, {_FACET}) VALUES ({', '.join('?' * 16)})",
                (self._facets[values], *values),
            )
        return self._facets[values]

    def _number(self, name: str) -> int:
        if name not in self._names:
            self._names[name] = len(self._names)
            self._connection.execute(
                "INSERT INTO names (name_no, name) VALUES (?, ?)", (self._names[name], name)
            )
        return self._names[name]


def _roll_up(connection: sqlite3.Connection) -> None:
    for statement in _ROLL_UP.split(";"):
        connection.execute(statement)

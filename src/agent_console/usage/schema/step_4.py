"""Schema version 4: sums by session that reports of all sessions can read in far fewer rows.

Rule: never changed once released; see usage/database/migrations.py.
"""

import sqlite3

_SUM_NAMES = (
    *("messages", "input_tokens", "output_tokens", "cache_write_5m_tokens"),
    *("cache_write_1h_tokens", "cache_read_tokens", "web_searches", "reported_nano_usd"),
)

_USAGE_BY_SESSION_DAY = """
CREATE TABLE usage_by_session_day ( -- the sums of usage_by_session by session, UTC day and brief
    -- facet: all that reports by session need, in a quarter of the rows
    session_no INTEGER NOT NULL REFERENCES sessions,
    day INTEGER NOT NULL, -- at_ms / 86400000, rounded down
    facet_no INTEGER NOT NULL REFERENCES facets, -- the brief_no of the rows' facets
    messages INTEGER NOT NULL, -- how many rows
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    web_searches INTEGER NOT NULL,
    reported_nano_usd INTEGER NOT NULL,
    last_quarter INTEGER NOT NULL, -- of its latest row
    PRIMARY KEY (session_no, day, facet_no)
) STRICT, WITHOUT ROWID"""

_SUM_UP = (
    "INSERT INTO usage_by_session_day SELECT session_no, quarter / 96 AS day, brief_no, "  # noqa: S608
    f"{', '.join(f'sum({name})' for name in _SUM_NAMES)}, max(quarter) "
    "FROM usage_by_session JOIN facets USING (facet_no) GROUP BY session_no, day, brief_no"
)


def add_usage_by_session_day(connection: sqlite3.Connection) -> None:
    """Add the rollup; nothing that is there changes."""
    connection.execute(_USAGE_BY_SESSION_DAY)
    connection.execute(_SUM_UP)

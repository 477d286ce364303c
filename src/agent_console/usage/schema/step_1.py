"""Schema version 1: messages by whoever told them, with the sums of sessions and quarters.

Rule: never changed; see usage/database/migrations.py.
"""

import sqlite3

_NAMES = """
CREATE TABLE names ( -- strings that many rows share; rows are only ever added
    name_no INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT"""

_SESSIONS = """
CREATE TABLE sessions ( -- what is known of a session, and the sums over its rows in messages
    session_no INTEGER PRIMARY KEY,
    session_id TEXT NOT NULL UNIQUE,
    first_seen_ms INTEGER, -- its earliest row; null: no usage, only what the person wrote
    last_seen_ms INTEGER, -- its latest row
    has_transcript INTEGER NOT NULL DEFAULT 0 CHECK (has_transcript IN (0, 1)),
    last_model_no INTEGER REFERENCES names, -- the model used last, not the most
    -- written by the person, changed by nothing else
    label TEXT,
    priority INTEGER NOT NULL DEFAULT 0,
    note TEXT,
    -- sums over the rows that are not set aside, changed in the transaction that changes a row
    input_tokens INTEGER NOT NULL DEFAULT 0,
    output_tokens INTEGER NOT NULL DEFAULT 0,
    cache_write_5m_tokens INTEGER NOT NULL DEFAULT 0,
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0,
    cache_read_tokens INTEGER NOT NULL DEFAULT 0,
    reported_nano_usd INTEGER NOT NULL DEFAULT 0,
    duration_ms INTEGER NOT NULL DEFAULT 0, -- a duration
    turns INTEGER NOT NULL DEFAULT 0,
    updated_at_ms INTEGER -- when a sum last changed
) STRICT"""

_MESSAGES = """
CREATE TABLE messages ( -- one row per billed response, whoever told it
    message_no INTEGER PRIMARY KEY, -- in the order of arrival, so that neighbours in time are
        -- neighbours on the disk
    key_hash INTEGER, -- 64 bits of the key (usage/key_hash.py); two keys may share one
    key TEXT, -- the response's identity: message.id, the line's uuid, file and offset, ...;
        -- null: nobody gave it one, so it is counted each time it is told
    session_no INTEGER NOT NULL REFERENCES sessions,
    at_ms INTEGER NOT NULL, -- its first line, or when it was first told; UTC
    source INTEGER NOT NULL, -- who told the figures: 1 transcript, 2 UPSERT, 3 SDK
    kind INTEGER NOT NULL, -- 1 response, 2 unlisted (billed, in no transcript line),
        -- 3 advisor, 4 compaction
    project_no INTEGER REFERENCES names, -- the working directory
    branch_no INTEGER REFERENCES names, -- of git
    version_no INTEGER REFERENCES names, -- of Claude Code
    entrypoint_no INTEGER REFERENCES names, -- cli, sdk-cli, sdk-py, ...
    model_no INTEGER REFERENCES names,
    speed_no INTEGER REFERENCES names, -- standard, fast; null: not told
    service_tier_no INTEGER REFERENCES names,
    inference_geo_no INTEGER REFERENCES names,
    is_subagent INTEGER NOT NULL DEFAULT 0 CHECK (is_subagent IN (0, 1)),
    agent_no INTEGER REFERENCES names, -- the subagent's id
    agent_type_no INTEGER REFERENCES names,
    skill_no INTEGER REFERENCES names,
    input_tokens INTEGER NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
    output_tokens INTEGER NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
    cache_write_5m_tokens INTEGER NOT NULL DEFAULT 0 CHECK (cache_write_5m_tokens >= 0),
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0 CHECK (cache_write_1h_tokens >= 0),
    cache_read_tokens INTEGER NOT NULL DEFAULT 0 CHECK (cache_read_tokens >= 0),
    web_searches INTEGER NOT NULL DEFAULT 0,
    web_fetches INTEGER NOT NULL DEFAULT 0,
    reported_nano_usd INTEGER CHECK (reported_nano_usd > 0), -- null: nobody reported a cost
    output_is_lower_bound INTEGER NOT NULL DEFAULT 0 CHECK (output_is_lower_bound IN (0, 1)),
    set_aside INTEGER NOT NULL DEFAULT 0 CHECK (set_aside IN (0, 1)), -- kept, in no sum:
        -- the session's transcript tells the same tokens
    extra INTEGER NOT NULL DEFAULT 0 CHECK (extra IN (0, 1)), -- no transcript will tell it
    duration_ms INTEGER NOT NULL DEFAULT 0 CHECK (duration_ms >= 0), -- a duration
    turns INTEGER NOT NULL DEFAULT 0 CHECK (turns >= 0)
) STRICT"""

_QUARTERS = """
CREATE TABLE quarters ( -- sums over the rows of messages that are not set aside, by 15 minutes:
    -- every zone's midnight and every UTC hour begins one
    quarter INTEGER PRIMARY KEY, -- at_ms / 900000, rounded down
    messages INTEGER NOT NULL, -- how many rows
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    reported_nano_usd INTEGER NOT NULL
) STRICT"""


def create_ledger(connection: sqlite3.Connection) -> None:
    """Make the tables of version 1 in an empty database."""
    for statement in (
        _NAMES,
        _SESSIONS,
        _MESSAGES,
        "CREATE INDEX messages_by_key ON messages (key_hash) WHERE key_hash IS NOT NULL",
        "CREATE INDEX messages_by_time ON messages (at_ms)",
        "CREATE INDEX messages_by_session ON messages (session_no, at_ms)",
        _QUARTERS,
    ):
        connection.execute(statement)

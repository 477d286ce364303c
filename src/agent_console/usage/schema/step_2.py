"""Schema version 2: what transcripts tell and what prices depend on.

Rule: never changed once released; see usage/database/migrations.py.
"""

import sqlite3

_FACETS = """
CREATE TABLE facets ( -- what many rows share: where they belong, and what their price depends on;
    -- rows are only ever added. A name 0 is not told.
    facet_no INTEGER PRIMARY KEY,
    project_no INTEGER NOT NULL REFERENCES names, -- the working directory
    branch_no INTEGER NOT NULL REFERENCES names, -- of git
    version_no INTEGER NOT NULL REFERENCES names, -- of Claude Code
    entrypoint_no INTEGER NOT NULL REFERENCES names, -- cli, sdk-cli, sdk-py, ...
    model_no INTEGER NOT NULL REFERENCES names,
    speed_no INTEGER NOT NULL REFERENCES names, -- standard, fast
    service_tier_no INTEGER NOT NULL REFERENCES names, -- standard, priority, batch
    inference_geo_no INTEGER NOT NULL REFERENCES names,
    agent_type_no INTEGER NOT NULL REFERENCES names,
    skill_no INTEGER NOT NULL REFERENCES names,
    is_subagent INTEGER NOT NULL CHECK (is_subagent IN (0, 1)),
    kind INTEGER NOT NULL, -- 1 response, 2 unlisted (billed, in no transcript line), 3 advisor,
        -- 4 compaction
    prompt_over INTEGER NOT NULL, -- the largest of price_thresholds that input and cache tokens
        -- of the row exceed; 0: none
    cost_is_reported INTEGER NOT NULL CHECK (cost_is_reported IN (0, 1)),
    output_is_lower_bound INTEGER NOT NULL CHECK (output_is_lower_bound IN (0, 1)),
    brief_no INTEGER NOT NULL DEFAULT 0, -- the first facet that differs from this one in no column
        -- of the index facets_in_brief; itself when it is the first. A trigger sets it. (A foreign
        -- key would look through the whole table at each new facet)
    UNIQUE (
        project_no, branch_no, version_no, entrypoint_no, model_no, speed_no, service_tier_no,
        inference_geo_no, agent_type_no, skill_no, is_subagent, kind, prompt_over,
        cost_is_reported, output_is_lower_bound
    )
) STRICT"""

_BRIEF = (
    *("project_no", "model_no", "speed_no", "service_tier_no", "inference_geo_no", "kind"),
    *("prompt_over", "cost_is_reported", "output_is_lower_bound"),
)
"""What most reports tell apart, everything that a price depends on among it."""

_FACETS_IN_BRIEF = (
    f"CREATE INDEX facets_in_brief ON facets ({', '.join(_BRIEF)}) WHERE brief_no = facet_no"
)

_SET_BRIEF = f"""
CREATE TRIGGER set_brief AFTER INSERT ON facets WHEN NEW.brief_no = 0 BEGIN
    UPDATE facets SET brief_no = coalesce(
        (
            SELECT facet_no FROM facets
            WHERE brief_no = facet_no AND {" AND ".join(f"{name} = NEW.{name}" for name in _BRIEF)}
        ),
        NEW.facet_no
    ) WHERE facet_no = NEW.facet_no;
END"""  # noqa: S608

_MESSAGES_BY_FACET = """
CREATE TABLE messages ( -- one row per billed response, whoever told it
    message_no INTEGER PRIMARY KEY, -- in the order of arrival, so that neighbours in time are
        -- neighbours on the disk
    key_hash INTEGER, -- 64 bits of the key (usage/key_hash.py); two keys may share one
    key TEXT, -- the response's identity: message.id, the line's uuid, file and offset, ...;
        -- null: nobody gave it one, so it is counted each time it is told
    session_no INTEGER NOT NULL REFERENCES sessions,
    facet_no INTEGER NOT NULL REFERENCES facets,
    source_no INTEGER REFERENCES sources, -- the transcript that told it best; null: none
    agent_no INTEGER NOT NULL DEFAULT 0 REFERENCES names, -- the subagent's id; 0: not told
    at_ms INTEGER NOT NULL, -- its first line, or when it was first told; UTC
    source INTEGER NOT NULL, -- who told the figures: 1 transcript, 2 UPSERT, 3 SDK
    claim INTEGER NOT NULL DEFAULT 0, -- how good its transcript's claim to it is, 0 the best
        -- (claude_code/transcript.py)
    input_tokens INTEGER NOT NULL DEFAULT 0 CHECK (input_tokens >= 0),
    output_tokens INTEGER NOT NULL DEFAULT 0 CHECK (output_tokens >= 0),
    cache_write_5m_tokens INTEGER NOT NULL DEFAULT 0 CHECK (cache_write_5m_tokens >= 0),
    cache_write_1h_tokens INTEGER NOT NULL DEFAULT 0 CHECK (cache_write_1h_tokens >= 0),
    cache_read_tokens INTEGER NOT NULL DEFAULT 0 CHECK (cache_read_tokens >= 0),
    web_searches INTEGER NOT NULL DEFAULT 0 CHECK (web_searches >= 0),
    web_fetches INTEGER NOT NULL DEFAULT 0 CHECK (web_fetches >= 0),
    reported_nano_usd INTEGER CHECK (reported_nano_usd > 0), -- null: nobody reported a cost
    set_aside INTEGER NOT NULL DEFAULT 0 CHECK (set_aside IN (0, 1)), -- kept, in no sum:
        -- the session's transcript tells the same tokens
    extra INTEGER NOT NULL DEFAULT 0 CHECK (extra IN (0, 1)), -- no transcript will tell it
    duration_ms INTEGER NOT NULL DEFAULT 0 CHECK (duration_ms >= 0), -- a duration
    turns INTEGER NOT NULL DEFAULT 0 CHECK (turns >= 0)
) STRICT"""

_SUMS = """
    messages INTEGER NOT NULL, -- how many rows
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    web_searches INTEGER NOT NULL,
    reported_nano_usd INTEGER NOT NULL,"""

_USAGE_BY_TIME = f"""
CREATE TABLE usage_by_time ( -- sums over the rows of messages that are not set aside, by 15
    -- minutes (every zone's midnight and every UTC hour begins one) and brief facet
    quarter INTEGER NOT NULL, -- at_ms / 900000, rounded down
    facet_no INTEGER NOT NULL REFERENCES facets, -- the brief_no of the rows' facets{_SUMS}
    PRIMARY KEY (quarter, facet_no)
) STRICT, WITHOUT ROWID"""

_USAGE_BY_SESSION = f"""
CREATE TABLE usage_by_session ( -- the same sums by session, quarter and facet
    session_no INTEGER NOT NULL REFERENCES sessions,
    quarter INTEGER NOT NULL, -- at_ms / 900000, rounded down
    facet_no INTEGER NOT NULL REFERENCES facets,{_SUMS}
    PRIMARY KEY (session_no, quarter, facet_no)
) STRICT, WITHOUT ROWID"""

_USAGE_BY_HOUR = f"""
CREATE TABLE usage_by_hour ( -- those of usage_by_time by UTC hour: all that most reports need, in
    -- far fewer rows
    hour INTEGER NOT NULL, -- at_ms / 3600000, rounded down
    facet_no INTEGER NOT NULL REFERENCES facets, -- the brief_no of the rows' facets{_SUMS}
    PRIMARY KEY (hour, facet_no)
) STRICT, WITHOUT ROWID"""

_USAGE_BY_DAY = f"""
CREATE TABLE usage_by_day ( -- the same sums by UTC day and facet, for what brief facets do not tell
    day INTEGER NOT NULL, -- at_ms / 86400000, rounded down
    facet_no INTEGER NOT NULL REFERENCES facets,{_SUMS}
    last_quarter INTEGER NOT NULL, -- of its latest row
    PRIMARY KEY (day, facet_no)
) STRICT, WITHOUT ROWID"""

_SOURCES = """
CREATE TABLE sources ( -- how far each transcript has been read
    source_no INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE, -- the real file
    session_no INTEGER REFERENCES sessions, -- whose transcript it is, a subagent's its parent's
    device INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    offset_bytes INTEGER NOT NULL, -- the end of the last complete line that was read
    mtime_ns INTEGER NOT NULL, -- of the file when it was last read, Unix nanoseconds
    size_bytes INTEGER NOT NULL, -- of the file when it was last read
    head_hash INTEGER NOT NULL, -- of its first bytes, and
    tail_hash INTEGER NOT NULL, -- of the last bytes before offset: they tell a rewritten file
    first_line_ms INTEGER, -- its first line with a time
    last_line_ms INTEGER, -- its last line with a time
    lines INTEGER NOT NULL,
    bad_lines INTEGER NOT NULL,
    bad_reasons TEXT NOT NULL DEFAULT '{}', -- JSON: reason to count
    user_messages INTEGER NOT NULL, -- what a person wrote, without copies of another session's
    api_errors INTEGER NOT NULL, -- responses that were errors
    cost_states INTEGER NOT NULL, -- lines of that type
    status INTEGER NOT NULL, -- 1 read, 2 unreadable, 3 gone
    error TEXT -- why it is unreadable
) STRICT"""

_COST_STATES = """
CREATE TABLE cost_states ( -- a session's totals as Claude Code told them, in its transcript when a
    -- process left it, or to a client of the Agent SDK
    session_no INTEGER NOT NULL REFERENCES sessions,
    number INTEGER NOT NULL, -- of the line among those of its transcript, from 1; negative:
        -- told by a client of the Agent SDK in that quarter of an hour
    at_ms INTEGER NOT NULL, -- of the last line before it that has a time
    model_no INTEGER NOT NULL REFERENCES names,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cache_write_5m_tokens INTEGER NOT NULL,
    cache_write_1h_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL,
    web_searches INTEGER NOT NULL,
    told_nano_usd INTEGER, -- what it cost in all by Claude Code's own reckoning, billionths of a US
        -- dollar; null: it did not say
    PRIMARY KEY (session_no, number, at_ms, model_no) -- of several transcripts, each has a line 1
) STRICT, WITHOUT ROWID"""

_SHARED_MESSAGES = """
CREATE TABLE shared_messages ( -- responses that two transcripts tell, and neither calls a copy
    message_no INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE, -- belongs to one session,
    session_no INTEGER NOT NULL REFERENCES sessions, -- and this one's transcript tells it too
    PRIMARY KEY (message_no, session_no) -- in the order of the columns: in any other, the quick
    -- check of SQLite 3.40 finds NULLs that are none
) STRICT, WITHOUT ROWID"""

_PRICE_THRESHOLDS = """
CREATE TABLE price_thresholds ( -- prompt sizes at which some price changes; a row's facet says
    -- which of them it exceeds
    prompt_tokens INTEGER PRIMARY KEY,
    applied INTEGER NOT NULL CHECK (applied IN (0, 1)) -- rows from before it was known have been
        -- given facets that know it
) STRICT"""

_PRICED_MODELS = """
CREATE TABLE priced_models ( -- which models have been looked up, and where their prices are from
    model_no INTEGER PRIMARY KEY REFERENCES names,
    origin TEXT, -- genai-prices with its version, or config; null: nobody knows a price
    catalogue_name TEXT, -- the model's name there
    looked_up_at_ms INTEGER NOT NULL
) STRICT"""

_PRICES = """
CREATE TABLE prices ( -- of a model, in picodollars (10^-12 US dollars) a token
    model_no INTEGER NOT NULL REFERENCES priced_models,
    from_quarter INTEGER NOT NULL, -- in force from this one; 0: always
    prompt_over INTEGER NOT NULL, -- for prompts (input and cache) of more tokens than this
    input_pico_usd INTEGER NOT NULL,
    output_pico_usd INTEGER NOT NULL,
    cache_write_5m_pico_usd INTEGER NOT NULL,
    cache_write_1h_pico_usd INTEGER NOT NULL,
    cache_read_pico_usd INTEGER NOT NULL,
    web_search_pico_usd INTEGER NOT NULL, -- a search
    PRIMARY KEY (model_no, from_quarter, prompt_over)
) STRICT, WITHOUT ROWID"""

_PRICE_BASIS = """
CREATE TABLE price_basis ( -- what priced_models and prices were made from: at most one row
    one INTEGER PRIMARY KEY CHECK (one = 1),
    makers TEXT NOT NULL, -- the releases of agent-console and genai-prices
    config TEXT NOT NULL, -- the user's own prices and discount, as JSON
    discount_ppm INTEGER NOT NULL -- taken off every computed cost, millionths
) STRICT"""

_FACET_PRICES = """
CREATE TABLE facet_prices ( -- what a token of a facet costs: its model's price with all factors;
    -- made from prices, again whenever they change. A facet without rows has no price.
    facet_no INTEGER NOT NULL REFERENCES facets,
    from_quarter INTEGER NOT NULL, -- from this one
    to_quarter INTEGER NOT NULL, -- to before this one
    input_pico_usd INTEGER NOT NULL,
    output_pico_usd INTEGER NOT NULL,
    cache_write_5m_pico_usd INTEGER NOT NULL,
    cache_write_1h_pico_usd INTEGER NOT NULL,
    cache_read_pico_usd INTEGER NOT NULL,
    web_search_pico_usd INTEGER NOT NULL, -- a search
    PRIMARY KEY (facet_no, from_quarter)
) STRICT, WITHOUT ROWID"""

_PROMPT = "(input_tokens + cache_write_5m_tokens + cache_write_1h_tokens + cache_read_tokens)"
_FACET = {
    "project_no": "coalesce(project_no, 0)",
    "branch_no": "coalesce(branch_no, 0)",
    "version_no": "coalesce(version_no, 0)",
    "entrypoint_no": "coalesce(entrypoint_no, 0)",
    "model_no": "coalesce(model_no, 0)",
    "speed_no": "coalesce(speed_no, 0)",
    "service_tier_no": "coalesce(service_tier_no, 0)",
    "inference_geo_no": "coalesce(inference_geo_no, 0)",
    "agent_type_no": "coalesce(agent_type_no, 0)",
    "skill_no": "coalesce(skill_no, 0)",
    "is_subagent": "is_subagent",
    "kind": "kind",
    "prompt_over": f"CASE WHEN {_PROMPT} > 200000 THEN 200000 "
    f"WHEN {_PROMPT} > 100000 THEN 100000 ELSE 0 END",
    "cost_is_reported": "reported_nano_usd IS NOT NULL",
    "output_is_lower_bound": "output_is_lower_bound",
}
"""The columns of a facet, and what they are in a row of version 1."""

_SUM_NAMES = (
    *("messages", "input_tokens", "output_tokens", "cache_write_5m_tokens"),
    *("cache_write_1h_tokens", "cache_read_tokens", "web_searches", "reported_nano_usd"),
)
_SUMMED = ", ".join(f"sum({name})" for name in _SUM_NAMES)
_ROLLED_UP = """quarter, facet_no, count(*), sum(input_tokens), sum(output_tokens),
    sum(cache_write_5m_tokens), sum(cache_write_1h_tokens), sum(cache_read_tokens),
    sum(web_searches), coalesce(sum(reported_nano_usd), 0)
    FROM (SELECT *, at_ms / 900000 AS quarter FROM messages WHERE NOT set_aside)"""


_NAMED = (
    *("project_no", "branch_no", "version_no", "entrypoint_no", "model_no", "speed_no"),
    *("service_tier_no", "inference_geo_no", "agent_no", "agent_type_no", "skill_no"),
)
_EMPTY = "FROM (SELECT name_no AS empty_no FROM names WHERE name = '')"

_PREPARE = (
    # An UPSERT could name an empty model: it has told nothing.
    (
        f"UPDATE messages SET {', '.join(f'{name} = nullif({name}, empty_no)' for name in _NAMED)} "  # noqa: S608
        f"{_EMPTY} WHERE empty_no IN ({', '.join(_NAMED)})"
    ),
    f"UPDATE sessions SET last_model_no = NULL {_EMPTY} WHERE last_model_no = empty_no",  # noqa: S608
    "DELETE FROM names WHERE name = ''",
    "INSERT INTO names (name_no, name) VALUES (0, '')",
    "ALTER TABLE sessions ADD COLUMN title TEXT",
    # How good the title is: 1 a summary, 2 generated, 3 the person's own.
    "ALTER TABLE sessions ADD COLUMN title_rank INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE sessions ADD COLUMN forked_from_no INTEGER REFERENCES sessions",
    # The last line that was copied from there.
    "ALTER TABLE sessions ADD COLUMN forked_at_ms INTEGER",
    # Its cost-state lines begin with the original's total.
    "ALTER TABLE sessions ADD COLUMN inherits_cost INTEGER NOT NULL DEFAULT 0",
    (
        "CREATE INDEX sessions_by_origin ON sessions (forked_from_no) "
        "WHERE forked_from_no IS NOT NULL"
    ),
    _FACETS,
    "CREATE INDEX facets_by_model ON facets (model_no)",
    _FACETS_IN_BRIEF,
    _SOURCES,
    "CREATE INDEX sources_by_session ON sources (session_no)",
    "CREATE INDEX sources_by_file ON sources (inode, device)",
    _COST_STATES,
    _PRICE_THRESHOLDS,
    "INSERT INTO price_thresholds VALUES (100000, 1), (200000, 1)",
    _PRICED_MODELS,
    _PRICES,
    _PRICE_BASIS,
    _FACET_PRICES,
    _USAGE_BY_TIME,
    _USAGE_BY_SESSION,
    _USAGE_BY_HOUR,
    _USAGE_BY_DAY,
)

_MOVE_ROWS = (
    "DROP INDEX messages_by_key",
    "DROP INDEX messages_by_time",
    "DROP INDEX messages_by_session",
    "ALTER TABLE messages RENAME TO old_messages",
    _MESSAGES_BY_FACET,
    (
        f"INSERT OR IGNORE INTO facets ({', '.join(_FACET)}) "  # noqa: S608
        f"SELECT {', '.join(_FACET.values())} FROM old_messages"
    ),
    (
        "UPDATE facets SET brief_no = first_no FROM (SELECT facet_no AS alike_no, "  # noqa: S608
        f"min(facet_no) OVER (PARTITION BY {', '.join(_BRIEF)}) AS first_no FROM facets) "
        "WHERE facet_no = alike_no"
    ),
    (
        "INSERT INTO messages SELECT old.message_no, key_hash, key, session_no, facet_no, NULL, "  # noqa: S608
        "coalesce(agent_no, 0), at_ms, source, 0, input_tokens, output_tokens, "
        "cache_write_5m_tokens, cache_write_1h_tokens, cache_read_tokens, web_searches, "
        "web_fetches, reported_nano_usd, set_aside, extra, duration_ms, turns "
        f"FROM (SELECT *, {', '.join(f'{old} AS of_{name}' for name, old in _FACET.items())} "
        "FROM old_messages) AS old JOIN facets AS facet ON "
        f"{' AND '.join(f'facet.{name} = of_{name}' for name in _FACET)}"
    ),
    "DROP TABLE old_messages",
    "CREATE INDEX messages_by_key ON messages (key_hash) WHERE key_hash IS NOT NULL",
    "CREATE INDEX messages_by_time ON messages (at_ms)",
    "CREATE INDEX messages_by_session ON messages (session_no, at_ms)",
    "CREATE INDEX messages_by_source ON messages (source_no) WHERE source_no IS NOT NULL",
    _SHARED_MESSAGES,
    "CREATE INDEX shared_messages_by_session ON shared_messages (session_no)",
)

_ROLL_UP = (
    (
        f"INSERT INTO usage_by_session SELECT session_no, {_ROLLED_UP} "
        "GROUP BY session_no, quarter, facet_no"
    ),
    (
        f"INSERT INTO usage_by_time SELECT quarter, brief_no, {_SUMMED} "  # noqa: S608
        "FROM usage_by_session JOIN facets USING (facet_no) GROUP BY quarter, brief_no"
    ),
    (
        f"INSERT INTO usage_by_hour SELECT quarter / 4 AS hour, facet_no, {_SUMMED} "  # noqa: S608
        "FROM usage_by_time GROUP BY hour, facet_no"
    ),
    (
        f"INSERT INTO usage_by_day SELECT quarter / 96 AS day, facet_no, {_SUMMED}, max(quarter) "  # noqa: S608
        "FROM usage_by_session GROUP BY day, facet_no"
    ),
    "DROP TABLE quarters",
    _SET_BRIEF,
)


def add_transcripts_and_prices(connection: sqlite3.Connection) -> None:
    """Give rows facets, and add sources, prices and four rollups in the place of one."""
    for statement in (*_PREPARE, *_MOVE_ROWS, *_ROLL_UP):
        connection.execute(statement)

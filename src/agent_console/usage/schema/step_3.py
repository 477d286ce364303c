"""Schema version 3: budgets, and the alerts that they and other rules have raised.

Rule: never changed once released; see usage/database/migrations.py.
"""

import sqlite3

_BUDGETS = """
CREATE TABLE budgets ( -- what the person means to spend: one for each scope, subject and period
    budget_no INTEGER PRIMARY KEY AUTOINCREMENT, -- never given again: alerts name it
    scope TEXT NOT NULL CHECK (scope IN ('all', 'project', 'model')),
    subject TEXT NOT NULL, -- which project or model, as filters of reports name them; '' for all
    period TEXT NOT NULL CHECK (period IN ('daily', 'weekly', 'monthly')),
    limit_nano_usd INTEGER CHECK (limit_nano_usd > 0),
    limit_tokens INTEGER CHECK (limit_tokens > 0),
    billing_day INTEGER NOT NULL CHECK (billing_day BETWEEN 1 AND 31), -- months begin on it
    warn_at TEXT NOT NULL, -- JSON: the percents at which it alerts
    is_hard INTEGER NOT NULL CHECK (is_hard IN (0, 1)), -- the gate stops beyond it
    is_paused INTEGER NOT NULL CHECK (is_paused IN (0, 1)),
    round INTEGER NOT NULL, -- grows when it is set anew or reset: then thresholds count again
    reset_from_ms INTEGER, -- the start of the period in which spending was reset
    reset_pico_usd INTEGER NOT NULL, -- what that period had by then,
    reset_tokens INTEGER NOT NULL, -- which counts no longer
    changed_at_ms INTEGER NOT NULL,
    UNIQUE (scope, subject, period),
    CHECK ((limit_nano_usd IS NULL) != (limit_tokens IS NULL))
) STRICT"""

_ALERTS = """
CREATE TABLE budget_alerts ( -- what the person was told of, by budgets and by the other rules
    alert_no INTEGER PRIMARY KEY AUTOINCREMENT,
    once_key TEXT NOT NULL UNIQUE, -- what it is about, with its period and threshold: whoever
        -- writes the ledger raises it, and it is raised once
    kind TEXT NOT NULL, -- budget, burn_rate, limit, session_cost, context, waiting, ...
    severity TEXT NOT NULL CHECK (severity IN ('warning', 'exceeded')),
    message TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    session_id TEXT,
    budget_no INTEGER, -- it may be there no longer
    threshold_percent INTEGER,
    percent REAL,
    spent_pico_usd INTEGER,
    limit_pico_usd INTEGER,
    spent_tokens INTEGER,
    limit_tokens INTEGER,
    acknowledged_at_ms INTEGER,
    snoozed_until_ms INTEGER, -- told again then
    told_at_ms INTEGER -- when subscribers of the daemon heard its newest state; null: not yet
) STRICT"""


def add_budgets(connection: sqlite3.Connection) -> None:
    """Add the tables; nothing that is there changes."""
    for statement in (
        _BUDGETS,
        _ALERTS,
        "CREATE INDEX budget_alerts_untold ON budget_alerts (alert_no) WHERE told_at_ms IS NULL",
        (
            "CREATE INDEX budget_alerts_snoozed ON budget_alerts (snoozed_until_ms) "
            "WHERE snoozed_until_ms IS NOT NULL"
        ),
    ):
        connection.execute(statement)

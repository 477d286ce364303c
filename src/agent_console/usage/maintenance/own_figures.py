"""What sessions cost by Claude Code's own reckoning, beside what they cost by ours.

Rule: nothing is written, and nothing but the ledger is read.

When Claude Code leaves a session it writes what the session has cost so far, by model. The rows
that the session had until then are the same requests, so whatever differs has one of three reasons:
we know no price of the model; the tokens are not the same; the same tokens have other prices. (A
fork that begins with its original's total cannot be compared and is left out.)
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from agent_console.claude_code.model_names import bare_name, without_mark
from agent_console.usage.cost_sql import PICO_PER_NANO, TOKENS, cost_sum, priced
from agent_console.usage.database.migrations import MIGRATIONS, schema_version
from agent_console.usage.database.opening import ledger_error
from agent_console.usage.database.read_only import open_read_only
from agent_console.usage.periods import QUARTER_MS

NEWEST = 1_000
"""So many sessions are compared: those that were left last."""

_ROUNDING_NANO_USD = 1_000
"""Claude Code's figures are floats; less than a millionth of a dollar is no difference."""


class Compared(Struct, frozen=True):
    """A model's part of the sessions that were compared.

    Attributes:
        told_nano_usd: By Claude Code's own reckoning.
        ours_nano_usd: By ours; null: nobody knows a price of the model.
        more_tokens: How many we have beyond Claude Code's; negative when we have less.
        own_price: The person has a price for it, or a discount.
    """

    model: str
    told_nano_usd: int
    ours_nano_usd: int | None
    more_tokens: int
    own_price: bool

    @property
    def differs(self) -> bool:
        """The two are not the same amount."""
        ours = self.ours_nano_usd
        return ours is None or abs(ours - self.told_nano_usd) > _ROUNDING_NANO_USD


class OwnFigures(Struct, frozen=True):
    """The comparison.

    Attributes:
        sessions: How many were compared.
        models: The sums over them, what cost most first.
        priced: All their prices have been looked up: costs without are lower than they will be.
    """

    sessions: int
    models: tuple[Compared, ...]
    priced: bool


_LEFT = """
CREATE TEMP TABLE left_sessions AS
SELECT session_no, at_ms, number FROM (
    SELECT session_no, at_ms, number,
        row_number() OVER (PARTITION BY session_no ORDER BY at_ms DESC, number DESC) AS nth
    FROM cost_states JOIN sessions USING (session_no) WHERE NOT inherits_cost
        AND session_no NOT IN (SELECT session_no FROM cost_states WHERE told_nano_usd IS NULL)
) WHERE nth = 1 ORDER BY at_ms DESC LIMIT ?"""

_TOLD = """
SELECT name, sum(told_nano_usd), sum(
    input_tokens + output_tokens + cache_write_5m_tokens + cache_write_1h_tokens + cache_read_tokens
)
FROM temp.left_sessions CROSS JOIN cost_states USING (session_no, at_ms, number)
JOIN names ON name_no = model_no GROUP BY name ORDER BY name"""

_ROWS = (
    f"(SELECT messages.*, messages.at_ms / {QUARTER_MS} AS quarter "  # noqa: S608
    "FROM temp.left_sessions AS left_at CROSS JOIN messages "
    "ON messages.session_no = left_at.session_no AND messages.at_ms <= left_at.at_ms "
    "WHERE NOT set_aside AND NOT extra)"
)
_OURS = (
    f"SELECT facet.model_no, name, {cost_sum()}, sum({TOKENS}) FROM {priced(_ROWS)} "  # noqa: S608
    "JOIN names ON name_no = facet.model_no GROUP BY facet.model_no"
)
_PRICED = "SELECT model_no FROM priced_models"
_OWN_PRICES = """
SELECT model_no FROM priced_models
WHERE instr(origin, 'config') OR (SELECT discount_ppm FROM price_basis)"""


class _Ours(Struct, frozen=True):
    """What the rows of a model come to. Cost in picodollars; null: nobody knows a price."""

    cost: int | None
    tokens: int
    own: bool
    looked_up: bool

    def plus(self, other: "_Ours") -> "_Ours":
        """That of the same model by another name too."""
        cost = None if self.cost is None or other.cost is None else self.cost + other.cost
        return _Ours(
            cost,
            self.tokens + other.tokens,
            self.own or other.own,
            self.looked_up and other.looked_up,
        )


_NONE = _Ours(0, 0, own=False, looked_up=True)


def own_figures(database: Path) -> OwnFigures | None:
    """The comparison of a ledger; null while it is of an older schema.

    Raises:
        LedgerError: There is none, or it cannot be read.
    """
    try:
        with closing(open_read_only(database)) as connection:
            if schema_version(connection) != len(MIGRATIONS):
                return None
            return _compared(connection)
    except sqlite3.Error as error:
        raise ledger_error(database, error) from error


def _compared(connection: sqlite3.Connection) -> OwnFigures:
    connection.execute("BEGIN")
    connection.execute(_LEFT, (NEWEST,))
    (sessions,) = connection.execute("SELECT count(*) FROM temp.left_sessions").fetchone()
    own = {model_no for (model_no,) in connection.execute(_OWN_PRICES)}
    looked_up = {model_no for (model_no,) in connection.execute(_PRICED)}
    ours: dict[str, _Ours] = {}
    for model_no, name, cost, tokens in connection.execute(_OURS).fetchall():
        found = _Ours(cost, tokens, own=model_no in own, looked_up=model_no in looked_up)
        model = bare_name(name)
        ours[model] = found.plus(ours[model]) if model in ours else found
    told: dict[str, tuple[str, int, int]] = {}
    for name, nano, tokens in connection.execute(_TOLD).fetchall():
        model = bare_name(name)
        shown, nano_before, tokens_before = told.get(model, (without_mark(name), 0, 0))
        told[model] = shown, nano_before + nano, tokens_before + tokens
    models: list[Compared] = []
    for model, (shown, told_nano, told_tokens) in told.items():
        found = ours.get(model, _NONE)
        nano_usd = None if found.cost is None else round(found.cost / PICO_PER_NANO)
        models.append(Compared(shown, told_nano, nano_usd, found.tokens - told_tokens, found.own))
    models.sort(key=lambda model: (-model.told_nano_usd, model.model))
    priced_all = all(found.looked_up for model, found in ours.items() if model)
    return OwnFigures(sessions, tuple(models), priced_all)

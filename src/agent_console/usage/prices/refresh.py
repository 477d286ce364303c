"""Look up what models cost, and write it into the ledger.

Rule: the catalogue is asked before the write lock is taken, only for models that have not been
looked up, or for all of them when the catalogue or the user's own prices are others than last time.
A report never asks it: what it needs stands in `facet_prices`.

S608 is silenced where a statement is put together from constants only.
"""

from sqlite3 import Connection

import msgspec
from msgspec import Struct

from agent_console.config_prices import PricesConfig
from agent_console.usage.prices.facet_prices import price_facets
from agent_console.usage.prices.installed import price_makers
from agent_console.usage.prices.looking_up import LookingUp
from agent_console.usage.prices.rates import parts_per_million
from agent_console.usage.prices.thresholds import add_thresholds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.usage.prices.lookup import LookedUp


class PricesChanged(Struct, frozen=True):
    """What a refresh has changed.

    Attributes:
        models: The models that have been looked up; empty: nothing was to do.
        unpriced: Those of them that have no price.
    """

    models: tuple[str, ...]
    unpriced: tuple[str, ...]


NOTHING_CHANGED = PricesChanged((), ())

_MODELS = """
    WITH RECURSIVE used (model_no) AS (
        SELECT min(model_no) FROM facets WHERE model_no > 0
        UNION ALL
        SELECT (SELECT min(model_no) FROM facets WHERE model_no > used.model_no)
        FROM used WHERE used.model_no IS NOT NULL
    )
    SELECT model_no FROM used WHERE model_no IS NOT NULL"""
"""Each model of the facets: one step of the index for each, however many facets there are."""

_NEW_ONES = f"{_MODELS} AND model_no NOT IN (SELECT model_no FROM priced_models)"  # noqa: S608
_NOT_LOOKED_UP = f"SELECT EXISTS ({_NEW_ONES})"
_NAMED = f"SELECT name_no, name FROM ({_MODELS}) JOIN names ON name_no = model_no"  # noqa: S608


def needs_refresh(connection: Connection, prices: PricesConfig) -> bool:
    """Something is to be looked up. Cheap: it imports nothing."""
    if _basis(connection) != (price_makers(), _written(prices)):
        return True
    (there,) = connection.execute(_NOT_LOOKED_UP).fetchone()
    return bool(there)


def refresh(
    connection: Connection,
    prices: PricesConfig,
    at_ms: int,
    looking_up: LookingUp | None = None,
) -> PricesChanged:
    """Bring the ledger's prices up to date, in one transaction.

    Args:
        connection: The ledger, outside of a transaction.
        prices: The user's own.
        at_ms: Now, Unix milliseconds.
        looking_up: Who asks the catalogue; null: this process.

    Raises:
        LookUpError: The process that does it has failed.
    """
    basis = (price_makers(), _written(prices))
    same = _basis(connection) == basis
    wanted = _models_to_look_up(connection, all_of_them=not same)
    if same and not wanted:
        return NOTHING_CHANGED
    looked_up = (looking_up or LookingUp()).look_up(list(wanted.values()), prices)
    found = dict(zip(wanted, looked_up, strict=True))
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(
            "INSERT OR REPLACE INTO price_basis VALUES (1, ?, ?, ?)",
            (*basis, parts_per_million(prices.discount_percent)),
        )
        for model_no, model in found.items():
            _write(connection, model_no, model, at_ms)
        add_thresholds(connection, [model.periods for model in found.values()])
        facets = connection.execute(
            "SELECT facet_no FROM facets WHERE model_no IN (SELECT value FROM json_each(?))",
            (msgspec.json.encode(list(found)),),
        )
        price_facets(connection, [facet_no for (facet_no,) in facets.fetchall()])
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return PricesChanged(
        tuple(wanted.values()),
        tuple(wanted[number] for number, model in found.items() if not model.periods),
    )


def _basis(connection: Connection) -> tuple[str, str] | None:
    found: tuple[str, str] | None = connection.execute(
        "SELECT makers, config FROM price_basis"
    ).fetchone()
    return found


def _written(prices: PricesConfig) -> str:
    return msgspec.json.encode(prices).decode()


def _models_to_look_up(connection: Connection, *, all_of_them: bool) -> dict[int, str]:
    known = "" if all_of_them else " WHERE name_no NOT IN (SELECT model_no FROM priced_models)"
    return dict(connection.execute(f"{_NAMED}{known} ORDER BY name"))


def _write(connection: Connection, model_no: int, model: "LookedUp", at_ms: int) -> None:
    connection.execute("DELETE FROM prices WHERE model_no = ?", (model_no,))
    connection.execute(
        "INSERT INTO priced_models VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "origin = excluded.origin, catalogue_name = excluded.catalogue_name, "
        "looked_up_at_ms = excluded.looked_up_at_ms",
        (model_no, model.origin, model.catalogue_name, at_ms),
    )
    connection.executemany(
        "INSERT INTO prices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (model_no, period.from_quarter, tier.prompt_over, *msgspec.structs.astuple(tier.rates))
            for period in model.periods
            for tier in period.tiers
        ],
    )

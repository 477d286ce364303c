"""The prices that are used, for whoever wants to see them.

Rule: what is listed is what the ledger computes with, read from its own tables. Only models that
are not in the ledger (`everything`) are looked up for the list.
"""

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from sqlite3 import Connection

from msgspec import Struct

from agent_console.config_prices import PricesConfig
from agent_console.usage.database.opening import ledger_error, open_database
from agent_console.usage.database.progress import Tell
from agent_console.usage.periods import QUARTER_MS
from agent_console.usage.prices.installed import catalogue_installed_ms, price_makers
from agent_console.usage.prices.rates import Rates, usd_per_million, usd_per_thousand
from agent_console.usage.prices.refresh import refresh


class ListedPrice(Struct, frozen=True):
    """What a model costs from a day on, for prompts of a size.

    Attributes:
        since: The day, as `2026-03-13` in UTC; null: always.
        prompt_over: For whole prompts of more tokens than this.
        input, output, cache_write_5m, cache_write_1h, cache_read: US dollars per million tokens.
        web_search: US dollars per thousand searches.
    """

    since: str | None
    prompt_over: int
    input: Decimal
    output: Decimal
    cache_write_5m: Decimal
    cache_write_1h: Decimal
    cache_read: Decimal
    web_search: Decimal


class ListedModel(Struct, frozen=True):
    """A model and its price over time.

    Attributes:
        in_ledger: Some row of the ledger is of it.
        catalogue_name: Its name in the catalogue; null when it is not there.
        origin: Who says the price; null: nobody, the model has none.
        prices: The oldest first, small prompts first; empty when there is none.
    """

    model: str
    in_ledger: bool
    catalogue_name: str | None
    origin: str | None
    prices: list[ListedPrice]


class UnpricedKind(Struct, frozen=True):
    """Responses of a model with a price, served in a way that has no published one."""

    model: str
    speed: str
    service_tier: str
    inference_geo: str


class PriceList(Struct, frozen=True):
    """All that `agent-console pricing` shows.

    Attributes:
        makers: The releases of agent-console and of the catalogue.
        installed_ms: When this release of the catalogue was installed, Unix milliseconds; null
            when that cannot be told. It says no date of its own.
        looked_up_ms: When the newest of the ledger's prices was looked up; null: there is none.
    """

    models: list[ListedModel]
    unpriced_kinds: list[UnpricedKind]
    makers: str
    installed_ms: int | None
    looked_up_ms: int | None


def price_list(
    path: Path, prices: PricesConfig, at_ms: int, *, everything: bool, tell: Tell | None = None
) -> PriceList:
    """The prices of the ledger's models, looked up first where that is due.

    Args:
        path: The ledger; made when it is missing.
        prices: The user's own.
        at_ms: Now, Unix milliseconds.
        everything: Also all models of Anthropic that the ledger does not have.
        tell: Hears of a migration.

    Raises:
        LedgerError: The ledger cannot be opened, read or written.
    """
    connection = open_database(path, tell=tell)
    try:
        refresh(connection, prices, at_ms)
        models = _models(connection)
        unpriced = [UnpricedKind(*row) for row in connection.execute(_UNPRICED)]
        (looked_up_ms,) = connection.execute(
            "SELECT max(looked_up_at_ms) FROM priced_models"
        ).fetchone()
    except sqlite3.Error as error:
        raise ledger_error(path, error) from error
    finally:
        connection.close()
    if everything:
        models += _others({model.catalogue_name for model in models}, prices)
    return PriceList(models, unpriced, price_makers(), catalogue_installed_ms(), looked_up_ms)


_PRICES = """
    SELECT name, catalogue_name, origin, from_quarter, prompt_over, input_pico_usd,
    output_pico_usd, cache_write_5m_pico_usd, cache_write_1h_pico_usd, cache_read_pico_usd,
    web_search_pico_usd
    FROM priced_models JOIN names ON name_no = model_no LEFT JOIN prices USING (model_no)
    ORDER BY name, from_quarter, prompt_over"""

_UNPRICED = """
    SELECT DISTINCT model.name, speed.name, tier.name, geo.name
    FROM facets JOIN priced_models AS priced USING (model_no)
    JOIN names AS model ON model.name_no = model_no
    JOIN names AS speed ON speed.name_no = speed_no
    JOIN names AS tier ON tier.name_no = service_tier_no
    JOIN names AS geo ON geo.name_no = inference_geo_no
    WHERE origin IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM facet_prices WHERE facet_prices.facet_no = facets.facet_no)
    ORDER BY 1, 2, 3, 4"""


def _models(connection: Connection) -> list[ListedModel]:
    models: dict[str, ListedModel] = {}
    for name, catalogue_name, origin, start, over, *picos in connection.execute(_PRICES):
        model = models.setdefault(name, ListedModel(name, True, catalogue_name, origin, []))
        if start is not None:
            model.prices.append(_listed(start, over, Rates(*picos)))
    return list(models.values())


def _others(listed: set[str | None], prices: PricesConfig) -> list[ListedModel]:
    from agent_console.usage.prices import catalogue  # noqa: PLC0415 - only for the whole list
    from agent_console.usage.prices.lookup import look_up  # noqa: PLC0415 - as above

    others: list[ListedModel] = []
    for name in catalogue.anthropic_models():
        found = look_up(name, prices)
        if found.catalogue_name not in listed:
            rows = [
                _listed(period.from_quarter, tier.prompt_over, tier.rates)
                for period in found.periods
                for tier in period.tiers
            ]
            others.append(ListedModel(name, False, found.catalogue_name, found.origin, rows))
    return others


def _listed(from_quarter: int, prompt_over: int, rates: Rates) -> ListedPrice:
    day = datetime.fromtimestamp(from_quarter * QUARTER_MS / 1000, UTC).date()
    return ListedPrice(
        day.isoformat() if from_quarter else None,
        prompt_over,
        usd_per_million(rates.input),
        usd_per_million(rates.output),
        usd_per_million(rates.cache_write_5m),
        usd_per_million(rates.cache_write_1h),
        usd_per_million(rates.cache_read),
        usd_per_thousand(rates.web_search),
    )

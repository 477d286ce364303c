"""A ledger with usage made by hand, and what it costs by the SQL that reports use."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from agent_console.config_prices import PriceOverride, PricesConfig
from agent_console.usage.cost_sql import PICO_PER_USD, cost, priced, unpriced_tokens
from agent_console.usage.database.opening import open_database
from agent_console.usage.periods import quarter
from agent_console.usage.prices.facet_prices import price_facets
from agent_console.usage.prices.looking_up import LookingUp
from agent_console.usage.prices.refresh import PricesChanged, needs_refresh, refresh

if TYPE_CHECKING:
    from agent_console.usage.cost_sql import Mode

NO_PRICES = PricesConfig()


def at(day: str) -> int:
    """The quarter in which a moment like `2026-03-13` or `2026-03-12T23:59` UTC is."""
    return quarter(round(datetime.fromisoformat(f"{day}+00:00").timestamp() * 1000))


NOW = "2026-11-26T12:00"


class PricedLedger:
    """Facets and sums of rows, as the writer would leave them."""

    def __init__(self, folder: Path) -> None:
        self.connection = open_database(folder / "metrics.db")

    def facet(
        self,
        model: str,
        *,
        speed: str = "",
        tier: str = "",
        geo: str = "",
        prompt_over: int = 0,
        reported: bool = False,
    ) -> int:
        """A new facet's number; without a price until somebody makes one."""
        facet_no = self.connection.execute(
            "INSERT INTO facets (project_no, branch_no, version_no, entrypoint_no, model_no, "
            "speed_no, service_tier_no, inference_geo_no, agent_type_no, skill_no, is_subagent, "
            "kind, prompt_over, cost_is_reported, output_is_lower_bound) "
            "VALUES (0, 0, 0, 0, ?, ?, ?, ?, 0, 0, 0, 1, ?, ?, 0)",
            (*map(self._name, (model, speed, tier, geo)), prompt_over, reported),
        ).lastrowid
        assert facet_no is not None
        return facet_no

    def use(
        self,
        facet_no: int,
        when: str = NOW,
        /,
        *,
        input: int = 0,  # noqa: A002 - as the columns say it
        output: int = 0,
        write_5m: int = 0,
        write_1h: int = 0,
        read: int = 0,
        searches: int = 0,
        reported_nano_usd: int = 0,
    ) -> None:
        """Sums of a quarter."""
        self.connection.execute(
            "INSERT INTO usage_by_time VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?)",
            (
                at(when),
                facet_no,
                *(input, output, write_5m, write_1h, read, searches, reported_nano_usd),
            ),
        )

    def needs_refresh(self, prices: PricesConfig = NO_PRICES) -> bool:
        return needs_refresh(self.connection, prices)

    def refresh(
        self, prices: PricesConfig = NO_PRICES, looking_up: LookingUp | None = None
    ) -> PricesChanged:
        return refresh(self.connection, prices, at_ms=1, looking_up=looking_up)

    def price(self, facet_nos: Iterable[int]) -> None:
        """As the writer does for facets that it has just made."""
        self.connection.execute("BEGIN IMMEDIATE")
        price_facets(self.connection, facet_nos)
        self.connection.execute("COMMIT")

    def cost(self, mode: "Mode" = "auto") -> Decimal | None:
        """US dollars of everything; null when nothing has a cost."""
        (pico,) = self.connection.execute(
            f"SELECT sum({cost(mode)}) FROM {priced('usage_by_time')}"
        ).fetchone()
        assert pico is None or type(pico) is int
        return None if pico is None else Decimal(pico) / PICO_PER_USD

    def unpriced(self, mode: "Mode" = "auto") -> int:
        (tokens,) = self.connection.execute(
            f"SELECT sum({unpriced_tokens(mode)}) FROM {priced('usage_by_time')}"
        ).fetchone()
        return int(tokens)

    def rows(self, table: str) -> list[tuple[object, ...]]:
        return self.connection.execute(f"SELECT * FROM {table}").fetchall()

    def _name(self, name: str) -> int:
        self.connection.execute("INSERT OR IGNORE INTO names (name) VALUES (?)", (name,))
        (number,) = self.connection.execute(
            "SELECT name_no FROM names WHERE name = ?", (name,)
        ).fetchone()
        return int(number)


def own(model: str, *, discount: str = "0", **prices: str | int) -> PricesConfig:
    """A configuration with one override; prices are written as texts."""
    return PricesConfig(Decimal(discount), (override(model, **prices),))


def override(model: str, **prices: str | int) -> PriceOverride:
    from datetime import date

    since = prices.pop("since", None)
    return PriceOverride(
        model,
        date.fromisoformat(str(since)) if since else None,
        int(prices.pop("prompt_over", 0)),
        **{name: Decimal(price) for name, price in prices.items()},
    )

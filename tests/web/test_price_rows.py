"""Prices as the page lists them."""

from datetime import UTC, date
from decimal import Decimal

from agent_console.config_prices import PriceOverride, PricesConfig
from agent_console.usage.prices.listing import (
    ListedModel,
    ListedPrice,
    PriceList,
    UnpricedKind,
)
from agent_console.web.prices.price_rows import entry_words, price_age, price_rows, unpriced_words

DAY_MS = 86_400_000


def listed(since: str | None, over: int, usd: str) -> ListedPrice:
    return ListedPrice(since, over, *[Decimal(usd)] * 6)


FOUND = PriceList(
    [
        ListedModel("claude-opus-4-6", True, "anthropic/opus", "genai-prices 1.0",
                    [listed(None, 0, "5"), listed(None, 200_000, "10"),
                     listed("2026-03-13", 0, "0.025")]),
        ListedModel("house\x1b[31m-model", True, None, None, []),
    ],
    [UnpricedKind("claude-opus-4-6", "fast", "", "us")],
    "agent-console 0.1.0, genai-prices 1.0 (123 bytes)",
    100 * DAY_MS,
    101 * DAY_MS,
)  # fmt: skip


def test_every_price_has_a_row_of_its_own() -> None:
    rows = price_rows(FOUND, PricesConfig())

    assert [(row["name"], row["since"], row["prompt"], row.get("input")) for row in rows] == [
        ("opus-4-6", "always", "", "5.00"),
        ("", "", ">200k", "10.00"),
        ("", "2026-03-13", "", "0.025"),
        (rows[3]["name"], "", "", None),
    ]
    assert "\x1b" not in rows[3]["name"]
    assert len({row["key"] for row in rows}) == len(rows)
    assert rows[3]["origin"] == "nobody: its tokens are unpriced"


def test_the_age_of_the_catalogue_is_told() -> None:
    assert price_age(FOUND, 110 * DAY_MS, UTC) == (
        "From genai-prices 1.0, installed on 1970-04-11 (10 days ago); last looked up on "
        "1970-04-12."
    )


def test_what_has_no_price_is_told() -> None:
    said = unpriced_words(FOUND)

    assert said[1] == "claude-opus-4-6 with speed fast, inference geo us has no published price."
    assert "has no price" in said[0]
    assert "\x1b" not in said[0]


def test_an_entry_of_ones_own_in_words() -> None:
    entry = PriceOverride("m", date(2026, 3, 1), 200_000, input=Decimal("1.5"), output=Decimal(2))

    assert entry_words(entry) == ("input 1.50, output 2.00 from 2026-03-01 for prompts >200k")

"""Sums in SQL are what exact decimals give, whatever the prices, factors and discounts."""

import tempfile
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from pathlib import Path

from hypothesis import given, settings, strategies as st
from tests.usage.prices.priced_ledger import PricedLedger, own

PRICES = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read", "web_search")
USAGE = ("input", "output", "write_5m", "write_1h", "read", "searches")
SERVED = {
    ("", "", ""): Decimal(1),
    ("fast", "", ""): Decimal(6),
    ("", "batch", "us"): Decimal("0.55"),
    ("fast", "", "us"): Decimal("6.6"),
}
MODEL = "claude-opus-4-6"

COUNTS = st.tuples(*[st.integers(0, 10**7)] * 5, st.integers(0, 1000))

# What is dearer than this, times all the tokens, is more than nine million dollars.
prices = st.tuples(*[st.decimals(0, 100, places=7)] * 6)
usages = st.lists(
    st.tuples(st.sampled_from(list(SERVED)), COUNTS),
    max_size=20,
)


@settings(max_examples=50, deadline=None)
@given(prices=prices, discount=st.decimals(0, 100, places=4), usages=usages)
def test_a_sum_is_exact(
    prices: tuple[Decimal, ...],
    discount: Decimal,
    usages: list[tuple[tuple[str, str, str], tuple[int, ...]]],
) -> None:
    config = own(
        MODEL,
        discount=str(discount),
        **{name: str(price) for name, price in zip(PRICES, prices, strict=True)},
    )
    expected = Decimal(0)
    with tempfile.TemporaryDirectory() as folder, localcontext(prec=60):
        ledger = PricedLedger(Path(folder))
        facets = {
            served: ledger.facet(MODEL, speed=served[0], tier=served[1], geo=served[2])
            for served in SERVED
        }
        for day, (served, counts) in enumerate(usages):
            when = f"2026-05-{day + 1:02}"
            ledger.use(facets[served], when, **dict(zip(USAGE, counts, strict=True)))
            for count, price, name in zip(counts, prices, PRICES, strict=True):
                factor = Decimal(1) if name == "web_search" else SERVED[served]
                expected += count * _unit(price, name, factor * (1 - discount / 100))
        ledger.refresh(config)

        cost = ledger.cost()
        ledger.connection.close()

        assert cost == (expected / 10**12 if usages else None)


def _unit(price: Decimal, name: str, factor: Decimal) -> Decimal:
    """Picodollars a token: the price as it is written, rounded, then with factors, rounded."""
    scale = 10**9 if name == "web_search" else 10**6
    pico = (price * scale).quantize(Decimal(1), ROUND_HALF_EVEN)
    return (pico * factor).quantize(Decimal(1), ROUND_HALF_EVEN)

"""Money becomes integer nano-dollars exactly as it was written."""

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from agent_console.usage.money import nano_usd, usd


@pytest.mark.parametrize(
    ("dollars", "nano"),
    [
        (0, 0),
        (0.0, 0),
        (0.1, 100_000_000),
        (0.3, 300_000_000),
        (1e-9, 1),
        (5e-10, 1),
        (4e-10, 0),
        (2.5e-9, 3),
        (1e9, 10**18),
        (123456.789012345, 123_456_789_012_345),
    ],
)
def test_nano_dollars_of(dollars: float, nano: int) -> None:
    assert nano_usd(dollars) == nano


@given(st.integers(0, 10**15))
def test_nano_dollars_leave_as_they_came(nano: int) -> None:
    assert nano_usd(usd(nano)) == nano


@given(st.floats(0, 1e9))
def test_rounding_is_never_off_by_more_than_half_a_nano_dollar(dollars: float) -> None:
    assert abs(Decimal(nano_usd(dollars)) - Decimal(repr(dollars)) * 10**9) <= Decimal("0.5")

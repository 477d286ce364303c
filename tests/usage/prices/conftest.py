"""A ledger of the test's own, with prices."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.usage.prices.priced_ledger import PricedLedger


@pytest.fixture
def priced(scratch_home: Path) -> Iterator[PricedLedger]:
    ledger = PricedLedger(scratch_home)
    yield ledger
    ledger.connection.close()

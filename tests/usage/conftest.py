from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_console.usage.writing.ledger import Ledger


@pytest.fixture
def database(scratch_home: Path) -> Path:
    """Where the ledger of a test lies; nothing is there yet."""
    return scratch_home / "data" / "metrics.db"


@pytest.fixture
def ledger(database: Path) -> Iterator[Ledger]:
    """An open ledger of its own file."""
    opened = Ledger(database)
    yield opened
    opened.close()

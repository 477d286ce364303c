"""A socket that listens to hooks, and a place where none does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.hooks.running import Listener


@pytest.fixture
def socket_path(scratch_home: Path) -> Path:
    """Where nobody listens."""
    return scratch_home / "d.sock"


@pytest.fixture
def listener(socket_path: Path) -> Iterator[Listener]:
    """Somebody who listens."""
    listener = Listener(socket_path)
    yield listener
    listener.close()

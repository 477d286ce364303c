"""Daemons for tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.daemon.running import Daemon, running_daemon


@pytest.fixture
def daemon(scratch_home: Path) -> Iterator[Daemon]:
    """A daemon that the test starts itself."""
    daemon = Daemon(scratch_home)
    yield daemon
    daemon.close()


@pytest.fixture(scope="module")
def shared_daemon() -> Iterator[Daemon]:
    """A running daemon for a whole module, whose tests keep to sessions of their own."""
    yield from running_daemon()

"""What the tests of terminals share: a tmux server, and stand-ins for other programs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.terminals.real_tmux import TmuxServer, tmux_server
from tests.terminals.stand_ins import StandIns


@pytest.fixture
def server(scratch_home: Path) -> Iterator[TmuxServer]:
    with tmux_server(scratch_home) as server:
        yield server


@pytest.fixture
def programs(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """A PATH on which only stand-ins lie, and what the system cannot do without."""
    return StandIns(scratch_home / "bin", monkeypatch)

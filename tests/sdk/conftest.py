"""What the tests of the SDK share: a daemon on a real socket, and a recorder that talks to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.daemon.running import Daemon

from agent_console.sdk import recorder
from agent_console.sdk.recorder import Recorder

FLUSH_SECONDS = 20


@pytest.fixture
def daemon(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemon]:
    """A daemon that the test starts itself, on the socket that everybody finds."""
    daemon = Daemon(scratch_home)
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", daemon.path)
    yield daemon
    daemon.close()


@pytest.fixture
def recording(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """The recorder of the process, for this test only."""
    ours = Recorder(pause_seconds=0)
    monkeypatch.setattr(recorder, "OF_THIS_PROCESS", ours)
    yield ours
    assert ours.flush(FLUSH_SECONDS)
    ours.close()

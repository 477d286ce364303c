"""What every test shares: both event loops, and a home that is not the person's."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Async tests run on both event loops."""
    return str(request.param)


@pytest.fixture(autouse=True)
def scratch_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of the test's own, short enough for socket paths, with no variable of ours set."""
    home = Path(tempfile.mkdtemp(prefix="ac", dir="/tmp"))
    for name in list(os.environ):
        if name.startswith(("XDG_", "CLAUDE_", "AGENT_CONSOLE_", "LISTEN_", "NOTIFY_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    yield home
    shutil.rmtree(home, ignore_errors=True)

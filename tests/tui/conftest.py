"""Textual runs on asyncio only; its tests have a real daemon of their own."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.client.real_daemon import real_daemon

from agent_console.tui import looking


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def socket(scratch_home: Path) -> Iterator[str]:
    """The socket of a running daemon."""
    path = f"{scratch_home}/run/s"
    with real_daemon(path):
        yield path


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of day are shown in one zone."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks at a row for so long, however slow the machine, unless a test says so."""
    monkeypatch.setattr(looking, "LOOK_SECONDS", 3600.0)

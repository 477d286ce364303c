"""The command line against the real daemon."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct
from tests.client.real_daemon import real_daemon
from tests.usage.reports.ledgers import NOON_MS

from agent_console.__main__ import main


class Done(Struct, frozen=True):
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its stdout, decoded."""
        return msgspec.json.decode(self.out)


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command in this process."""

    def run(*arguments: str) -> Done:
        code = main(arguments)
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return run


@pytest.fixture
def socket(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path every command and daemon of the test uses."""
    path = str(scratch_home / "s.sock")
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", path)
    return path


@pytest.fixture
def daemon(socket: str) -> Iterator[int]:
    """A daemon that runs; its process id."""
    with real_daemon(socket) as process:
        yield process.pid


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon, UTC, for what reports and insight compare with now."""
    monkeypatch.setattr("agent_console.usage.reports.request.now_ms", lambda: NOON_MS)
    monkeypatch.setenv("TZ", "UTC")

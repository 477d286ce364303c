"""A systemctl that writes down how it was called.

Rule: tests never talk to a real user manager: it belongs to the person whose machine this is.
"""

import os
from pathlib import Path

import pytest


class Systemctl:
    """A systemctl that notes its arguments."""

    def __init__(self, folder: Path) -> None:
        self._calls = folder / "calls"
        self._calls.touch()
        self._program = folder / "systemctl"
        self.answers(active=False)

    def answers(self, *, active: bool, reachable: bool = True, failed: bool = False) -> None:
        self._program.write_text(
            "#!/bin/sh\n"
            f'echo "$*" >>{self._calls}\n'
            f'case "$*" in *is-active*) exit {0 if active else 3};; esac\n'
            f'case "$*" in *is-failed*) exit {0 if failed else 1};; esac\n'
            f"exit {0 if reachable else 1}\n"
        )
        self._program.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        asked = ("show-environment", "is-active", "is-failed", "is-enabled")
        lines = self._calls.read_text().splitlines()
        short = [line.removeprefix("--user --no-pager ") for line in lines]
        return [line for line in short if not line.startswith(asked)]

    def forget(self) -> None:
        self._calls.write_text("")


@pytest.fixture
def systemctl(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> Systemctl:
    """On PATH, beside an agent-console."""
    folder = scratch_home / "bin"
    folder.mkdir()
    program = folder / "agent-console"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return Systemctl(folder)

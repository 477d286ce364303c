"""Programs that are called as other people's are, and only write down how.

Rule: what they are called with is held against the documentation of the real ones, which the
modules in terminals/ name; no stand-in says more than that it was called.
"""

import json
import os
import sys
from pathlib import Path

import pytest
from msgspec import Struct

_PROGRAM = """\
#!{python} -IS
import json, os, sys
with open({log!r}, "a") as log:
    words = [os.path.basename(sys.argv[0]), *sys.argv[1:]]
    log.write(json.dumps([words, os.getcwd(), dict(os.environ)]) + "\\n")
sys.stdout.write({stdout!r})
sys.stderr.write({stderr!r})
sys.exit({code})
"""


class Call(Struct, frozen=True):
    """How a program was called."""

    words: list[str]
    folder: str
    env: dict[str, str]


class StandIns:
    """The programs on the PATH.

    Attributes:
        folder: Where they lie.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._log = folder.parent / "calls.jsonl"
        folder.mkdir()
        monkeypatch.setenv("PATH", str(folder))

    def add(self, name: str, *, code: int = 0, stdout: str = "", stderr: str = "") -> None:
        """Put a program on the PATH, or another one in its place."""
        path = self.folder / name
        path.write_text(
            _PROGRAM.format(
                python=os.path.realpath(sys.executable),
                log=str(self._log),
                stdout=stdout,
                stderr=stderr,
                code=code,
            )
        )
        path.chmod(0o755)

    @property
    def calls(self) -> list[Call]:
        """All calls so far."""
        if not self._log.exists():
            return []
        return [Call(*json.loads(line)) for line in self._log.read_text().splitlines()]

    @property
    def call(self) -> Call:
        """The only call."""
        (call,) = self.calls
        return call

"""A session bus of the test's own with a desktop on it, as far as notifications go.

Rule: both are ended by their pid.
"""

import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from typing import IO, Any

import pytest

SECONDS = 20
_SERVICE = Path(__file__).with_name("desktop_service.py")

needs_dbus = pytest.mark.skipif(which("dbus-daemon") is None, reason="dbus-daemon is not installed")


class Desktop:
    """The notification service of a desktop."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        assert process.stdin is not None
        self._out: IO[str] = process.stdout
        self._in: IO[str] = process.stdin
        assert self._out.readline() == "ready\n"

    def shown(self) -> dict[str, Any]:
        """The next notice it was given."""
        notice: dict[str, Any] = json.loads(self._out.readline())
        return notice

    def click(self, number: int) -> None:
        """Click a notice; the first one has number 1."""
        self._in.write(f"{number}\n")
        self._in.flush()


@contextmanager
def session_bus(folder: Path) -> Generator[str]:
    """A bus on which nobody is yet; its address."""
    address = f"unix:path={folder}/bus"
    process = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address", f"--address={address}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


@contextmanager
def desktop() -> Generator[Desktop]:
    """A desktop on the bus that the environment names."""
    process = subprocess.Popen(
        [sys.executable, str(_SERVICE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Desktop(process)
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)

"""Folders of tests, short enough for socket paths, and whether anything of a test outlives it.

Rule: whoever starts a process waits for its end before its folder is removed. A process of ours
that still runs makes its data folder anew, and nobody removes that.
"""

import os
import select
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

GRACE_SECONDS = 10.0
"""A process that ends by itself may take so long."""

_made: dict[str, str] = {}
"""Folders of this process, with the test that was running."""


@contextmanager
def scratch_folder() -> Generator[Path]:
    """An empty folder, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="ac", dir="/tmp"))
    _made[str(folder)] = os.environ.get("PYTEST_CURRENT_TEST", "no test")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def left_behind() -> list[str]:
    """What outlived its test, a line for each process and folder; nothing of it stays."""
    found: list[str] = []
    for process in psutil.process_iter():
        folder = _folder(process)
        if folder is not None and not has_ended(process.pid, GRACE_SECONDS):
            with suppress(psutil.NoSuchProcess):
                found.append(f"{process.cmdline()} runs: {_made[folder]}")
                process.kill()
                has_ended(process.pid, GRACE_SECONDS)
    for folder, test in _made.items():
        if os.path.lexists(folder):
            files = [str(path) for path in Path(folder).rglob("*") if not path.is_dir()]
            found.append(f"{files or folder} is there: {test}")
            shutil.rmtree(folder)
    _made.clear()
    return found


def has_ended(pid: int, seconds: float) -> bool:
    """Wait for the end of a process, be it our child or not; whether it came in time."""
    if sys.platform != "linux":
        try:
            psutil.Process(pid).wait(seconds)
        except psutil.NoSuchProcess:
            return True
        except psutil.TimeoutExpired:
            return False
        return True
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        # Not its parent's notice of it, which for an orphan may take seconds.
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))
    finally:
        os.close(descriptor)


def _folder(process: psutil.Process) -> str | None:
    """In which of our folders it is at home; null when in none."""
    try:
        home: str = process.environ().get("HOME", "")
    except (psutil.Error, OSError):
        return None  # another user's, or gone
    return next((each for each in (home, *map(str, Path(home).parents)) if each in _made), None)

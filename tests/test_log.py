"""The log: plain lines for a file, priorities for the journal."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from agent_console import log

SPEAK = """
import logging, os, sys
from agent_console import log
if sys.argv[1] == "journal":
    stat = os.fstat(2)
    os.environ["JOURNAL_STREAM"] = f"{stat.st_dev}:{stat.st_ino}"
log.configure("info")
logger = logging.getLogger("agent_console.daemon")
logger.debug("unheard")
logger.warning("two\\nlines")
logging.getLogger("agent_console.client").info("one")
"""


@pytest.fixture(autouse=True)
def our_logger() -> Iterator[None]:
    logger = logging.getLogger(log.ROOT)
    before = logger.handlers, logger.level, logger.propagate
    yield
    logger.handlers, logger.level, logger.propagate = before


def speak(where: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", SPEAK, where], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_the_journal_gets_a_priority_on_every_line_and_no_time() -> None:
    assert speak("journal") == ["<4>two", "<4>lines", "<6>one"]


def test_a_file_gets_the_time_the_level_and_who_speaks() -> None:
    first, second, third = speak("file")

    assert first.endswith("WARNING agent_console.daemon: two")
    assert second == "lines"
    assert third.endswith("INFO agent_console.client: one")


def test_a_variable_inherited_from_a_service_is_no_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    stat = os.stat(os.devnull)
    monkeypatch.setenv("JOURNAL_STREAM", f"{stat.st_dev}:{stat.st_ino}")

    assert not log.stderr_is_journal()


def test_configuring_again_changes_the_level_and_adds_no_second_voice() -> None:
    log.configure("error")
    log.configure("debug")

    logger = logging.getLogger(log.ROOT)
    assert logger.level == logging.DEBUG
    assert len(logger.handlers) == 1

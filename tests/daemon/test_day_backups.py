"""A daemon that writes to its ledger has a backup of each day made; one that does not, does not."""

import logging
import os
import threading
import uuid
from pathlib import Path

import pytest
from tests.daemon.running import serving
from tests.usage.asking import query
from tests.usage.old_ledgers import make_ledger

from agent_console.daemon import day_backups
from agent_console.daemon.day_backups import DayBackups
from agent_console.paths import database_path
from agent_console.usage.database.backup_files import backups

SESSION = str(uuid.uuid4())


def finish_backups() -> None:
    for thread in threading.enumerate():
        if thread.name == "backup":
            thread.join()


async def test_the_first_thing_that_is_written_makes_the_days_backup(scratch_home: Path) -> None:
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(cmd="SET", session_id=SESSION, status="working")
        await wire.data(cmd="UPSERT", session_id=SESSION, input_tokens=7, message_id="a")
        finish_backups()

        (made,) = backups(database_path())
        assert query(made.path, "SELECT input_tokens FROM messages") == [(7,)]


async def test_what_only_reads_makes_none(scratch_home: Path) -> None:
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(cmd="META", session_id=SESSION)
        finish_backups()

        assert backups(database_path()) == []


def test_it_is_looked_at_once_an_hour(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("agent_console.daemon.day_backups.time.monotonic", lambda: now)
    make_ledger(database_path())
    daily = DayBackups(database_path())

    daily.note_written()
    first = daily.thread
    now += day_backups.LOOK_EVERY_SECONDS - 1
    daily.note_written()
    assert daily.thread is first
    now += 1
    daily.note_written()
    assert daily.thread is not first
    finish_backups()
    assert len(backups(database_path())) == 1


def test_a_backup_that_fails_is_logged_and_hurts_nobody(
    scratch_home: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("agent_console"), "propagate", True)
    make_ledger(database_path())
    (database_path().parent / "backups").write_text("in the way")

    DayBackups(database_path()).note_written()
    finish_backups()

    assert "The day's backup" in caplog.text
    assert os.listdir(database_path().parent)

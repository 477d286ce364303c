"""The daemon's side of the index worker: one that cannot be started ends nothing and is told."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.daemon.running import DEADLINE_SECONDS, serving

from agent_console.daemon.indexing import indexer


@pytest.mark.anyio
async def test_a_worker_that_cannot_be_started_is_tried_again(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[object] = []
    twice = anyio.Event()

    async def fail(*_: Any, **__: Any) -> None:
        tries.append(None)
        if len(tries) == 2:
            twice.set()
        raise BlockingIOError("no process left")

    (scratch_home / ".claude/projects").mkdir(parents=True)
    monkeypatch.setattr(indexer, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(anyio, "open_process", fail)
    async with serving(scratch_home) as running:
        with anyio.fail_after(DEADLINE_SECONDS):
            await twice.wait()
        async with running.connect() as wire:
            assert await wire.data(cmd="LIST") == []
            indexing = (await wire.data(cmd="STATUS"))["indexing"]
            assert indexing["last_error"] == ("The index worker cannot be started: no process left")


@pytest.mark.anyio
async def test_a_daemon_that_had_no_transcripts_looks_again(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = anyio.Event()

    async def note(*_: Any, **__: Any) -> None:
        started.set()
        raise BlockingIOError("no process left")

    monkeypatch.setattr(indexer, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(anyio, "open_process", note)
    async with serving(scratch_home):
        assert not started.is_set()
        (scratch_home / ".claude/projects").mkdir(parents=True)
        with anyio.fail_after(DEADLINE_SECONDS):
            await started.wait()

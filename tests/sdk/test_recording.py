"""What a program asks is on the board and in the ledger of the real daemon, once."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from claude_agent_sdk import ProcessError, SystemMessage, query
from tests.daemon.running import Daemon, Message
from tests.sdk.conftest import FLUSH_SECONDS
from tests.sdk.scripted import (
    FOLDER,
    HAIKU,
    OPUS,
    OTHER,
    RECORDED,
    SESSION,
    Line,
    ScriptedTransport,
    Turn,
    init,
    interrupted,
    model_usage,
    recorded,
    result,
    says,
    usage,
)

from agent_console.sdk import ClaudeSession, Past, Resumed, collect, observe
from agent_console.sdk.recorder import Recorder

pytestmark = pytest.mark.filterwarnings("ignore:Async generator 'claude_agent_sdk")
AGENT = "6384e214-80e7-486c-886b-6d6fec608948"


async def watched(turn: Turn, recording: Recorder, **kept: Any) -> None:
    """Observe the real `query` to its end, and wait until all of it was told."""
    messages = query(prompt="go", transport=ScriptedTransport(turn))
    async for _ in observe(messages, past=Past(), **kept):
        pass
    assert recording.flush(FLUSH_SECONDS)


def tokens(totals: Message) -> tuple[int, int, int, int]:
    return (
        totals["total_input_tokens"],
        totals["total_output_tokens"],
        totals["total_cache_creation_tokens"],
        totals["total_cache_read_tokens"],
    )


def meta(daemon: Daemon, session: str = SESSION) -> Message:
    with daemon.connect() as wire:
        totals: Message = wire.data(cmd="META", session_id=session)
    return totals


def board(daemon: Daemon, session: str = SESSION) -> Message:
    with daemon.connect() as wire:
        shown: Message = wire.data(cmd="GET", session_id=session)
    return shown


async def test_a_query_is_on_the_board_with_its_costs(daemon: Daemon, recording: Recorder) -> None:
    daemon.start()
    (turn,) = recorded("sdk_query_multi")

    with daemon.connect() as wire:
        wire.data(cmd="SUB", topics=["metadata"])
        await watched(turn, recording)
        while not wire.line()["data"]["total_cost_usd"]:
            """The model's price is looked up when it is first used."""

    shown, totals = board(daemon), meta(daemon)
    assert (shown["status"], shown["agent_type"]) == ("closed", "agent-sdk")
    assert shown["working_dir"] == FOLDER
    assert tokens(totals) == (2, 48, 2722, 18333)
    assert (totals["total_duration_ms"], totals["turns_used"]) == (539, 3)
    assert totals["model"] == OPUS
    # The prices that we know are those that Claude Code reckons with.
    assert abs(totals["total_cost_usd"] - 0.0182446) < 1e-9


async def test_a_session_works_while_it_streams_and_rests_in_between(
    daemon: Daemon, recording: Recorder
) -> None:
    daemon.start()
    models = {OPUS: model_usage(1, 10, usd=0.1)}
    transport = ScriptedTransport(
        [init(), says("Hi"), result(models=models)], [{"type": "wait"}, interrupted(models=models)]
    )
    seen: list[Message] = []

    def look() -> None:
        assert recording.flush(FLUSH_SECONDS)
        seen.append(board(daemon))

    async with ClaudeSession(transport=transport, past=Past()) as session:
        await session.query("one")
        look()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(session.query, "two")
            await transport.waits.wait()
            look()
            await session.interrupt()
        look()
    look()

    assert [(shown["status"], shown["reason"]) for shown in seen] == [
        ("attention", "done"),
        ("working", None),
        ("attention", "interrupted"),
        ("closed", None),
    ]


async def test_what_is_known_is_in_the_ledger_while_it_streams(
    daemon: Daemon, recording: Recorder
) -> None:
    daemon.start()
    script = [init(), says("Hi", used=usage(3, 1, 20, 30)), result()]
    messages = query(prompt="go", transport=ScriptedTransport(script))
    seen: list[tuple[int, int, int, int]] = []

    async for message in observe(messages, past=Past()):
        if type(message).__name__ == "AssistantMessage":
            assert recording.flush(FLUSH_SECONDS)
            seen.append(tokens(meta(daemon)))

    assert seen == [(3, 1, 20, 30)]


async def test_an_error_is_the_reason(daemon: Daemon, recording: Recorder) -> None:
    daemon.start()
    (turn,) = recorded("sdk_query_error")
    session = "fa51594d-5fdb-4813-b327-f55ad305c980"

    await watched(turn, recording, closes=False)

    shown = board(daemon, session)
    assert shown["status"] == "attention"
    assert shown["reason"] == "error: API Error: 400 rig error 400"


async def test_a_process_that_dies_is_closed_with_its_reason(
    daemon: Daemon, recording: Recorder
) -> None:
    daemon.start()
    with pytest.raises(ProcessError, match="It died"):
        await watched([init(), says("Hi"), ProcessError("It died")], recording)
    assert recording.flush(FLUSH_SECONDS)

    shown = board(daemon)
    assert (shown["status"], shown["reason"]) == ("closed", "error: It died")


async def test_what_runs_behind_the_turn_keeps_the_session_working(
    daemon: Daemon, recording: Recorder
) -> None:
    daemon.start()
    task: Line = {
        "type": "system",
        "subtype": "task_started",
        "task_id": "t",
        "description": "sleep",
        "uuid": "u",
        "session_id": SESSION,
    }

    ended = {**task, "subtype": "task_updated", "patch": {"status": "completed"}}

    await watched([init(), task, result()], recording, closes=False)
    shown = board(daemon)
    assert (shown["status"], shown["reason"]) == ("working", "background")

    await watched([init(), task, result(), ended], recording, closes=False)
    shown = board(daemon)
    assert (shown["status"], shown["reason"]) == ("attention", "done")


async def test_the_result_alone_gives_the_right_total(daemon: Daemon, recording: Recorder) -> None:
    """Nothing else tells it: no persistence, no partial messages, subagents that nobody saw."""
    daemon.start()
    models = {
        OPUS: model_usage(1004, 562, 14840, 55042, hour=2000, usd=0.1),
        HAIKU: model_usage(5, 6, 7, 8, usd=0.01),
    }

    await watched([init(), says("Hi", used=usage(1, 1, 11599)), result(models=models)], recording)

    assert tokens(meta(daemon)) == (1009, 568, 14847, 55050)


# ---- beside the transcript and the hooks ------------------------------------------------------


def stream_of_transcript() -> list[Line]:
    """What the client of a recorded session, whose transcript there is, would have been told."""
    lines: list[Line] = [init(AGENT)]
    folder = RECORDED / "transcripts" / "p_agent" / "-home-user-project"
    for path in (folder / f"{AGENT}.jsonl", *folder.glob(f"{AGENT}/subagents/*.jsonl")):
        for text in path.read_text().splitlines():
            line = json.loads(text)
            if line["type"] == "assistant":
                message = line["message"]
                message["usage"] = {**message["usage"], "output_tokens": 1}
                parent = "toolu_1" if "subagents" in str(path) else None
                lines.append(
                    {
                        "type": "assistant",
                        "message": message,
                        "session_id": AGENT,
                        "parent_tool_use_id": parent,
                    }
                )
    ended = json.loads((RECORDED / "results" / "p_agent.json").read_text())
    return [*lines, {**ended, "session_id": AGENT}]


def add_transcript(home: Path) -> None:
    projects = home / ".claude" / "projects"
    shutil.copytree(RECORDED / "transcripts" / "p_agent", projects, dirs_exist_ok=True)


BILLED = (4, 91, 11521, 30051)


@pytest.mark.parametrize("transcript", ["none", "before", "after"])
async def test_a_transcript_of_the_same_session_counts_nothing_twice(
    daemon: Daemon, recording: Recorder, scratch_home: Path, transcript: str
) -> None:
    if transcript == "before":
        add_transcript(scratch_home)
    daemon.start()

    await watched(stream_of_transcript(), recording)
    if transcript == "after":
        add_transcript(scratch_home)
        daemon.stop()
        daemon.start()
    ingest(scratch_home)

    assert tokens(meta(daemon, AGENT)) == BILLED


def ingest(home: Path) -> None:
    """Read what transcripts there are, as `agent-console ingest` does."""
    command = [sys.executable, "-m", "agent_console", "ingest"]
    subprocess.run(
        command, env={**os.environ, "HOME": str(home)}, check=True, capture_output=True, timeout=60
    )


async def test_hooks_of_the_same_session_show_nothing_twice(
    daemon: Daemon, recording: Recorder
) -> None:
    daemon.start()

    def hook(name: str, **fields: Any) -> None:
        event = {"hook_event_name": name, "session_id": SESSION, "cwd": FOLDER, **fields}
        with daemon.connect() as wire:
            wire.data(cmd="HOOK", event=event, sent_at=time.time() * 1000)

    transport = ScriptedTransport([init(), says("Hi"), result()])
    hook("SessionStart", source="startup")
    hook("UserPromptSubmit", prompt="go")
    async for message in observe(query(prompt="go", transport=transport), past=Past()):
        assert recording.flush(FLUSH_SECONDS)
        if type(message).__name__ == "AssistantMessage":
            hook("Stop")
    hook("SessionEnd", reason="other")
    assert recording.flush(FLUSH_SECONDS)

    shown = board(daemon)
    assert shown["status"] == "closed"
    steps = [(step["from"], step["to"]) for step in shown["history"]]
    assert steps == [("attention", "working"), ("working", "attention"), ("attention", "closed")]


async def test_a_fork_does_not_count_its_originals_past(
    daemon: Daemon, recording: Recorder
) -> None:
    daemon.start()
    await watched([init(), result(models={OPUS: model_usage(10, 100, usd=1)})], recording)
    fork = [
        init(OTHER),
        says("Hi", "msg_2", OTHER),
        result(OTHER, models={OPUS: model_usage(11, 130, usd=1.5)}),
    ]
    await watched(fork, recording, resumed=Resumed(SESSION, forks=True))

    assert tokens(meta(daemon))[:2] == (10, 100)
    assert tokens(meta(daemon, OTHER))[:2] == (1, 30)


async def test_collect_after_observe_tells_the_same_as_without(
    daemon: Daemon, recording: Recorder
) -> None:
    daemon.start()
    (turn,) = recorded("sdk_query_agent")
    past = Past()
    messages = query(prompt="go", transport=ScriptedTransport(turn))

    response = await collect(observe(messages, past=past), past=past)

    assert response.cost == 0.0646074


async def test_messages_pass_unchanged_and_may_be_left_early(
    daemon: Daemon, recording: Recorder
) -> None:
    daemon.start()
    sent = [SystemMessage("init", init()), object()]
    closed: list[bool] = []

    async def messages() -> AsyncIterator[object]:
        try:
            for message in sent:
                yield message
        finally:
            closed.append(True)

    observed = observe(messages(), past=Past())
    assert await anext(observed) is sent[0]
    await observed.aclose()
    assert recording.flush(FLUSH_SECONDS)

    assert closed == [True]
    assert board(daemon)["status"] == "closed"


async def test_nothing_is_recorded_when_that_is_not_wanted(
    daemon: Daemon, recording: Recorder
) -> None:
    daemon.start()
    await watched([init(), says("Hi"), result()], recording, record=False)
    assert board(daemon) is None

"""The program runs on unharmed without a daemon, which hears of everything when it is back."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from claude_agent_sdk import query
from tests.daemon.running import DEADLINE_SECONDS, Daemon, Message
from tests.sdk.conftest import FLUSH_SECONDS
from tests.sdk.scripted import (
    FOLDER,
    OPUS,
    OTHER,
    SESSION,
    ScriptedTransport,
    init,
    model_usage,
    result,
    says,
)

from agent_console.claude_code import spool
from agent_console.model.session import Status
from agent_console.protocol.messages import SetSession, Upsert
from agent_console.sdk import Past, observe, recorder as recorders
from agent_console.sdk.recorder import Recorder

TURN = [init(), says("Hi"), result(models={OPUS: model_usage(7, 100, usd=0.1)})]


async def watched(recording: Recorder, turn: Any = TURN) -> None:
    messages = query(prompt="go", transport=ScriptedTransport(turn))
    async for _ in observe(messages, past=Past()):
        pass
    assert recording.flush(FLUSH_SECONDS)


def spooled(daemon: Daemon) -> list[str]:
    return [path.name for path in Path(f"{daemon.path}.spool").glob("*.jsonl")]


def meta(daemon: Daemon, session: str = SESSION) -> Message | None:
    with daemon.connect() as wire:
        totals: Message | None = wire.data(cmd="META", session_id=session)
    return totals


def output_tokens(daemon: Daemon, session: str = SESSION) -> int:
    totals = meta(daemon, session)
    assert totals is not None
    count: int = totals["total_output_tokens"]
    return count


async def test_what_no_daemon_took_is_told_when_it_starts(
    daemon: Daemon, recording: Recorder
) -> None:
    await watched(recording)
    assert len(spooled(daemon)) == 1

    daemon.start()

    assert spooled(daemon) == []
    with daemon.connect() as wire:
        shown = wire.data(cmd="GET", session_id=SESSION)
        counters = wire.data(cmd="STATUS")["counters"]
    assert (shown["status"], shown["working_dir"]) == ("closed", FOLDER)
    assert output_tokens(daemon) == 100
    assert (counters["spool_drained"], counters["spool_dropped"]) == (1, 0)


async def test_a_daemon_that_goes_and_comes_back_misses_nothing(
    daemon: Daemon, recording: Recorder
) -> None:
    daemon.start()
    await watched(recording)
    daemon.kill()
    await watched(recording, [init(OTHER), result(OTHER, models={OPUS: model_usage(output=5)})])
    more = {OPUS: model_usage(9, 300, usd=0.3)}
    await watched(recording, [init(), says("Ho", "msg_2"), result(models=more)])
    daemon.start()
    await watched(recording, [init(), result(models={OPUS: model_usage(9, 350, usd=0.4)})])

    assert output_tokens(daemon) == 350
    assert output_tokens(daemon, OTHER) == 5


async def test_an_absent_daemon_costs_few_files(daemon: Daemon, recording: Recorder) -> None:
    for _ in range(20):
        await watched(recording)
    assert len(spooled(daemon)) == 1


async def test_what_was_told_twice_counts_once(daemon: Daemon, recording: Recorder) -> None:
    await watched(recording)
    folder = Path(f"{daemon.path}.spool")
    (name,) = spooled(daemon)
    lines = (folder / name).read_bytes()
    daemon.start()

    spool.leave(folder, 1.0, lines)
    with daemon.connect() as wire:
        wire.data(cmd="SUB", topics=["session"])
        # A session of its own at the end says that all before it was taken in.
        last = b'{"cmd":"SET","session_id":"last","status":"working"}\n'
        spool.leave(folder, 2.0, lines + last)
        while (line := wire.line())["data"].get("session_id") != "last":
            assert line["event"] in {"session", "heartbeat"}

    assert output_tokens(daemon) == 100


def test_reports_stay_while_the_ledger_cannot_take_them(
    daemon: Daemon, recording: Recorder, scratch_home: Path
) -> None:
    database = scratch_home / ".local" / "share" / "agent-console" / "metrics.db"
    database.mkdir(parents=True)  # no database can be made here
    recording.tell(
        [
            SetSession(session_id=SESSION, status=Status.WORKING),
            Upsert(session_id=SESSION, output_tokens=5, message_id="m", source="sdk"),
        ]
    )
    assert recording.flush(FLUSH_SECONDS)
    daemon.start()
    assert len(spooled(daemon)) == 1

    with daemon.connect() as wire:
        wire.data(cmd="SUB", topics=["usage"])
        database.rmdir()
        # It is tried again without anybody asking.
        assert wire.line()["data"]["message_id"] == "m"

    daemon.stop()
    assert spooled(daemon) == []
    daemon.start()
    assert output_tokens(daemon) == 5


def test_a_deaf_daemon_delays_nobody(scratch_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{scratch_home}/s"
    monkeypatch.setenv("AGENT_CONSOLE_SOCKET", path)
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(path)
        deaf.listen(0)
        recording = Recorder(pause_seconds=0)
        monkeypatch.setattr(recorders, "OF_THIS_PROCESS", recording)
        for number in range(100):
            recording.tell([SetSession(session_id=f"s{number}", status=Status.WORKING)])
        # All of it was handed over, and nothing is answered yet.
        assert not recording.flush(0)
        recording.close(0)

    kept = spool.drain(Path(f"{path}.spool")).events
    assert sum(each.line.count(b'"cmd":"SET"') for each in kept) == 100


PROGRAM = """
import sys
from agent_console.model.session import Status
from agent_console.protocol.messages import SetSession, Upsert
from agent_console.sdk.recorder import OF_THIS_PROCESS as recorder

recorder.tell(
    [
        SetSession(session_id=sys.argv[1], status=Status.CLOSED),
        Upsert(session_id=sys.argv[1], output_tokens=5, message_id="m", source="sdk"),
    ]
)
"""


@pytest.mark.parametrize("running", [True, False])
def test_the_end_of_the_program_loses_nothing(daemon: Daemon, running: bool) -> None:
    if running:
        daemon.start()
    subprocess.run([sys.executable, "-c", PROGRAM, SESSION], check=True, timeout=DEADLINE_SECONDS)
    if not running:
        daemon.start()
    assert output_tokens(daemon) == 5


FORKING = """
import os, sys
from agent_console.model.session import Status
from agent_console.protocol.messages import SetSession
from agent_console.sdk.recorder import OF_THIS_PROCESS as recorder

recorder.tell([SetSession(session_id="parent", status=Status.WORKING)])
child = os.fork()
if not child:
    recorder.tell([SetSession(session_id="child", status=Status.WORKING)])
    recorder.flush(float(sys.argv[1]))  # the end of a program waits for less, however slow it is
    sys.exit(0)
recorder.flush(float(sys.argv[1]))
assert os.waitpid(child, 0)[1] == 0
"""


def test_a_forked_child_tells_its_own(daemon: Daemon) -> None:
    daemon.start()
    command = [sys.executable, "-c", FORKING, str(FLUSH_SECONDS)]
    subprocess.run(command, check=True, timeout=DEADLINE_SECONDS)
    with daemon.connect() as wire:
        shown = {session["session_id"] for session in wire.data(cmd="LIST")}
        counters = wire.data(cmd="STATUS")["counters"]
    assert shown == {"parent", "child"}
    assert counters["spool_drained"] == 0


def test_many_threads_may_tell(daemon: Daemon, recording: Recorder) -> None:
    daemon.start()

    def tell(name: str) -> None:
        for _ in range(50):
            recording.tell([SetSession(session_id=name, status=Status.WORKING)])

    threads = [threading.Thread(target=tell, args=(f"t{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert recording.flush(FLUSH_SECONDS)

    with daemon.connect() as wire:
        assert len(wire.data(cmd="LIST")) == 8


def test_a_full_mailbox_passes_over_and_counts(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorders, "MOST_WAITING", 2)
    recording = Recorder(pause_seconds=0)
    recording.tell([SetSession(session_id=f"s{n}", status=Status.WORKING) for n in range(5)])
    assert recording.dropped == 3
    assert recording.flush(FLUSH_SECONDS)
    recording.close()


# ---- the folder -------------------------------------------------------------------------------

LINE = b'{"cmd":"SET","session_id":"s","status":"working"}\n'


def test_the_folder_is_bounded_and_counts_what_it_lost(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "MOST_REPORTS", 3)
    folder = scratch_home / "spool"
    names = [spool.leave(folder, float(number), LINE) for number in range(1, 6)]

    drained = spool.drain(folder)

    assert [event.name for event in drained.events] == names[2:]
    assert drained.dropped == 2


def test_reports_never_cost_a_hook_its_event(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "MOST_REPORTS", 1)
    folder = scratch_home / "spool"
    spool.prepare(folder)
    event = folder / "0000000000001.000-1.json"
    event.write_bytes(b'{"cmd":"HOOK","event":{}}\n')
    for number in range(2, 5):
        spool.leave(folder, float(number), LINE)
    assert event.exists()


def test_it_is_for_the_users_eyes_only(scratch_home: Path) -> None:
    folder = scratch_home / "spool"
    folder.mkdir(mode=0o755)
    name = spool.leave(folder, 1.0, LINE)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / name).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content", [LINE[:-1], LINE + b'{"cmd":"STOP"}\n', b"", LINE + b"\n", b"[]\n"]
)
def test_a_report_that_is_none_is_removed_and_counted(scratch_home: Path, content: bytes) -> None:
    folder = scratch_home / "spool"
    spool.leave(folder, 1.0, content)
    drained = spool.drain(folder)
    assert (drained.events, drained.dropped) == ((), 1)
    assert os.listdir(folder) == []

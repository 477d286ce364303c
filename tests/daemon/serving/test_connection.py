"""The wall around each connection, and what a client that waits or does not read costs others."""

import sqlite3
import uuid
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.daemon.running import AsyncWire, Message, rules_of, serving

from agent_console.daemon.serving import dispatcher, server_status
from agent_console.daemon.serving.connection import Connection
from agent_console.daemon.state.machine import State
from agent_console.daemon.state.outcome import Outcome
from agent_console.protocol.messages import SetSession


def set_working(session: str, **fields: Any) -> Message:
    return {"cmd": "SET", "session_id": session, "status": "working", **fields}


# ---- bugs of ours --------------------------------------------------------------------------


async def test_a_rule_that_fails_is_answered_internal_and_changes_nothing(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Outcome:
        raise ZeroDivisionError("a bug")

    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(**set_working("a"))
        before = await wire.data(cmd="DUMP")
        with monkeypatch.context() as broken:
            broken.setitem(rules_of(running), SetSession, fail)
            answer = await wire.ask({**set_working("a", label="new"), "id": 7})
        assert answer["id"] == 7
        assert answer["error"]["code"] == "internal"
        assert answer["error"]["retryable"] is False
        after = await wire.data(cmd="DUMP")
        assert {**after, "at_ms": 0} == {**before, "at_ms": 0}
        status = await wire.data(cmd="STATUS")
        assert status["counters"]["internal_errors"] == 1
        assert status["last_error"] == "ZeroDivisionError: a bug"


@pytest.mark.parametrize("cmd", ["STATUS", "DUMP"])
async def test_a_description_that_fails_is_answered_internal(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch, cmd: str
) -> None:
    def fail(*_: object) -> int:
        raise ZeroDivisionError

    async with serving(scratch_home) as running, running.connect() as wire:
        with monkeypatch.context() as broken:
            broken.setattr(server_status, "_rss_bytes", fail)
            broken.setattr(State, "dump", fail)
            assert (await wire.ask({"cmd": cmd}))["error"]["code"] == "internal"
        assert (await wire.data(cmd="PING"))["pong"]


async def test_an_answer_that_cannot_be_written_is_answered_internal(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(scratch_home) as running, running.connect() as wire:
        with monkeypatch.context() as broken:
            broken.setattr(server_status, "__version__", "\ud800")
            assert (await wire.ask({"cmd": "STATUS"}))["error"]["code"] == "internal"
        assert (await wire.data(cmd="PING"))["pong"]


async def test_a_connection_that_fails_costs_only_itself(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(self: Connection) -> None:
        raise ZeroDivisionError

    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(cmd="PING")
        with monkeypatch.context() as broken:
            broken.setattr(Connection, "_read", fail)
            async with running.connect() as doomed:
                with pytest.raises(EOFError):
                    await doomed.line()
        status = await wire.data(cmd="STATUS")
        assert status["connections"] == 1
        assert status["counters"]["internal_errors"] == 1


async def test_a_client_that_vanishes_in_the_middle_costs_nobody_else(scratch_home: Path) -> None:
    session = str(uuid.uuid4())
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(**set_working(session))
        for _ in range(20):
            async with running.connect() as other:
                await other.send({"cmd": "SUB"})
                await other.send(*[{"cmd": "UPSERT", "session_id": session, "turns": 1}] * 50)
                await other.send({"cmd": "LIST"}, b'{"cmd":"PI')
        while (await wire.data(cmd="STATUS"))["connections"] > 1:
            pass
        assert (await wire.data(cmd="STATUS"))["counters"]["internal_errors"] == 0


# ---- a ledger that takes its time ----------------------------------------------------------


@pytest.fixture
def database(scratch_home: Path) -> Path:
    return scratch_home / ".local/share/agent-console/metrics.db"


async def test_only_what_comes_after_an_upsert_waits_for_its_commit(
    scratch_home: Path, database: Path
) -> None:
    session = str(uuid.uuid4())
    async with (
        serving(scratch_home) as running,
        running.connect() as writer,
        running.connect() as other,
    ):
        await writer.data(**set_working(session))
        await other.data(cmd="SUB", topics=["metadata"])
        blocker = sqlite3.connect(database, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        try:
            await writer.send(
                {"cmd": "UPSERT", "session_id": session, "turns": 1, "id": 1},
                {"cmd": "GET", "session_id": session, "id": 2},
                {"cmd": "UPSERT", "session_id": session, "turns": 1, "id": 3},
                {"cmd": "PING", "id": 4},
            )
            for number in range(20):  # nobody else waits, and nobody hears of it yet
                await other.send(set_working("other", priority=number), {"cmd": "STATUS"})
                changed, status = await other.lines(2)
                assert changed["data"]["priority"] == number
                assert status["data"]["counters"]["upserts"] == 1
            assert (await other.data(cmd="GET", session_id=session))["metadata"] is None
        finally:
            blocker.execute("ROLLBACK")
            blocker.close()
        answers = await writer.lines(4)
        assert [answer["id"] for answer in answers] == [1, 2, 3, 4]
        assert answers[1]["data"]["metadata"]["turns_used"] == 1
        assert [(await other.line())["data"]["turns_used"] for _ in range(2)] == [1, 2]


async def test_upserts_that_the_ledger_does_not_take_are_not_read(
    scratch_home: Path, database: Path
) -> None:
    session = str(uuid.uuid4())
    upsert = {"cmd": "UPSERT", "session_id": session, "turns": 1}
    async with (
        serving(scratch_home) as running,
        running.connect() as writer,
        running.connect() as other,
    ):
        await writer.data(**set_working(session))
        blocker = sqlite3.connect(database, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        async with anyio.create_task_group() as tasks:
            try:
                tasks.start_soon(send_all, writer, upsert, 10_000)
                for _ in range(200):
                    await other.data(cmd="PING")
                counters = (await other.data(cmd="STATUS"))["counters"]
                assert 1_000 < counters["upserts"] < 3_000
            finally:
                blocker.execute("ROLLBACK")
                blocker.close()
            answers = await writer.lines(10_000)
            assert answers[-1]["data"]["turns_used"] == 10_000


# ---- a client that does not read -----------------------------------------------------------


async def test_answers_that_nobody_reads_are_not_made(scratch_home: Path) -> None:
    async with (
        serving(scratch_home) as running,
        running.connect() as glutton,
        running.connect() as other,
    ):
        for number in range(50):
            await other.data(**set_working(f"s{number}", note="x" * 4_000))
        requests = 500  # for 100 MB of answers
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send_all, glutton, {"cmd": "LIST"}, requests)
            before = await other.data(cmd="STATUS")
            for _ in range(200):
                await other.data(cmd="PING")
            after = await other.data(cmd="STATUS")
            assert after["rss_bytes"] - before["rss_bytes"] < 20_000_000
            for _ in range(requests):
                assert len((await glutton.line())["data"]) == 50


async def test_an_upsert_behind_answers_that_wait_is_carried_out_when_they_are_read(
    scratch_home: Path,
) -> None:
    session = str(uuid.uuid4())
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.data(**set_working(session))
        for number in range(20):
            await wire.data(**set_working(f"s{number}", note="x" * 4_000))
        upsert = {"cmd": "UPSERT", "session_id": session, "turns": 1}
        await wire.send(*[{"cmd": "LIST"}] * 50, upsert, {"cmd": "META", "session_id": session})
        answers = await wire.lines(52)
        assert answers[-2]["data"] == answers[-1]["data"]
        assert answers[-1]["data"]["turns_used"] == 1


async def test_requests_held_back_go_on_though_the_kernel_took_every_answer(
    scratch_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "MAX_UNSENT_BYTES", 1)
    async with serving(scratch_home) as running, running.connect() as wire:
        await wire.send(*({"cmd": "PING", "id": number} for number in range(50)))
        assert [answer["id"] for answer in await wire.lines(50)] == list(range(50))


async def send_all(wire: AsyncWire, request: Message, count: int) -> None:
    await wire.send(*[request] * count)

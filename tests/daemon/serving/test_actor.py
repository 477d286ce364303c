"""The actor's turn: what comes in together is applied in order, answered, and then told."""

import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import anyio
import pytest
from msgspec import json
from tests.daemon.state.state_driver import MAIN, OTHER

from agent_console.daemon.journal import Journal
from agent_console.daemon.serving.actor import Actor
from agent_console.daemon.serving.connection import Connection
from agent_console.daemon.serving.dispatcher import Ticket
from agent_console.daemon.serving.publisher import Publisher
from agent_console.daemon.state.machine import State
from agent_console.daemon.state.outcome import Change
from agent_console.model.session import Status
from agent_console.protocol.codec import encode
from agent_console.protocol.messages import Get, SetSession, Subscribe, Unsubscribe

DEADLINE_SECONDS = 5


@pytest.fixture
async def actor(tmp_path: Path) -> AsyncGenerator[Actor]:
    journal = Journal[Ticket].open(tmp_path / "metrics.db")
    yield Actor(State(), journal, "epoch", 1, cast("Any", None))
    await journal.flush_and_close(DEADLINE_SECONDS)


@contextmanager
def client(actor: Actor) -> Generator[tuple[Connection, socket.socket]]:
    """A connection, and the client's end of it."""
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    with ours, theirs:
        connection = Connection(ours, actor)
        actor.connections.add(connection)
        yield connection, theirs
        actor.connections.discard(connection)


async def taking_turns(actor: Actor) -> None:
    """Let the actor apply what it has been handed."""
    with anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(actor.run)
            await actor.after_turn()
            tasks.cancel_scope.cancel()


def heard(theirs: socket.socket) -> list[dict[str, Any]]:
    """The lines a client has been sent by now."""
    try:
        return [json.decode(line) for line in theirs.recv(1 << 20).splitlines()]
    except BlockingIOError:
        return []


async def test_who_asks_is_answered_before_others_are_told(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    had: list[int] = []
    publish = Publisher.publish

    def looking(publisher: Publisher, changes: list[Change]) -> None:
        had.extend((len(heard(one_end)), len(heard(other_end)), len(changes)))
        publish(publisher, changes)

    monkeypatch.setattr(Publisher, "publish", looking)
    with client(actor) as (one, one_end), client(actor) as (other, other_end):
        actor.receive(one, encode(SetSession(session_id=MAIN, status=Status.WORKING)))
        actor.receive(other, encode(Get(session_id=MAIN)))
        await taking_turns(actor)
    assert had == [1, 1, 1]


async def test_a_subscriber_has_its_answer_before_the_notification(actor: Actor) -> None:
    with client(actor) as (connection, end):
        actor.receive(connection, encode(Subscribe()))
        await taking_turns(actor)
        assert heard(end)[0]["data"]["sessions"] == []
        actor.receive(connection, encode(SetSession(session_id=OTHER, status=Status.WORKING)))
        await taking_turns(actor)
        answer, told = heard(end)
        assert answer["ok"]
        assert told["event"] == "session"
        assert told["data"] == answer["data"]


async def test_what_a_client_sends_is_answered_while_nobody_rings(actor: Actor) -> None:
    with client(actor) as (one, one_end), anyio.fail_after(DEADLINE_SECONDS):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(actor.run)
            tasks.start_soon(one.run)
            await anyio.wait_all_tasks_blocked()
            one_end.send(encode(Get(session_id=MAIN)))
            await anyio.wait_readable(one_end)
            tasks.cancel_scope.cancel()
        assert [answer["ok"] for answer in heard(one_end)] == [True]


async def test_who_has_been_told_everything_lags_behind_nothing(actor: Actor) -> None:
    with client(actor) as (one, one_end), client(actor) as (other, _):
        for connection in (one, other):
            actor.receive(connection, encode(Subscribe()))
        for status in (Status.WORKING, Status.ATTENTION, Status.WORKING):
            actor.receive(one, encode(SetSession(session_id=MAIN, status=status)))
            await taking_turns(actor)
        assert [line["seq"] for line in heard(one_end) if line.get("event") == "session"] == [
            1,
            2,
            3,
        ]
        assert [status.lag for status in actor.publisher.statuses()] == [0, 0]


async def test_who_has_unsubscribed_or_gone_is_told_nothing(actor: Actor) -> None:
    with client(actor) as (one, one_end), client(actor) as (other, other_end):
        for connection in (one, other):
            actor.receive(connection, encode(Subscribe()))
        await taking_turns(actor)
        assert (heard(one_end), heard(other_end)) != ([], [])
        actor.receive(one, encode(Unsubscribe()))
        actor.publisher.forget(other)
        actor.receive(one, encode(SetSession(session_id=MAIN, status=Status.WORKING)))
        await taking_turns(actor)
        assert [line["ok"] for line in heard(one_end)] == [True, True]
        assert heard(other_end) == []
        assert actor.publisher.subscribers == set()

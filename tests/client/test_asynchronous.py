"""The async client: many tasks, one connection, on both event loops."""

import threading
from pathlib import Path

import anyio
import pytest
from tests.client.scripted_daemon import Peer, ScriptedDaemon, session

from agent_console.client.asynchronous import AsyncClient
from agent_console.errors import DaemonUnreachableError, ProtocolError, RequestRefusedError
from agent_console.protocol.messages import Get, ListSessions, Ping, Remove, Reopen

PONG = {"pong": True, "version": 1, "server": "0", "epoch": "boot", "pid": 7}


@pytest.fixture
def path(scratch_home: Path) -> Path:
    return scratch_home / "s.sock"


async def test_concurrent_requests_share_a_connection_and_get_their_own_answers(
    path: Path,
) -> None:
    def script(peer: Peer) -> None:
        requests = [peer.request() for _ in range(20)]
        for request in reversed(requests):
            peer.answer(request, {"removed": request["session_id"] == "7"})
        peer.wait_for_hangup()

    removed: dict[str, bool] = {}
    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client:

            async def remove(session_id: str) -> None:
                answer = await client.request(Remove(session_id=session_id))
                removed[session_id] = answer.removed

            with anyio.fail_after(10):
                async with anyio.create_task_group() as tasks:
                    for number in range(20):
                        tasks.start_soon(remove, str(number))

    assert removed == {str(number): number == 7 for number in range(20)}


async def test_a_cancelled_request_disturbs_no_other(path: Path) -> None:
    def script(peer: Peer) -> None:
        late = peer.request()
        now = peer.request()
        peer.answer(late, [session("late")])
        peer.answer(now, PONG)
        peer.wait_for_hangup()

    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client:
            with anyio.fail_after(10):
                with anyio.move_on_after(0.05):
                    await client.request(ListSessions())
                assert (await client.request(Ping())).pid == 7


async def test_a_refusal_is_raised(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.refuse(peer.request(), "not_found")
        peer.wait_for_hangup()

    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client:
            with anyio.fail_after(10), pytest.raises(RequestRefusedError) as caught:
                await client.request(Reopen(session_id="s"))

    assert caught.value.exit_code == 5


async def test_a_loss_fails_what_was_under_way_and_the_next_request_connects_again(
    path: Path,
) -> None:
    def first(peer: Peer) -> None:
        peer.request()

    def second(peer: Peer) -> None:
        peer.answer(peer.request(), PONG)
        peer.wait_for_hangup()

    with ScriptedDaemon(path, first, second):
        async with AsyncClient(str(path)) as client:
            with anyio.fail_after(10):
                with pytest.raises(DaemonUnreachableError):
                    await client.request(Ping())
                assert (await client.request(Ping())).pid == 7


async def test_a_refused_connection_tells_why(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.refuse({}, "overloaded")

    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client:
            with anyio.fail_after(10), pytest.raises(RequestRefusedError, match="overloaded"):
                await client.request(Ping())


async def test_nonsense_from_the_daemon_is_a_protocol_error(path: Path) -> None:
    def script(peer: Peer) -> None:
        peer.request()
        peer.send(b"nonsense\n")
        peer.wait_for_hangup()

    with ScriptedDaemon(path, script):
        async with AsyncClient(str(path)) as client:
            with anyio.fail_after(10), pytest.raises(ProtocolError):
                await client.request(Ping())


async def test_a_daemon_that_says_nothing_is_given_up(path: Path) -> None:
    with ScriptedDaemon(path, Peer.wait_for_hangup):
        async with AsyncClient(str(path), timeout=0.05) as client:
            with anyio.fail_after(10), pytest.raises(DaemonUnreachableError):
                await client.request(Get(session_id="s"))


async def test_nobody_there_says_how_to_start_one(path: Path) -> None:
    async with AsyncClient(str(path)) as client:
        with anyio.fail_after(10), pytest.raises(DaemonUnreachableError, match="daemon start"):
            await client.request(Ping())


async def test_an_error_of_its_user_comes_out_as_it_is(path: Path) -> None:
    async def use() -> None:
        async with AsyncClient(str(path), timeout=0.01) as client:
            await client.request(Ping())

    with ScriptedDaemon(path, Peer.wait_for_hangup), pytest.raises(DaemonUnreachableError):
        await use()


async def test_its_user_may_be_cancelled(path: Path) -> None:
    asked = threading.Event()

    def script(peer: Peer) -> None:
        peer.request()
        asked.set()
        peer.wait_for_hangup()

    async def use() -> None:
        async with AsyncClient(str(path)) as client:
            await client.request(Ping())

    with ScriptedDaemon(path, script), anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(use)
            await anyio.to_thread.run_sync(asked.wait)
            tasks.cancel_scope.cancel()
        await anyio.lowlevel.checkpoint()

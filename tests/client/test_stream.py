"""The stream of clients with an event loop: whole, and silent about whatever is cancelled."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import anyio
import pytest
from anyio.lowlevel import checkpoint

from agent_console.client.stream import open_stream
from agent_console.errors import DaemonUnreachableError

MEBIBYTE = 1024 * 1024


@pytest.fixture
def path(scratch_home: Path) -> Path:
    return scratch_home / "s.sock"


@pytest.fixture
def listening(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen(0)
        yield listening


async def test_bytes_that_come_as_the_reader_is_cancelled_are_no_error(
    path: Path, listening: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    stream = await open_stream(str(path), 10)
    peer, _ = listening.accept()
    received: list[bytes] = []

    async def receive() -> None:
        received.append(await stream.receive())

    with peer:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            peer.send(b"x")
            await checkpoint()  # the loop has seen them, and has not said so yet
            tasks.cancel_scope.cancel()
        await checkpoint()
        assert caplog.messages == []
        if not received:
            await receive()
    assert received == [b"x"]
    stream.close()


async def test_bytes_that_come_as_we_hang_up_are_no_error(
    path: Path, listening: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    stream = await open_stream(str(path), 10)
    peer, _ = listening.accept()

    async def receive() -> None:
        with suppress(anyio.ClosedResourceError):
            await stream.receive()

    with peer:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            peer.send(b"x")
            await checkpoint()
            stream.close()
        assert caplog.messages == []


async def test_what_is_more_than_a_socket_holds_is_sent_whole(
    path: Path, listening: socket.socket
) -> None:
    stream = await open_stream(str(path), 10)
    peer, _ = listening.accept()
    sent = bytes(range(256)) * (4 * MEBIBYTE // 256)
    received = bytearray()

    def receive() -> None:
        while piece := peer.recv(MEBIBYTE):
            received.extend(piece)

    with peer, anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.to_thread.run_sync, receive)
            await stream.send(sent)
            stream.close()
    assert received == sent


async def test_who_has_hung_up_is_told_from_who_was_hung_up_on(
    path: Path, listening: socket.socket
) -> None:
    for ours in (False, True):
        stream = await open_stream(str(path), 10)
        peer, _ = listening.accept()
        peer.close()
        if ours:
            stream.close()
        with pytest.raises(anyio.ClosedResourceError if ours else anyio.EndOfStream):
            await stream.receive()
        with pytest.raises(anyio.ClosedResourceError if ours else anyio.BrokenResourceError):
            await stream.send(b"x")
        stream.close()


async def test_a_full_queue_of_callers_is_waited_for_in_time(
    path: Path, listening: socket.socket
) -> None:
    first = await open_stream(str(path), 10)
    with pytest.raises(DaemonUnreachableError, match="does not answer"):
        await open_stream(str(path), 0.1)

    async def accept() -> None:
        listening.accept()[0].close()

    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(accept)
            (await open_stream(str(path), 10)).close()
    first.close()

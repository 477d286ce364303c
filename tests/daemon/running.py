"""How these tests run the real daemon, beside them or in their own loop, and talk to it in lines.

Rule: every wait has an end, and every process that was started is ended by its pid.
"""

import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import anyio
import psutil  # type: ignore[import-untyped]
from anyio.abc import SocketStream
from tests.scratch import has_ended, scratch_folder

from agent_console.client.lines import LineBuffer
from agent_console.config import Config
from agent_console.daemon.instance import Instance
from agent_console.daemon.server import Server

DEADLINE_SECONDS = 20
RECEIVE_BYTES = 256 * 1024

Message = dict[str, Any]


class Wire:
    """A client that sees every byte."""

    def __init__(self, path: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(DEADLINE_SECONDS)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise
        self._lines = LineBuffer()
        self._waiting: deque[bytes] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.socket.close()

    def send(self, *messages: Message | bytes) -> None:
        """Messages as lines, bytes as they are, all in one write."""
        self.socket.sendall(b"".join(map(encoded, messages)))

    def line(self) -> Message:
        """The next line that comes.

        Raises:
            EOFError: The daemon has closed the connection.
        """
        while not self._waiting:
            received = self.socket.recv(RECEIVE_BYTES)
            if not received:
                raise EOFError
            self._waiting += self._lines.feed(received)
        return decoded(self._waiting.popleft())

    def lines(self, count: int) -> list[Message]:
        return [self.line() for _ in range(count)]

    def ask(self, message: Message | bytes) -> Message:
        """A request and its answer; notifications on the way are passed over."""
        self.send(message)
        while "ok" not in (line := self.line()):
            pass
        return line

    def data(self, **request: Any) -> Any:
        """The data of a good answer."""
        answer = self.ask(request)
        assert answer["ok"], answer
        return answer["data"]

    def finish(self) -> list[Message]:
        """End the sending, and read all that still comes until the daemon hangs up."""
        self.socket.shutdown(socket.SHUT_WR)
        return self.rest()

    def rest(self) -> list[Message]:
        """All lines until the daemon hangs up."""
        lines: list[Message] = []
        while True:
            try:
                lines.append(self.line())
            except EOFError:
                return lines


def encoded(message: Message | bytes) -> bytes:
    return message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n"


def decoded(line: bytes) -> Message:
    message: Message = json.loads(line)
    return message


class Daemon:
    """The daemon as a process of its own, with a home of its own."""

    def __init__(self, home: Path, path: str | None = None) -> None:
        self.home = home
        self.path = path or f"{home}/run/s"
        self.log = home / "log"
        self.processes: list[subprocess.Popen[bytes]] = []
        self._orphans: list[psutil.Process] = []

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The one that was started last."""
        return self.processes[-1]

    def spawn(self, *, ready_fd: int | None = None, **environment: str) -> subprocess.Popen[bytes]:
        """Start a daemon and wait for nothing."""
        foreign = ("XDG_", "CLAUDE_", "AGENT_CONSOLE_", "LISTEN_", "NOTIFY_")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(foreign)}
        env = {**inherited, "HOME": str(self.home), **environment}
        if ready_fd is not None:
            env["AGENT_CONSOLE_READY_FD"] = str(ready_fd)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "agent_console", "daemon", "run", "--socket", self.path],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
                cwd="/",
                pass_fds=() if ready_fd is None else (ready_fd,),
            )
        self.processes.append(process)
        return process

    def start(self, **environment: str) -> Self:
        """Start a daemon and wait until it is ready."""
        readable, writable = os.pipe()
        try:
            self.spawn(ready_fd=writable, **environment)
            os.close(writable)
            assert wait_readable(readable), "the daemon is not ready in time"
            assert os.read(readable, 64) == b"READY\n", self.said()
        finally:
            os.close(readable)
        return self

    def connect(self) -> Wire:
        return Wire(self.path)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ended(self) -> int:
        """Wait for its end; the exit code."""
        return self.process.wait(DEADLINE_SECONDS)

    def stop(self) -> None:
        """End it in good order."""
        self.signal(signal.SIGTERM)
        assert self.ended() == 0, self.said()

    def kill(self) -> None:
        self._orphans += psutil.Process(self.process.pid).children(recursive=True)
        self.signal(signal.SIGKILL)
        self.ended()

    def said(self) -> str:
        """Its log."""
        return self.log.read_text(encoding="utf-8")

    def close(self) -> None:
        """End it at once, and what it has started: nothing is to write to its home any more."""
        for process in self.processes:
            if process.poll() is None:
                self._orphans += psutil.Process(process.pid).children(recursive=True)
                process.kill()
            process.wait(DEADLINE_SECONDS)
        for orphan in self._orphans:
            with suppress(psutil.NoSuchProcess):
                orphan.kill()
        assert all(has_ended(orphan.pid, DEADLINE_SECONDS) for orphan in self._orphans)


def running_daemon() -> Iterator[Daemon]:
    """A started daemon in a home of its own, for fixtures of a whole module."""
    with scratch_folder() as home:
        daemon = Daemon(home)
        try:
            yield daemon.start()
        finally:
            daemon.close()


def wait_readable(descriptor: int) -> bool:
    """Whether there is something to read before the deadline."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(DEADLINE_SECONDS * 1000))


class AsyncWire:
    """The same client for tests that share the daemon's loop."""

    def __init__(self, stream: SocketStream) -> None:
        self.stream = stream
        self._lines = LineBuffer()
        self._waiting: deque[bytes] = deque()

    async def send(self, *messages: Message | bytes) -> None:
        await self.stream.send(b"".join(map(encoded, messages)))

    async def line(self) -> Message:
        """The next line that comes.

        Raises:
            EOFError: The daemon has closed the connection.
        """
        while not self._waiting:
            try:
                self._waiting += self._lines.feed(await self.stream.receive(RECEIVE_BYTES))
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                raise EOFError from None
        return decoded(self._waiting.popleft())

    async def lines(self, count: int) -> list[Message]:
        return [await self.line() for _ in range(count)]

    async def ask(self, message: Message | bytes) -> Message:
        await self.send(message)
        while "ok" not in (line := await self.line()):
            pass
        return line

    async def data(self, **request: Any) -> Any:
        answer = await self.ask(request)
        assert answer["ok"], answer
        return answer["data"]

    async def notification(self, event: str) -> Message:
        """The next notification of this name; others on the way are passed over."""
        while (line := await self.line()).get("event") != event:
            pass
        return line


class Running:
    """A daemon in the test's own loop."""

    def __init__(self, server: Server, path: str) -> None:
        self.server = server
        self.path = path
        self.ended = anyio.Event()

    async def run(self) -> None:
        try:
            await self.server.run()
        finally:
            self.ended.set()

    @asynccontextmanager
    async def connect(self) -> AsyncGenerator[AsyncWire]:
        async with await anyio.connect_unix(self.path) as stream:
            yield AsyncWire(stream)


def rules_of(running: Running) -> dict[type, Any]:
    """Which rule carries out which request: for tests that break one."""
    return running.server._actor.state.rules  # pyright: ignore[reportPrivateUsage]


@asynccontextmanager
async def serving(
    home: Path,
    config: Config | None = None,
    *,
    heartbeat_seconds: float = 3600.0,
    minute_seconds: float = 60.0,
) -> AsyncGenerator[Running]:
    """A daemon that is ready, in this loop; stopped in good order at the end."""
    path = f"{home}/run/s"
    readable, writable = os.pipe()
    os.environ["AGENT_CONSOLE_READY_FD"] = str(writable)
    instance = Instance(path)
    gc.freeze()  # a daemon that starts collects its garbage: not among all that pytest holds
    try:
        server = Server(
            instance,
            config or Config(),
            heartbeat_seconds=heartbeat_seconds,
            minute_seconds=minute_seconds,
        )
        running = Running(server, path)
        with anyio.fail_after(DEADLINE_SECONDS):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(running.run)
                await anyio.wait_readable(readable)
                try:
                    yield running
                finally:
                    server.request_stop("the test is over")
    finally:
        os.close(readable)
        instance.release()
        gc.unfreeze()  # as it was, and with what the daemon froze

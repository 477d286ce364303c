"""The app in a terminal that goes away without a word: no signal tells it so."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator

import pytest

from agent_console.client.blocking import BlockingClient, connect
from agent_console.model.session import Status
from agent_console.protocol.messages import SetSession
from agent_console.tui.terminal_gone import EXIT_HUNG_UP

SECONDS = 30


@pytest.fixture
def client(socket: str) -> Iterator[BlockingClient]:
    with connect(socket) as client:
        yield client


def read_until(terminal: int, text: bytes) -> None:
    """Read what is drawn until this is."""
    drawn = b""
    while text not in drawn:
        drawn += os.read(terminal, 65_536)


def test_the_app_ends_with_its_terminal(socket: str, client: BlockingClient) -> None:
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    command = [sys.executable, "-m", "agent_console", "tui", "--socket", socket]
    # In a session of its own that has no controlling terminal: the kernel sends it no SIGHUP.
    app = subprocess.Popen(command, stdin=its, stdout=its, stderr=its, start_new_session=True)
    try:
        os.close(its)
        client.request(SetSession(session_id="seen-by-the-app", status=Status.WORKING))
        read_until(ours, b"seen-by")
        os.close(ours)
        number = 0
        while app.poll() is None and number < 10_000:  # each is something to draw
            number += 1
            client.request(SetSession(session_id=f"s{number}", status=Status.WORKING))
        assert app.wait(SECONDS) == EXIT_HUNG_UP
    finally:
        app.kill()
        app.wait()

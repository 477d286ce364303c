"""`agent-console web` at its command line."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.web.dashboard import STOP_SECONDS, free_port

from agent_console.__main__ import main


def started(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "agent_console", "web", "--no-start", "--no-open", *arguments],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_first_line_is_the_address_with_the_key_and_ctrl_c_ends_it(scratch_home: Path) -> None:
    port = free_port()
    with started("--port", str(port), "--socket", f"{scratch_home}/run/s") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=STOP_SECONDS)

    assert line.startswith(f"http://127.0.0.1:{port}/?token=")
    assert len(line.partition("token=")[2].strip()) >= 32
    assert not said.strip()
    assert process.returncode == 130


def test_it_listens_on_the_loopback_only(scratch_home: Path) -> None:
    port = free_port()
    others = {str(each[4][0]) for each in socket.getaddrinfo(socket.gethostname(), None)}
    with started("--port", str(port), "--socket", f"{scratch_home}/run/s") as process:
        assert process.stdout is not None
        process.stdout.readline()
        for address in others - {"127.0.0.1", "::1"}:
            if not address.startswith("127."):
                with pytest.raises(OSError, match=r"refused|unreachable|assign"):
                    socket.create_connection((address, port), timeout=2)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=STOP_SECONDS)


def test_another_address_is_listened_on_with_a_warning(scratch_home: Path) -> None:
    with started(
        "--port", str(free_port()), "--bind", "0.0.0.0", "--socket", f"{scratch_home}/run/s"
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=STOP_SECONDS)

    assert said.startswith("Warning: listening on 0.0.0.0")


def test_a_port_that_is_taken_is_said(scratch_home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with started("--port", str(port), "--socket", f"{scratch_home}/run/s") as process:
            _, said = process.communicate(timeout=STOP_SECONDS)

    assert process.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in said
    assert "--port" in said


def test_an_address_that_is_none_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["web", "--bind", "example.org"]) == 2
    assert "no IP address" in capsys.readouterr().err

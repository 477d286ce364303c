"""The daemon does all its work inside the walls that agent-console.service puts around it."""

import ctypes.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_console.client.blocking import connect
from agent_console.model.session import Status
from agent_console.protocol.messages import ServerStatus, SetSession, Upsert

SANDBOX = Path(__file__).with_name("sandbox.py")
SESSION = "6d5f3c1e-0b1a-4c55-9a3e-0d9f7e1c2b3a"
TIMEOUT_SECONDS = 20.0


def _cannot() -> str:
    """Why this machine cannot put the walls up; empty when it can."""
    if shutil.which("systemd-analyze") is None or ctypes.util.find_library("seccomp") is None:
        return "systemd-analyze or libseccomp is not on this machine"
    tried = subprocess.run(
        [sys.executable, str(SANDBOX), "/bin/true"], capture_output=True, text=True, check=False
    )
    return "" if tried.returncode == 0 else tried.stderr.strip().rpartition("\n")[2]


pytestmark = pytest.mark.skipif(bool(_cannot()), reason=_cannot() or "it can")


@pytest.fixture
def walled_daemon(scratch_home: Path) -> Iterator["subprocess.Popen[str]"]:
    """A daemon inside the walls, ready."""
    readable, writable = os.pipe()
    process = subprocess.Popen(
        [
            sys.executable,
            str(SANDBOX),
            sys.executable,
            "-P",
            "-m",
            "agent_console",
            "daemon",
            "run",
        ],
        env={**os.environ, "AGENT_CONSOLE_READY_FD": str(writable)},
        pass_fds=(writable,),
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writable)
    with os.fdopen(readable) as ready:
        assert ready.readline() == "READY\n", process.communicate()[1]
    yield process
    process.kill()
    process.communicate()


def test_the_walls_are_there() -> None:
    program = "import socket; socket.socket(socket.AF_INET)"

    done = subprocess.run(
        [sys.executable, str(SANDBOX), sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
    )

    assert "Address family not supported" in done.stderr


def test_the_daemon_serves_counts_and_ends_well(walled_daemon: "subprocess.Popen[str]") -> None:
    with connect() as client:
        client.request(SetSession(session_id=SESSION, status=Status.WORKING))
        totals = client.request(Upsert(session_id=SESSION, input_tokens=5, cost_usd=0.5))
        status = client.request(ServerStatus())
    walled_daemon.send_signal(signal.SIGTERM)
    _, said = walled_daemon.communicate(timeout=TIMEOUT_SECONDS)

    assert totals.total_input_tokens == 5
    assert status.ledger_error is None
    assert status.last_error is None
    assert walled_daemon.returncode == 0
    assert "ERROR" not in said
    assert "WARNING" not in said

"""`agent-console web --unix PATH`: for a tunnel or a reverse proxy, and for nobody else."""

import http.client
import os
import signal
import socket
import subprocess
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.web.dashboard import STOP_SECONDS
from tests.web.serving.test_command import started

from agent_console.__main__ import main


class Connection(http.client.HTTPConnection):
    """To a Unix socket, by whatever name."""

    def __init__(self, path: Path) -> None:
        super().__init__("127.0.0.1", timeout=20)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(20)
        self.sock.connect(str(self._path))


def answer(path: Path, target: str, **headers: str) -> tuple[int, str]:
    """Status and cookie."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(Connection(path)) as connection:
        connection.request("GET", target, headers=given)
        with connection.getresponse() as found:
            return found.status, (found.getheader("set-cookie") or "").partition(";")[0]


@contextmanager
def listening(home: Path, path: Path) -> Generator["tuple[str, subprocess.Popen[str]]"]:
    """The dashboard on that socket; its first line."""
    with started("--unix", str(path), "--socket", f"{home}/run/s") as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline(), process
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=STOP_SECONDS)


def test_it_is_the_persons_alone_needs_the_key_and_is_gone_at_the_end(scratch_home: Path) -> None:
    path = scratch_home / "run/web.sock"
    with listening(scratch_home, path) as (line, _):
        token = line.partition("token=")[2].strip()
        host = "127.0.0.1:9999"

        assert line.startswith("http://127.0.0.1:8377/?token=")
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert answer(path, "/", Host=host)[0] == 401
        assert answer(path, f"/?token={token}", Host="evil.example")[0] == 403
        status, cookie = answer(path, f"/?token={token}", Host=host)
        assert status == 200
        assert answer(path, "/live", Host=host, Cookie=cookie)[0] == 200
        upgrade = {
            "Connection": "Upgrade", "Upgrade": "websocket", "Sec_WebSocket_Version": "13",
            "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==", "Cookie": cookie, "Host": host,
        }  # fmt: skip
        target = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
        assert answer(path, target, Origin=f"http://{host}", **upgrade)[0] == 101
        assert answer(path, target, Origin="http://evil.example", **upgrade)[0] == 403
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGHUP])
def test_it_is_gone_too_when_the_process_is_asked_to_end(
    scratch_home: Path, ended_by: signal.Signals
) -> None:
    path = scratch_home / "run/web.sock"
    with listening(scratch_home, path) as (line, process):
        assert "token=" in line
        process.send_signal(ended_by)
        assert process.wait(STOP_SECONDS) == 128 + signal.SIGTERM
    assert list(path.parent.iterdir()) == []


def test_a_dead_socket_is_replaced_and_a_live_one_is_not_stolen(scratch_home: Path) -> None:
    path = scratch_home / "run/web.sock"
    path.parent.mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with listening(scratch_home, path) as (line, first):
        assert "token=" in line
        with started("--unix", str(path), "--socket", f"{scratch_home}/run/s") as second:
            _, said = second.communicate(timeout=STOP_SECONDS)
        assert second.returncode == 1
        assert f"Something listens on {path} already" in said
        assert first.poll() is None
        assert answer(path, "/", Host="localhost:1")[0] == 401


def test_what_another_has_put_there_meanwhile_stays(scratch_home: Path) -> None:
    path = scratch_home / "run/web.sock"
    with listening(scratch_home, path):
        path.unlink()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
    assert path.is_socket()


@pytest.mark.parametrize(
    ("prepared", "why"),
    [("file", "is no socket"), ("shared", "can be written by others"), ("long", "longer than")],
)
def test_a_path_that_cannot_be_ours_is_refused(
    scratch_home: Path, capsys: pytest.CaptureFixture[str], prepared: str, why: str
) -> None:
    path = scratch_home / "run/web.sock"
    path.parent.mkdir(mode=0o700)
    if prepared == "file":
        path.write_text("mine")
    elif prepared == "shared":
        os.chmod(path.parent, 0o770)
    else:
        path = scratch_home / ("x" * 120)

    assert main(["web", "--no-open", "--no-start", "--unix", str(path)]) == 2
    assert why in capsys.readouterr().err
    assert prepared != "file" or path.read_text() == "mine"


@pytest.mark.parametrize("url", ["console.example.org", "https://a/b", "ftp://a", "https://u@a"])
def test_an_address_that_no_browser_opens_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], url: str
) -> None:
    assert main(["web", "--url", url]) == 2
    assert "no address like https://console.example.org" in capsys.readouterr().err


def test_a_socket_and_an_address_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["web", "--unix", "/tmp/x/s", "--bind", "0.0.0.0"]) == 2
    assert "exclude each other" in capsys.readouterr().err

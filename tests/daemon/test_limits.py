"""Who is let in, and how many."""

import os
import resource
from pathlib import Path

import pytest
from tests.daemon.running import DEADLINE_SECONDS, Daemon, Wire

MAX_CONNECTIONS = 1_000
NOBODY = 65_534


@pytest.mark.skipif(os.getuid() != 0, reason="only root can be somebody else")
def test_another_user_is_refused_and_gone(shared_daemon: Daemon) -> None:
    # The file modes are opened here; only who the peer is keeps it out.
    folder = Path(shared_daemon.path).parent
    shared_daemon.home.chmod(0o755)
    folder.chmod(0o755)
    os.chmod(shared_daemon.path, 0o666)
    os.seteuid(NOBODY)
    try:
        stranger = Wire(shared_daemon.path)
    finally:
        os.seteuid(0)
    with stranger:
        (refusal,) = stranger.rest()
    assert refusal["error"]["code"] == "forbidden"
    assert refusal["error"]["retryable"] is False
    with shared_daemon.connect() as wire:
        assert wire.data(cmd="STATUS")["connections"] == 1


def test_a_hundred_clients_are_served_side_by_side(shared_daemon: Daemon) -> None:
    wires = [shared_daemon.connect() for _ in range(100)]
    for number, wire in enumerate(wires):
        request = {"cmd": "SET", "session_id": f"s{number}", "status": "working"}
        wire.send(*({**request, "priority": n, "id": n} for n in range(20)))
    for number, wire in enumerate(wires):
        answers = wire.lines(20)
        assert [answer["id"] for answer in answers] == list(range(20))
        assert {answer["data"]["session_id"] for answer in answers} == {f"s{number}"}
    assert len(wires[0].data(cmd="LIST")) == 100
    for wire in wires:
        wire.socket.close()


def test_clients_beyond_a_thousand_are_told_to_come_back(shared_daemon: Daemon) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_CONNECTIONS + 200
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip("this process may not have so many sockets")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    wires: list[Wire] = []
    try:
        with shared_daemon.connect() as wire:
            while wire.data(cmd="STATUS")["connections"] > 1:
                pass  # those of the test before are leaving
        wires = [shared_daemon.connect() for _ in range(MAX_CONNECTIONS + 50)]
        for wire in wires[MAX_CONNECTIONS:]:
            (refusal,) = wire.rest()
            assert refusal["error"]["code"] == "overloaded"
            assert refusal["error"]["retryable"] is True
        for wire in wires[:MAX_CONNECTIONS]:
            assert wire.data(cmd="PING")["pong"]
        wires[0].socket.close()
        assert wires[1].data(cmd="STATUS")["connections"] <= MAX_CONNECTIONS
        while wires[1].data(cmd="STATUS")["connections"] == MAX_CONNECTIONS:
            pass
        with shared_daemon.connect() as wire:
            assert wire.data(cmd="PING")["pong"]
    finally:
        for wire in wires:
            wire.socket.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_low_limit_of_open_files_is_raised(daemon: Daemon) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    try:
        daemon.start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    wires = [daemon.connect() for _ in range(300)]
    for wire in wires:
        assert wire.data(cmd="PING")["pong"]
        wire.socket.settimeout(DEADLINE_SECONDS)
    for wire in wires:
        wire.socket.close()

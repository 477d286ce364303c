"""One client that is stopped in its tracks, beside others that are well."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.daemon.running import DEADLINE_SECONDS, Daemon, Message, Wire, wait_readable

SUBSCRIBER = """
import socket, sys
with socket.socket(socket.AF_UNIX) as sock, open(sys.argv[2], "wb") as heard:
    sock.connect(sys.argv[1])
    sock.sendall(b'{"cmd":"SUB"}\\n')
    for line in sock.makefile("rb"):
        heard.write(line)
        heard.flush()
        if b'"ok":true' in line:
            print("subscribed", flush=True)
        if b'"session_id":"the end"' in line:
            break
"""

CHANGES = 3_000
SESSIONS = 10
FOLDER = f"/{'x' * 4_000}"
"""As long as a change may be; the ledger does not keep it, so none waits for the disk."""


class StoppableSubscriber:
    """A subscriber in a process that can be stopped."""

    def __init__(self, path: str, heard: Path) -> None:
        self._heard = heard
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUBSCRIBER, path, str(heard)], stdout=subprocess.PIPE
        )
        assert self.process.stdout is not None
        assert wait_readable(self.process.stdout.fileno())
        assert self.process.stdout.readline() == b"subscribed\n"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGSTOP)
        os.waitpid(self.process.pid, os.WUNTRACED)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def heard(self) -> list[Message]:
        """Everything it heard, its snapshot first, up to the session called `the end`."""
        assert self.process.wait(DEADLINE_SECONDS) == 0
        lines = self._heard.read_bytes().splitlines()
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def stopped(daemon: Daemon) -> Iterator[StoppableSubscriber]:
    """A subscriber of a running daemon, stopped."""
    subscriber = StoppableSubscriber(daemon.start().path, daemon.home / "heard")
    try:
        subscriber.stop()
        yield subscriber
    finally:
        subscriber.close()


def change(wire: Wire, session: str, **fields: Any) -> Message:
    """Change a session; the session."""
    data: Message = wire.data(cmd="SET", session_id=session, status="working", **fields)
    return data


def test_a_stopped_subscriber_costs_nobody_anything_and_gets_the_newest_when_it_goes_on(
    daemon: Daemon, stopped: StoppableSubscriber
) -> None:
    with daemon.connect() as actor, daemon.connect() as one, daemon.connect() as two:
        healthy = (one, two)
        for wire in healthy:
            wire.data(cmd="SUB")
        for number in range(SESSIONS):
            change(actor, f"s{number}", working_dir=f"{FOLDER}/begin {number}")
        for wire in healthy:
            wire.lines(SESSIONS)
        before = actor.data(cmd="STATUS")

        seq = SESSIONS
        for number in range(CHANGES):
            change(actor, f"s{number % SESSIONS}", working_dir=f"{FOLDER}/{number}")
            for wire in healthy:
                line = wire.line()
                assert line["seq"] == seq + 1
                assert line["data"]["display_name"] == str(number)
            seq += 1

        after = actor.data(cmd="STATUS")
        behind = max(after["subscribers"], key=lambda subscriber: subscriber["lag"])
        assert behind["lag"] > CHANGES / 2
        assert behind["pending"] == SESSIONS
        # 13 MB were told; what is kept for it is one state of each session.
        assert after["rss_bytes"] - before["rss_bytes"] < 6_000_000
        assert [s["lag"] for s in after["subscribers"] if s is not behind] == [0, 0]

        change(actor, "the end")
        stopped.resume()
        _, *lines = stopped.heard()
        board = {session["session_id"]: session for session in actor.data(cmd="LIST")}
        newest = {line["data"]["session_id"]: line["data"] for line in lines}
        assert newest == board
        sequence = [line["seq"] for line in lines]
        assert sequence == sorted(set(sequence))
        assert len(lines) < CHANGES / 2


def test_a_stopped_subscriber_does_not_keep_the_daemon_from_ending(
    daemon: Daemon, stopped: StoppableSubscriber
) -> None:
    with daemon.connect() as actor, daemon.connect() as healthy:
        healthy.data(cmd="SUB")
        for number in range(400):
            change(actor, "s", note=f"{number} {'x' * 4_000}")
            healthy.line()
        daemon.signal(signal.SIGTERM)
        assert healthy.line()["event"] == "bye"
        assert daemon.process.wait(5) == 0


def test_a_stopped_client_with_unread_answers_does_not_keep_the_daemon_from_ending(
    daemon: Daemon,
) -> None:
    daemon.start()
    with daemon.connect() as actor, daemon.connect() as deaf:
        for number in range(100):
            change(actor, f"s{number}", note="x" * 4_000)
        deaf.send(*[{"cmd": "LIST"}] * 100)
        actor.data(cmd="PING")
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(5) == 0

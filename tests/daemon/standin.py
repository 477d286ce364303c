"""Stand-ins for Claude Code's processes: they really live, and their registry entries say so."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.daemon.running import DEADLINE_SECONDS, Message, Wire

from agent_console.daemon.process_identity import process_start


class StandIn:
    """A process that does nothing, and its file in the registry."""

    def __init__(self, config_dir: Path, session: str) -> None:
        self.process = subprocess.Popen(["sleep", "1000"])
        self.session = session
        self.file = config_dir / "sessions" / f"{self.process.pid}.json"
        self.file.parent.mkdir(parents=True, exist_ok=True)

    def entry(self, **fields: Any) -> bytes:
        """What Claude Code would write of it."""
        now_ms = time.time_ns() // 1_000_000
        entry = {
            "pid": self.process.pid,
            "sessionId": self.session,
            "cwd": "/home/user/project",
            "startedAt": now_ms,
            "procStart": process_start(self.process.pid),
            "version": "2.1.329",
            "kind": "interactive",
            "entrypoint": "cli",
            "pidDomain": f"linux:0000:{os.readlink('/proc/self/ns/pid')}",
            "updatedAt": now_ms,
            "statusUpdatedAt": now_ms,
        }
        return json.dumps({**entry, **fields}).encode()

    def says(self, status: str, **fields: Any) -> None:
        """Write the entry."""
        self.file.write_bytes(self.entry(status=status, **fields))

    def ends(self) -> None:
        """End in good order: the file goes first."""
        self.file.unlink()
        self.process.terminate()
        self.process.wait(DEADLINE_SECONDS)

    def is_killed(self) -> None:
        """Die without a word. What remains is a zombie, until `close`."""
        self.process.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(DEADLINE_SECONDS)


def hears(wire: Wire, session: str, **fields: Any) -> Message:
    """Wait until a subscriber is told that a session is so."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        line = wire.line()
        data = line.get("data", {})
        if (
            line.get("event") == "session"
            and data["session_id"] == session
            and all(data[name] == value for name, value in fields.items())
        ):
            return line
    raise TimeoutError(f"Nobody said that {session} is {fields}.")

"""A process that stands in for one of Claude Code, and its file in the session registry.

Rule: it really lives and dies, and nothing of it can outlive the demo: it waits for the end of a
pipe that only the demo holds open.
"""

import subprocess
import time
from pathlib import Path
from typing import Self

import msgspec
from msgspec import UNSET

from agent_console.cli.demo.programme import CLAUDE_CODE_VERSION
from agent_console.cli.demo.recordings import SessionFileFields
from agent_console.daemon.process_identity import process_start

END_SECONDS = 5.0


class StandIn:
    """A process that does nothing. Use it as a context manager: it does not outlive the block."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", "read -r line"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,  # Ctrl-C is for the demo, not for what it plays
        )
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def leave(self) -> None:
        """Have it end by itself."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._process.kill()


class SessionFile:
    """A stand-in's file in the session registry, as Claude Code keeps it."""

    def __init__(self, folder: Path, stand_in: StandIn, entrypoint: str) -> None:
        self._path = folder / f"{stand_in.pid}.json"
        self._said: tuple[object, object] = (UNSET, UNSET)
        self._since_ms = 0
        self._constant = {
            "pid": stand_in.pid,
            "startedAt": time.time_ns() // 1_000_000,
            "procStart": process_start(stand_in.pid),
            "version": CLAUDE_CODE_VERSION,
            "kind": "interactive",
            "entrypoint": entrypoint,
        }

    def write(self, recorded: SessionFileFields, cwd: str) -> int | None:
        """Say what was recorded, as of now.

        Returns:
            Since when the file says what it says (Unix ms), when that is new; else None.
        """
        now_ms = time.time_ns() // 1_000_000
        document = {**self._constant, **msgspec.to_builtins(recorded), "cwd": cwd}
        says = (recorded.status, recorded.waiting_for)
        is_new = recorded.status is not UNSET and says != self._said
        if is_new:
            self._said, self._since_ms = says, now_ms
        if recorded.status is not UNSET:
            document |= {"updatedAt": now_ms, "statusUpdatedAt": self._since_ms}
        self._path.write_bytes(msgspec.json.encode(document))
        return now_ms if is_new else None

    def remove(self) -> None:
        """Take it away, as at a clean end."""
        self._path.unlink(missing_ok=True)

"""Runs our hook and our status line as Claude Code does: install's command, payload on stdin.

Rule: what Claude Code would have noticed fails the demo: an exit code, a word where there must be
none, none where a line must be. A command that was begun is waited for, also when the demo ends.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import anyio

from agent_console.cli.demo.recordings import Line, Origin
from agent_console.cli.demo.scratch import ScratchHome
from agent_console.cli.install.hook_command import for_events, for_status_line
from agent_console.errors import AgentConsoleError
from agent_console.paths import bundled

DEADLINE_SECONDS = 15


class HookRuns:
    """What one process of Claude Code has run for it.

    Args:
        home: Where it runs.
        pid: The process.
        entrypoint: What it was started as.
    """

    def __init__(self, home: ScratchHome, pid: int, entrypoint: str) -> None:
        python = os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable)
        scripts = bundled("hooks")
        self._hook_command = for_events(python, scripts, home.socket)
        self._status_line_command = for_status_line(python, scripts, home.socket, None)
        self._folder: Path = home.path
        self._variables = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(home.path),
            "CLAUDE_PID": str(pid),
            "CLAUDE_CODE_ENTRYPOINT": entrypoint,
            "CLAUDE_CODE_SESSION_ATTENDED": "1" if entrypoint == "cli" else "0",
        }

    async def hook(self, line: Line, origin: Origin) -> None:
        """Run the hook of a recorded event."""
        event = line.event or ""
        env = self._variables | {
            "CLAUDE_CODE_SESSION_ID": origin.session_id,
            "CLAUDE_PROJECT_DIR": origin.cwd,
        }
        done = await self._run(self._hook_command(event), line, env)
        if done.returncode or done.stdout or done.stderr:
            raise AgentConsoleError(f"The hook of {event} was noticeable: {_told(done)}.")

    async def status_line(self, line: Line) -> None:
        """Draw a recorded status line."""
        done = await self._run(self._status_line_command, line, self._variables)
        if done.returncode or done.stderr or not done.stdout.strip():
            raise AgentConsoleError(f"The status line was not drawn: {_told(done)}.")

    async def _run(
        self, command: str, line: Line, env: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[bytes]":
        try:
            # A hook that is left alone might still write into a home that is being removed.
            with anyio.fail_after(DEADLINE_SECONDS, shield=True):
                return await anyio.run_process(
                    ["/bin/sh", "-c", command],
                    input=bytes(line.payload) + b"\n",
                    check=False,
                    cwd=self._folder,
                    env=env,
                    start_new_session=True,
                )
        except TimeoutError as error:
            raise AgentConsoleError(f"`{command}` took over {DEADLINE_SECONDS} s.") from error


def _told(done: "subprocess.CompletedProcess[bytes]") -> str:
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    return f"exit code {done.returncode}, output {said[:200]!r}"

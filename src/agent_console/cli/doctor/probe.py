"""The whole chain at once: the installed command is run as Claude Code would, and the daemon asked.

Rule: the event has a name that means nothing and belongs to no session, so nothing on the board
changes; it is counted, and that is what is looked for. Without a daemon nothing is sent.
"""

import json
import os
import subprocess
import time
import uuid
from collections.abc import Iterator

from agent_console.cli.doctor.finding import Finding, ok, problem
from agent_console.cli.doctor.situation import Situation, ask
from agent_console.cli.install import hook_command

EVENT = "DoctorProbe"
ARRIVAL_SECONDS = 3.0
PAUSE_SECONDS = 0.02
RUN_SECONDS = 10.0


def probe(situation: Situation) -> Iterator[Finding]:
    """Each installed command is silent, ends with 0, and its event arrives."""
    if situation.daemon.state != "answers":
        return
    by_link = {
        link: command
        for file in situation.users
        for command in file.commands
        if (link := hook_command.read(command)) is not None
    }
    for link, command in by_link.items():
        yield _run(command, link.socket)


def _run(command: str, socket: str) -> Finding:
    before = _counted(socket)
    payload = {"hook_event_name": EVENT, "session_id": f"doctor-{uuid.uuid4()}"}
    started = time.monotonic()
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            input=json.dumps(payload).encode(),
            capture_output=True,
            timeout=RUN_SECONDS,
            # As Claude Code's, less the variables by which the daemon would place a session.
            env={name: value for name, value in os.environ.items() if "CLAUDE" not in name},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return problem(
            "probe", f"The hook did not end within {RUN_SECONDS:.0f} s.", "agent-console install"
        )
    took_ms = (time.monotonic() - started) * 1000
    if done.returncode or done.stdout or done.stderr:
        said = (done.stdout + done.stderr).decode(errors="replace").strip()
        return problem(
            "probe",
            f"The hook ended with {done.returncode} and said: {said}",
            "agent-console install",
        )
    while _counted(socket) <= before:
        if time.monotonic() - started > ARRIVAL_SECONDS:
            return problem(
                "probe",
                "The hook ran, and the daemon did not hear of it.",
                "agent-console daemon restart, then agent-console doctor",
            )
        time.sleep(PAUSE_SECONDS)
    return ok("probe", f"A hook reached the daemon ({took_ms:.0f} ms).")


def _counted(socket: str) -> int:
    status = ask(socket).status
    return 0 if status is None else status.counters.hooks.get(EVENT, 0)
